#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/send-history.h"

#include "base/sequence.h"

#define FIRST_CAPACITY  256                     /* 5 s of sound */
#define KEEP_US         (5 * G_USEC_PER_SEC)    /* the ring grows rather than forget what is younger */
#define FORGET_AFTER_US (2 * G_USEC_PER_SEC)    /* behind the newest reported: its report is lost */
#define MAX_PATIENCE    5                       /* reports more that a path which reorders is given ... */
#define IMPATIENT_US    (5 * G_USEC_PER_SEC)    /* ... one less each time it did not for so long */

/* Both are powers of two, so the ring doubles until it is as large as it may be. */
G_STATIC_ASSERT ((YODEL_SEND_HISTORY_MAX_PACKETS & (YODEL_SEND_HISTORY_MAX_PACKETS - 1)) == 0);
G_STATIC_ASSERT ((FIRST_CAPACITY & (FIRST_CAPACITY - 1)) == 0 && FIRST_CAPACITY <= YODEL_SEND_HISTORY_MAX_PACKETS);

typedef enum
{
  IN_FLIGHT,
  PASSED_OVER,        /* a report has said that it was not there */
  ARRIVED,            /* known, not yet told */
  TOLD
} Fate;

typedef struct
{
  YodelPacketResult packet;
  Fate              fate;
  guint64           sent_bytes;  /* of all packets up to this one */
  guint             report;      /* the one that passed it over */
} Entry;

struct _YodelSendHistory
{
  Entry  *entries;               /* (owned) ring by number */
  gint64  capacity;
  gint64  next;                  /* number of the next packet */
  gint64  first_open;            /* all before are told */
  gint64  highest_covered;       /* by any report; -1: none */
  guint   n_reports;
  guint   patience;              /* reports to wait for what was passed over, beyond one */
  gint64  patience_us;           /* when it changed; on our clock */
  guint   n_late_audio;
  gint64  peer_clock_us;         /* newest arrival told, unwrapped */
  guint64 sent_bytes;            /* ever */
  gint64  n_audio;
  GArray *results;               /* (owned) */
};

YodelSendHistory *
yodel_send_history_new (void)
{
  YodelSendHistory *self = g_new0 (YodelSendHistory, 1);

  self->capacity = FIRST_CAPACITY;
  self->entries = g_new0 (Entry, FIRST_CAPACITY);
  self->highest_covered = -1;
  self->peer_clock_us = -1;
  self->results = g_array_new (FALSE, FALSE, sizeof (YodelPacketResult));
  return self;
}

void
yodel_send_history_free (YodelSendHistory *self)
{
  g_array_unref (self->results);
  g_free (self->entries);
  g_free (self);
}

static Entry *
entry_at (const YodelSendHistory *self,
          gint64                  number)
{
  return &self->entries[number & (self->capacity - 1)];
}

/* Room for the next packet, at the cost of the oldest where that is old or the ring as large as it may be. */
static void
make_room (YodelSendHistory *self,
           gint64            now_us)
{
  gint64 first = self->next - self->capacity;
  Entry *old = self->entries;

  if (first < 0)
    return;

  if (self->capacity < YODEL_SEND_HISTORY_MAX_PACKETS && now_us - entry_at (self, first)->packet.sent_us < KEEP_US)
    {
      self->entries = g_new0 (Entry, 2 * self->capacity);
      self->capacity *= 2;
      for (gint64 i = first; i < self->next; i++)
        *entry_at (self, i) = old[i & (self->capacity / 2 - 1)];
      g_free (old);
    }
  else
    {
      self->first_open = MAX (self->first_open, first + 1);
    }
}

guint16
yodel_send_history_add (YodelSendHistory *self,
                        guint             size_bytes,
                        gboolean          audio,
                        int               probe_cluster,
                        gint64            now_us)
{
  Entry *entry;

  make_room (self, now_us);
  entry = entry_at (self, self->next);
  self->sent_bytes += size_bytes;
  *entry = (Entry) {
    .sent_bytes = self->sent_bytes,
    .packet = {
      .sequence = self->next,
      .size_bytes = size_bytes,
      .sent_us = now_us,
      .arrived_us = -1,
      .probe_cluster = probe_cluster,
      .audio = audio,
      .audio_number = self->n_audio,
    },
    .fate = IN_FLIGHT,
  };
  self->n_audio += audio != 0;
  return (guint16) self->next++;
}

/* The endless time nearest to the newest one seen. */
static gint64
unwrap_arrival (YodelSendHistory *self,
                gint64            arrived_us,
                gint64            period_us)
{
  gint64 ahead_us;

  if (self->peer_clock_us < 0)
    self->peer_clock_us = arrived_us + period_us;     /* room below for what is reordered */

  ahead_us = (arrived_us - self->peer_clock_us % period_us + period_us) % period_us;
  if (ahead_us > period_us / 2)
    return MAX (self->peer_clock_us + ahead_us - period_us, 0);

  self->peer_clock_us += ahead_us;
  return self->peer_clock_us;
}

/* What was told as lost has come: others like it will. */
static void
note_late (YodelSendHistory *self,
           Entry            *entry)
{
  entry->packet.arrived_us = 0;
  self->n_late_audio += entry->packet.audio != 0;
  self->patience = MIN (self->patience + 1, MAX_PATIENCE);
  self->patience_us = entry->packet.sent_us;
}

static void
note_status (YodelSendHistory *self,
             Entry            *entry,
             gint64            arrived_us,
             gint64            period_us)
{
  if (entry->fate == TOLD && entry->packet.arrived_us < 0 && arrived_us >= 0)
    note_late (self, entry);
  if (entry->fate != IN_FLIGHT && entry->fate != PASSED_OVER)
    return;

  if (arrived_us >= 0)
    {
      entry->packet.arrived_us = unwrap_arrival (self, arrived_us, period_us);
      entry->fate = ARRIVED;
    }
  else if (entry->fate == IN_FLIGHT)
    {
      entry->fate = PASSED_OVER;
      entry->report = self->n_reports;
    }
}

/* Gathers in order of their numbers what is known now and was not told before. */
static void
collect (YodelSendHistory *self)
{
  gint64 newest_us = entry_at (self, self->highest_covered)->packet.sent_us;

  if (self->patience > 0 && newest_us - self->patience_us > IMPATIENT_US)
    {
      self->patience--;
      self->patience_us = newest_us;
    }
  for (gint64 i = self->first_open; i <= self->highest_covered; i++)
    {
      Entry *entry = entry_at (self, i);
      gboolean is_lost = entry->fate == PASSED_OVER && self->n_reports - entry->report > self->patience;

      if (entry->fate == ARRIVED || is_lost)
        {
          g_array_append_val (self->results, entry->packet);
          entry->fate = TOLD;
        }
      else if (entry->fate != TOLD && newest_us - entry->packet.sent_us > FORGET_AFTER_US)
        entry->fate = TOLD;

      if (entry->fate == TOLD && i == self->first_open)
        self->first_open++;
    }
}

guint
yodel_send_history_on_report (YodelSendHistory         *self,
                              guint16                   base_sequence,
                              const gint64             *arrived_us,
                              guint                     n,
                              gint64                    period_us,
                              const YodelPacketResult **results)
{
  gint64 last = self->next - 1;
  gint64 base = last + yodel_sequence_diff16 (base_sequence, (guint16) last);

  g_array_set_size (self->results, 0);
  self->n_reports++;
  for (guint i = 0; i < n; i++)
    {
      gint64 number = base + i;

      if (number < 0 || number <= last - self->capacity || number > last)
        continue;
      note_status (self, entry_at (self, number), arrived_us[i], period_us);
      self->highest_covered = MAX (self->highest_covered, number);
    }

  if (self->highest_covered >= self->first_open)
    collect (self);

  *results = (const YodelPacketResult *) self->results->data;
  return self->results->len;
}

guint
yodel_send_history_get_n_late_audio (const YodelSendHistory *self)
{
  return self->n_late_audio;
}

guint
yodel_send_history_get_in_flight_bytes (const YodelSendHistory *self)
{
  gint64 first = MAX (self->highest_covered + 1, self->next - self->capacity);
  const Entry *entry = entry_at (self, first);

  return first == self->next ? 0 : self->sent_bytes - entry->sent_bytes + entry->packet.size_bytes;
}
