#include "session/engine.h"
#include "session/loop-thread.h"
#include "session/mailbox.h"

#define N_THREADS 4
#define N_LETTERS 2000

typedef struct
{
  YodelMailbox *mailbox;
  GMainLoop    *loop;
  guint         n_received;
  guint         last[N_THREADS];
} Receiver;

typedef struct
{
  Receiver *receiver;
  guint     thread;
  guint     number;
} Letter;

static void
receive (gpointer data)
{
  Letter *letter = data;
  Receiver *receiver = letter->receiver;

  g_assert_cmpuint (letter->number, ==, receiver->last[letter->thread] + 1);
  receiver->last[letter->thread] = letter->number;
  if (++receiver->n_received == N_THREADS * N_LETTERS)
    g_main_loop_quit (receiver->loop);
}

static gpointer
send_letters (gpointer data)
{
  Letter *first = data;

  for (guint i = 1; i <= N_LETTERS; i++)
    {
      Letter *letter = g_new (Letter, 1);

      *letter = (Letter) { first->receiver, first->thread, i };
      if (i % 2 == 0)
        yodel_mailbox_post (first->receiver->mailbox, receive, letter, g_free);
      else
        yodel_mailbox_post_quietly (first->receiver->mailbox, receive, letter, g_free);
    }

  return NULL;
}

static void
test_order (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  Receiver receiver = { .mailbox = yodel_mailbox_new (context), .loop = loop };
  GThread *threads[N_THREADS];
  Letter first[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    {
      first[i] = (Letter) { &receiver, i, 0 };
      threads[i] = g_thread_new ("sender", send_letters, &first[i]);
    }

  g_main_loop_run (loop);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  yodel_mailbox_close (receiver.mailbox);
  yodel_mailbox_unref (receiver.mailbox);
}

static void
count (gpointer data)
{
  ++*(guint *) data;
}

static void
fail (gpointer data)
{
  g_assert_not_reached ();
}

static void
test_closed (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  YodelMailbox *mailbox = yodel_mailbox_new (context);
  guint n_destroyed = 0;

  yodel_mailbox_post (mailbox, fail, &n_destroyed, count);
  yodel_mailbox_close (mailbox);
  g_assert_cmpuint (n_destroyed, ==, 1);

  yodel_mailbox_post (mailbox, fail, &n_destroyed, count);
  g_assert_cmpuint (n_destroyed, ==, 2);
  g_assert_false (g_main_context_iteration (context, FALSE));
  yodel_mailbox_unref (mailbox);
}

static void
test_pool (void)
{
  YodelEngine *engines[3 * YODEL_ENGINE_MAX_THREADS];
  g_autoptr (GHashTable) threads = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (engines); i++)
    {
      engines[i] = yodel_engine_acquire ();
      g_hash_table_add (threads, yodel_engine_get_context (engines[i]));
    }

  g_assert_cmpuint (g_hash_table_size (threads), <=, YODEL_ENGINE_MAX_THREADS);
  for (guint i = 0; i < G_N_ELEMENTS (engines); i++)
    yodel_engine_release (engines[i]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/mailbox/keeps-the-order-of-each-sender", test_order);
  g_test_add_func ("/session/mailbox/closed/destroys-instead-of-running", test_closed);
  g_test_add_func ("/session/engine/many-users-share-few-threads", test_pool);
  return g_test_run ();
}
