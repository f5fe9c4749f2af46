/* Two people and their devices talk about a call in virtual time, over a carrier that loses,
 * doubles and reorders; the same for each of many seeds. */
#include <string.h>

#include "lib/cases.h"
#include "signalling/call-dialogue.h"

#define SEEDS       60
#define MAX_DEVICES 6
#define SECOND      G_USEC_PER_SEC
#define NEVER       G_MAXINT64

/* What a device does with a call that comes in; times are from the first ring. */
typedef struct
{
  gboolean is_absent;
  gboolean is_discreet;
  gint64   accept_us;    /* 0: it does not */
  gint64   decline_us;
  gint64   busy_us;
  gint64   hang_up_us;   /* of an own or an accepted call */
} Manners;

typedef struct
{
  guint              person;        /* 0 Alice, 1 Bob */
  guint8             id[YODEL_DEVICE_ID_BYTES];
  Manners            manners;
  YodelCallDialogue *dialogue;
  gint64             act_us;
  guint              n_offers, n_answers, n_candidates, n_glares, n_said;
} Device;

typedef struct
{
  gint64            at_us;
  guint             to_person;
  YodelCallMessage *message;
} Flight;

typedef struct
{
  GRand  *rand;
  double  loss, twice;
  gint64  max_delay_us;
  gint64  cut_us;              /* nothing passes from then on */
  gint64  now_us;
  GArray *flights;
  Device  devices[MAX_DEVICES];
  guint   n_devices;
} World;

static void
world_init (World  *world,
            guint32 seed,
            double  loss)
{
  *world = (World) { .rand = g_rand_new_with_seed (seed), .loss = loss, .twice = loss / 2,
                     .max_delay_us = loss > 0 ? 800000 : 50000, .cut_us = NEVER };
  world->flights = g_array_new (FALSE, FALSE, sizeof (Flight));
}

static void
world_clear (World *world)
{
  for (guint i = 0; i < world->flights->len; i++)
    yodel_call_message_free (g_array_index (world->flights, Flight, i).message);
  for (guint i = 0; i < world->n_devices; i++)
    yodel_call_dialogue_free (world->devices[i].dialogue);
  g_array_unref (world->flights);
  g_rand_free (world->rand);
}

static Device *
add_device (World         *world,
            guint          person,
            const Manners *manners)
{
  Device *device = &world->devices[world->n_devices++];

  *device = (Device) { .person = person, .manners = *manners, .act_us = NEVER };
  device->id[0] = world->n_devices;
  return device;
}

static YodelDialogueConfig
config_of (const Device *device)
{
  YodelDialogueConfig config = { .own_key = { device->person + 1 }, .peer_key = { 2 - device->person },
                                 .is_discreet = device->manners.is_discreet };

  memcpy (config.own_device, device->id, sizeof device->id);
  return config;
}

static YodelCallMessage *
new_message (YodelCallMessageType type)
{
  YodelCallMessage *message = yodel_call_message_new (type);

  if (type == YODEL_CALL_MESSAGE_OFFER || type == YODEL_CALL_MESSAGE_ANSWER)
    message->description = g_strdup ("v=0");
  if (type == YODEL_CALL_MESSAGE_CANDIDATES)
    message->is_end_of_candidates = TRUE;
  return message;
}

static void
fly (World            *world,
     const Device     *from,
     YodelCallMessage *message)
{
  Flight flight = { .to_person = !from->person, .message = message };
  guint copies = 1 + (g_rand_double (world->rand) < world->twice);

  for (; copies > 0; copies--)
    {
      flight.at_us = world->now_us + 1000 + g_rand_double (world->rand) * world->max_delay_us;
      flight.message = yodel_call_message_copy (message);
      g_array_append_val (world->flights, flight);
    }
  yodel_call_message_free (message);
}

static void
send_with_candidates (World                *world,
                      Device               *device,
                      YodelCallMessageType  type)
{
  g_assert_true (yodel_call_dialogue_send (device->dialogue, new_message (type), world->now_us));
  for (guint i = 0; i < 3; i++)
    g_assert_true (yodel_call_dialogue_send (device->dialogue, new_message (YODEL_CALL_MESSAGE_CANDIDATES),
                                             world->now_us));
}

static void
on_event (World              *world,
          Device             *device,
          YodelDialogueEvent *event)
{
  g_autoptr (YodelCallMessage) message = event->message;

  if (event->type == YODEL_DIALOGUE_EVENT_STATE)
    return;
  device->n_glares += event->type == YODEL_DIALOGUE_EVENT_GLARE;
  device->n_offers += message->type == YODEL_CALL_MESSAGE_OFFER;
  device->n_answers += message->type == YODEL_CALL_MESSAGE_ANSWER;
  device->n_candidates += message->type == YODEL_CALL_MESSAGE_CANDIDATES;
  if (message->type == YODEL_CALL_MESSAGE_OFFER)
    send_with_candidates (world, device, YODEL_CALL_MESSAGE_ANSWER);
}

static void
drain (World  *world,
       Device *device)
{
  YodelDialogueEvent event;
  YodelCallMessage *message;

  if (device->dialogue == NULL)
    return;
  while (yodel_call_dialogue_poll_event (device->dialogue, &event))
    on_event (world, device, &event);
  while (yodel_call_dialogue_poll_message (device->dialogue, &message))
    {
      device->n_said++;
      fly (world, device, message);
    }
}

/* As an endpoint does: what belongs to no call and opens one rings. */
static void
deliver (World                  *world,
         Device                 *device,
         const YodelCallMessage *message)
{
  const Manners *manners = &device->manners;

  if (manners->is_absent)
    return;
  if (device->dialogue != NULL)
    {
      if (yodel_call_dialogue_concerns (device->dialogue, message))
        yodel_call_dialogue_receive (device->dialogue, message, world->now_us);
    }
  else if (message->type == YODEL_CALL_MESSAGE_OFFER || message->type == YODEL_CALL_MESSAGE_KNOCK)
    {
      YodelDialogueConfig config = config_of (device);

      device->dialogue = yodel_call_dialogue_new_incoming (&config, message, world->now_us);
      device->n_offers += message->type == YODEL_CALL_MESSAGE_OFFER;
      yodel_call_dialogue_ring (device->dialogue, world->now_us);
      device->act_us = world->now_us + manners->accept_us + manners->decline_us + manners->busy_us;
      if (device->act_us == world->now_us)
        device->act_us = NEVER;
    }
  drain (world, device);
}

static void
act (World  *world,
     Device *device)
{
  const Manners *manners = &device->manners;
  YodelDialogueState state = yodel_call_dialogue_get_state (device->dialogue);

  device->act_us = NEVER;
  if (state != YODEL_DIALOGUE_INCOMING)
    yodel_call_dialogue_hang_up (device->dialogue, YODEL_HANG_UP_NORMAL, world->now_us);
  else if (manners->accept_us > 0)
    {
      yodel_call_dialogue_accept (device->dialogue, world->now_us);
      if (device->n_offers > 0)
        send_with_candidates (world, device, YODEL_CALL_MESSAGE_ANSWER);
      if (manners->hang_up_us > 0)
        device->act_us = world->now_us + manners->hang_up_us;
    }
  else
    yodel_call_dialogue_decline (device->dialogue, manners->busy_us > 0, world->now_us);
  drain (world, device);
}

static void
place_call (World                *world,
            Device               *device,
            YodelCallMessageType  opening)
{
  YodelDialogueConfig config = config_of (device);
  guint8 call_id[YODEL_CALL_ID_BYTES] = { 0xca, device->person, device->id[0] };

  device->dialogue = yodel_call_dialogue_new_outgoing (&config, call_id, new_message (opening), world->now_us);
  if (opening == YODEL_CALL_MESSAGE_OFFER)
    for (guint i = 0; i < 3; i++)
      yodel_call_dialogue_send (device->dialogue, new_message (YODEL_CALL_MESSAGE_CANDIDATES), world->now_us);
  if (device->manners.hang_up_us > 0)
    device->act_us = world->now_us + device->manners.hang_up_us;
  drain (world, device);
}

static void
land_flights (World *world)
{
  for (guint i = 0; i < world->flights->len;)
    {
      Flight flight = g_array_index (world->flights, Flight, i);

      if (flight.at_us > world->now_us)
        {
          i++;
          continue;
        }
      g_array_remove_index_fast (world->flights, i);
      for (guint j = 0; j < world->n_devices; j++)
        if (world->devices[j].person == flight.to_person && world->now_us < world->cut_us &&
            g_rand_double (world->rand) >= world->loss)
          deliver (world, &world->devices[j], flight.message);
      yodel_call_message_free (flight.message);
    }
}

static gint64
next_time (const World *world)
{
  gint64 next_us = NEVER;

  for (guint i = 0; i < world->flights->len; i++)
    next_us = MIN (next_us, g_array_index (world->flights, Flight, i).at_us);
  for (guint i = 0; i < world->n_devices; i++)
    if (world->devices[i].dialogue != NULL)
      next_us = MIN (next_us, MIN (world->devices[i].act_us,
                                   yodel_call_dialogue_next_deadline_us (world->devices[i].dialogue)));
  return next_us;
}

static void
run_until (World  *world,
           gint64  end_us)
{
  gint64 next_us;

  while ((next_us = next_time (world)) <= end_us)
    {
      g_assert_cmpint (next_us, >=, world->now_us);   /* and time goes on */
      world->now_us = next_us;
      land_flights (world);
      for (guint i = 0; i < world->n_devices; i++)
        {
          Device *device = &world->devices[i];

          if (device->dialogue == NULL)
            continue;
          if (device->act_us <= world->now_us)
            act (world, device);
          yodel_call_dialogue_advance (device->dialogue, world->now_us);
          drain (world, device);
        }
    }
  world->now_us = end_us;
}

static void
assert_state (const Device       *device,
              YodelDialogueState  state,
              YodelDialogueEnd    end)
{
  g_assert_nonnull (device->dialogue);
  g_assert_cmpint (yodel_call_dialogue_get_end (device->dialogue), ==, end);
  g_assert_cmpint (yodel_call_dialogue_get_state (device->dialogue), ==, state);
  if (state == YODEL_DIALOGUE_OVER)
    g_assert_true (yodel_call_dialogue_is_finished (device->dialogue));
}

/* One caller, one callee. */
typedef struct
{
  const char           *name;
  Manners               caller, callee;
  YodelCallMessageType  opening;
  YodelDialogueState    state;
  YodelDialogueEnd      caller_end, callee_end;
} PairCase;

#define UP   YODEL_DIALOGUE_UP
#define OVER YODEL_DIALOGUE_OVER
#define END(what) YODEL_DIALOGUE_END_##what

static const PairCase pair_cases[] = {
  { "accepted",                { 0 }, { .accept_us = 3 * SECOND }, YODEL_CALL_MESSAGE_OFFER, UP, END (NONE), END (NONE) },
  { "declined",                { 0 }, { .decline_us = 3 * SECOND }, YODEL_CALL_MESSAGE_OFFER, OVER, END (DECLINED), END (REFUSED) },
  { "busy",                    { 0 }, { .busy_us = 1 }, YODEL_CALL_MESSAGE_OFFER, OVER, END (BUSY), END (REFUSED) },
  { "rings-out",               { 0 }, { 0 }, YODEL_CALL_MESSAGE_OFFER, OVER, END (NO_ANSWER), END (NO_ANSWER) },
  { "cancelled",               { .hang_up_us = 20 * SECOND }, { 0 }, YODEL_CALL_MESSAGE_OFFER, OVER, END (HUNG_UP), END (CANCELLED) },
  { "caller-hangs-up",         { .hang_up_us = 50 * SECOND }, { .accept_us = 3 * SECOND }, YODEL_CALL_MESSAGE_OFFER,
    OVER, END (HUNG_UP), END (PEER_HUNG_UP) },
  { "callee-hangs-up",         { 0 }, { .accept_us = 3 * SECOND, .hang_up_us = 30 * SECOND }, YODEL_CALL_MESSAGE_OFFER,
    OVER, END (PEER_HUNG_UP), END (HUNG_UP) },
  { "stranger-is-accepted",    { 0 }, { .is_discreet = TRUE, .accept_us = 3 * SECOND }, YODEL_CALL_MESSAGE_OFFER, UP, END (NONE), END (NONE) },
  { "stranger-is-declined",    { 0 }, { .is_discreet = TRUE, .decline_us = 3 * SECOND }, YODEL_CALL_MESSAGE_OFFER,
    OVER, END (NO_ANSWER), END (REFUSED) },
  { "knock-is-answered",       { 0 }, { .is_discreet = TRUE, .accept_us = 3 * SECOND }, YODEL_CALL_MESSAGE_KNOCK, UP, END (NONE), END (NONE) },
  { "knock-is-not-answered",   { 0 }, { .is_discreet = TRUE, .decline_us = 3 * SECOND }, YODEL_CALL_MESSAGE_KNOCK,
    OVER, END (NO_ANSWER), END (REFUSED) },
};

static void
run_pair (const PairCase *c,
          guint32         seed,
          double          loss)
{
  World world;
  Device *alice, *bob;
  guint expected;

  world_init (&world, seed, loss);
  alice = add_device (&world, 0, &c->caller);
  bob = add_device (&world, 1, &c->callee);
  place_call (&world, alice, c->opening);
  if (c->opening == YODEL_CALL_MESSAGE_KNOCK && c->state == UP)
    {
      run_until (&world, 45 * SECOND);
      assert_state (alice, UP, END (NONE));   /* let in: now it calls */
      send_with_candidates (&world, alice, YODEL_CALL_MESSAGE_OFFER);
      drain (&world, alice);
    }
  run_until (&world, 200 * SECOND);

  g_test_message ("seed %u, loss %g", seed, loss);
  assert_state (alice, c->state, c->caller_end);
  assert_state (bob, c->state, c->callee_end);
  expected = c->state == UP;
  g_assert_cmpuint (bob->n_offers, ==, c->opening == YODEL_CALL_MESSAGE_OFFER || expected ? 1 : 0);
  if (expected)
    {
      g_assert_cmpuint (alice->n_answers, ==, 1);
      g_assert_cmpuint (alice->n_candidates, ==, 3);
      g_assert_cmpuint (bob->n_candidates, ==, 3);
    }
  if (c->callee.is_discreet && !expected)
    g_assert_cmpuint (bob->n_said, ==, 0);
  g_assert_cmpuint (alice->n_said, <, 150);
  g_assert_cmpuint (bob->n_said, <, 150);
  world_clear (&world);
}

static void
test_pair (gconstpointer data)
{
  run_pair (data, 1, 0);
  for (guint32 seed = 1; seed <= SEEDS; seed++)
    run_pair (data, seed, 0.25);
}

/* A stranger who was refused has seen, message for message and second for second, what he would
 * have seen with nobody there. */
static void
test_refused_looks_like_absent (void)
{
  gint64 said[2][64], ended[2] = { 0 };
  guint n[2] = { 0 };

  for (guint run = 0; run < 2; run++)
    {
      const Manners nobody = { .is_absent = TRUE }, refusing = { .is_discreet = TRUE, .decline_us = 7 * SECOND };
      World world;
      Device *alice;

      world_init (&world, 1, 0);
      alice = add_device (&world, 0, &(Manners) { 0 });
      add_device (&world, 1, run == 0 ? &nobody : &refusing);
      place_call (&world, alice, YODEL_CALL_MESSAGE_KNOCK);
      while (!yodel_call_dialogue_is_finished (alice->dialogue))
        {
          guint before = alice->n_said;

          run_until (&world, world.now_us + SECOND / 10);
          if (alice->n_said != before)
            said[run][n[run]++] = world.now_us;
          g_assert_cmpuint (n[run], <, 64);
        }
      ended[run] = world.now_us;
      assert_state (alice, OVER, END (NO_ANSWER));
      world_clear (&world);
    }
  g_assert_cmpint (ended[0], ==, ended[1]);
  g_assert_cmpmem (said[0], n[0] * sizeof said[0][0], said[1], n[1] * sizeof said[1][0]);
}

/* Three bells: one person, or two hands at once. */
typedef struct
{
  const char       *name;
  Manners           bells[3];
  guint             n_up;
  YodelDialogueEnd  other_end;
} BellsCase;

static const BellsCase bells_cases[] = {
  { "one-is-taken",   { { .accept_us = 8 * SECOND }, { 0 }, { 0 } }, 1, END (TAKEN_ELSEWHERE) },
  { "two-are-taken",  { { .accept_us = 8 * SECOND }, { .accept_us = 8 * SECOND }, { 0 } }, 1, END (TAKEN_ELSEWHERE) },
  { "one-is-taken-and-over-at-once", { { .accept_us = 8 * SECOND, .hang_up_us = SECOND / 5 }, { 0 }, { 0 } }, 0, END (TAKEN_ELSEWHERE) },
  { "one-declines",   { { .decline_us = 8 * SECOND }, { 0 }, { 0 } }, 0, END (ENDED_ELSEWHERE) },
};

static void
run_bells (const BellsCase *c,
           guint32          seed,
           double           loss)
{
  World world;
  Device *alice;
  guint n_up = 0;

  world_init (&world, seed, loss);
  alice = add_device (&world, 0, &(Manners) { 0 });
  for (guint i = 0; i < 3; i++)
    add_device (&world, 1, &c->bells[i]);
  place_call (&world, alice, YODEL_CALL_MESSAGE_OFFER);
  run_until (&world, 55 * SECOND);   /* before a bell would stop by itself */

  g_test_message ("seed %u, loss %g", seed, loss);
  for (guint i = 1; i <= 3; i++)
    {
      Device *bob = &world.devices[i];

      if (bob->dialogue == NULL)
        continue;   /* the offer never came through */
      if (yodel_call_dialogue_get_state (bob->dialogue) == UP)
        {
          n_up++;
          g_assert_cmpmem (yodel_call_dialogue_get_peer_device (alice->dialogue), 8, bob->id, 8);
        }
      else if (c->bells[0].hang_up_us > 0)   /* the accept may come behind the hang-up: for the others it is over in any case */
        g_assert_cmpint (yodel_call_dialogue_get_state (bob->dialogue), ==, OVER);
      else if (yodel_call_dialogue_get_end (bob->dialogue) != END (REFUSED))
        assert_state (bob, OVER, c->other_end);
    }
  g_assert_cmpuint (n_up, ==, c->n_up);
  g_assert_cmpint (yodel_call_dialogue_get_state (alice->dialogue), ==, c->n_up == 1 ? UP : OVER);
  world_clear (&world);
}

static void
test_bells (gconstpointer data)
{
  run_bells (data, 1, 0);
  for (guint32 seed = 1; seed <= SEEDS; seed++)
    run_bells (data, seed, 0.2);
}

/* Both call at once; each has a second device, which rings and stops. */
static void
run_glare (guint32 seed,
           double  loss)
{
  World world;
  Device *alice, *bob;

  world_init (&world, seed, loss);
  alice = add_device (&world, 0, &(Manners) { 0 });
  bob = add_device (&world, 1, &(Manners) { 0 });
  add_device (&world, 0, &(Manners) { 0 });
  add_device (&world, 1, &(Manners) { 0 });
  place_call (&world, alice, YODEL_CALL_MESSAGE_OFFER);
  place_call (&world, bob, YODEL_CALL_MESSAGE_OFFER);
  run_until (&world, 55 * SECOND);

  g_test_message ("seed %u, loss %g", seed, loss);
  assert_state (alice, UP, END (NONE));
  assert_state (bob, UP, END (NONE));
  g_assert_cmpmem (yodel_call_dialogue_get_call_id (alice->dialogue), YODEL_CALL_ID_BYTES,
                   yodel_call_dialogue_get_call_id (bob->dialogue), YODEL_CALL_ID_BYTES);
  g_assert_cmpmem (yodel_call_dialogue_get_peer_device (alice->dialogue), 8, bob->id, 8);
  g_assert_cmpuint (alice->n_glares, ==, 0);   /* the smaller key's call stands */
  g_assert_cmpuint (bob->n_glares, ==, 1);
  g_assert_cmpuint (alice->n_answers, ==, 1);
  for (guint i = 2; i < 4; i++)
    if (world.devices[i].dialogue != NULL)
      assert_state (&world.devices[i], OVER, END (TAKEN_ELSEWHERE));
  world_clear (&world);
}

static void
test_glare (void)
{
  run_glare (1, 0);
  for (guint32 seed = 1; seed <= SEEDS; seed++)
    run_glare (seed, 0.2);
}

static void
test_accept_never_heard (void)
{
  World world;
  Device *bob;

  world_init (&world, 1, 0);
  world.cut_us = 2 * SECOND;
  add_device (&world, 0, &(Manners) { 0 });
  bob = add_device (&world, 1, &(Manners) { .accept_us = 3 * SECOND });
  place_call (&world, &world.devices[0], YODEL_CALL_MESSAGE_OFFER);
  run_until (&world, 120 * SECOND);
  assert_state (bob, OVER, END (UNREACHABLE));
  assert_state (&world.devices[0], OVER, END (NO_ANSWER));
  world_clear (&world);
}

/* A peer that talks without end, to an owner that never listens, fills nothing. */
static void
test_flood (void)
{
  YodelDialogueConfig config = { .own_key = { 1 }, .peer_key = { 2 }, .own_device = { 1 } };
  const guint8 call_id[YODEL_CALL_ID_BYTES] = { 7 };
  g_autoptr (YodelCallDialogue) dialogue = NULL;
  YodelDialogueEvent event;
  YodelCallMessage *said;
  guint n = 0;

  dialogue = yodel_call_dialogue_new_outgoing (&config, call_id, new_message (YODEL_CALL_MESSAGE_OFFER), 0);
  for (guint32 i = 1; i <= 20000; i++)
    {
      g_autoptr (YodelCallMessage) message = new_message (i % 3 ? YODEL_CALL_MESSAGE_ANSWER : YODEL_CALL_MESSAGE_RING);

      memcpy (message->call_id, call_id, sizeof call_id);
      memcpy (message->device, &i, sizeof i);
      message->device[0] %= 50;
      message->number = i;
      yodel_call_dialogue_receive (dialogue, message, i);
    }
  for (; yodel_call_dialogue_poll_event (dialogue, &event); n++)
    yodel_call_message_free (event.message);
  g_assert_cmpuint (n, <=, YODEL_DIALOGUE_MAX_EVENTS + 8);
  for (n = 0; yodel_call_dialogue_poll_message (dialogue, &said); n++)
    yodel_call_message_free (said);
  g_assert_cmpuint (n, <=, 64);
  for (n = 0; yodel_call_dialogue_send (dialogue, new_message (YODEL_CALL_MESSAGE_CANDIDATES), 20001); n++)
    g_assert_cmpuint (n, <, 1000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD_CASES ("/signalling/call-dialogue/two/", pair_cases, test_pair);
  ADD_CASES ("/signalling/call-dialogue/three-bells/", bells_cases, test_bells);
  g_test_add_func ("/signalling/call-dialogue/refused-looks-like-absent", test_refused_looks_like_absent);
  g_test_add_func ("/signalling/call-dialogue/both-call-at-once", test_glare);
  g_test_add_func ("/signalling/call-dialogue/accept-is-never-heard", test_accept_never_heard);
  g_test_add_func ("/signalling/call-dialogue/flood", test_flood);
  return g_test_run ();
}
