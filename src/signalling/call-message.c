#define G_LOG_DOMAIN "yodel-signalling"

#include "signalling/call-message.h"

#include <string.h>

#include "base/byte-reader.h"
#include "base/byte-writer.h"

/* docs/wire-signalling.md, "Fields".  A field with the high bit must be understood. */
#define FIELD_MUST_BE_KNOWN 0x80

typedef enum
{
  FIELD_DESCRIPTION       = 0x81,
  FIELD_FINGERPRINT       = 0x82,
  FIELD_CANDIDATE         = 0x83,
  FIELD_END_OF_CANDIDATES = 0x84,
  FIELD_REASON            = 0x85,
  FIELD_ACK               = 0x86,
  FIELD_NAME              = 0x07,
  FIELD_GREETING          = 0x08,
  FIELD_PROOF             = 0x09,
  FIELD_INVITE            = 0x0a,
} Field;

#define ACK_BYTES (YODEL_DEVICE_ID_BYTES + 4)

#define BIT(type) (1u << (type))
#define DESCRIBING (BIT (YODEL_CALL_MESSAGE_OFFER) | BIT (YODEL_CALL_MESSAGE_ANSWER))
#define TRICKLING  (DESCRIBING | BIT (YODEL_CALL_MESSAGE_CANDIDATES))

/* Which messages may have a field, how often and how long. */
typedef struct
{
  Field tag;
  guint types;
  guint max_count;
  gsize min_bytes;
  gsize max_bytes;
} Rule;

static const Rule rules[] = {
  { FIELD_DESCRIPTION,       DESCRIBING, 1, 1, YODEL_CALL_MESSAGE_MAX_DESCRIPTION },
  { FIELD_FINGERPRINT,       DESCRIBING, 1, YODEL_FINGERPRINT_BYTES, YODEL_FINGERPRINT_BYTES },
  { FIELD_CANDIDATE,         TRICKLING, YODEL_CALL_MESSAGE_MAX_CANDIDATES,
                             1, YODEL_CALL_MESSAGE_MAX_CANDIDATE },
  { FIELD_END_OF_CANDIDATES, TRICKLING, 1, 0, 0 },
  { FIELD_REASON,            BIT (YODEL_CALL_MESSAGE_HANG_UP), 1, 1, 1 },
  { FIELD_ACK,               BIT (YODEL_CALL_MESSAGE_ACK), YODEL_CALL_MESSAGE_MAX_ACKS,
                             ACK_BYTES, ACK_BYTES },
  { FIELD_NAME,              BIT (YODEL_CALL_MESSAGE_KNOCK), 1, 1, YODEL_CALL_MESSAGE_MAX_NAME },
  { FIELD_GREETING,          BIT (YODEL_CALL_MESSAGE_KNOCK), 1, 1, YODEL_CALL_MESSAGE_MAX_GREETING },
  { FIELD_PROOF,             BIT (YODEL_CALL_MESSAGE_KNOCK), 1, 8, 8 },
  { FIELD_INVITE,            BIT (YODEL_CALL_MESSAGE_KNOCK), 1, YODEL_CALL_INVITE_BYTES, YODEL_CALL_INVITE_BYTES },
};

/* What has been seen of a message, by the index of the rule. */
typedef struct
{
  guint counts[G_N_ELEMENTS (rules)];
} Census;

YodelCallMessage *
yodel_call_message_new (YodelCallMessageType type)
{
  YodelCallMessage *self = g_new0 (YodelCallMessage, 1);

  self->type = type;
  return self;
}

YodelCallMessage *
yodel_call_message_copy (const YodelCallMessage *self)
{
  YodelCallMessage *copy = g_memdup2 (self, sizeof *self);

  copy->description = g_strdup (self->description);
  copy->name = g_strdup (self->name);
  copy->greeting = g_strdup (self->greeting);
  for (guint i = 0; i < self->n_candidates; i++)
    copy->candidates[i] = g_strdup (self->candidates[i]);
  return copy;
}

void
yodel_call_message_free (YodelCallMessage *self)
{
  if (self == NULL)
    return;
  g_free (self->description);
  g_free (self->name);
  g_free (self->greeting);
  for (guint i = 0; i < self->n_candidates; i++)
    g_free (self->candidates[i]);
  g_free (self);
}

static const Rule *
find_rule (guint8 tag)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    if (rules[i].tag == tag)
      return &rules[i];
  return NULL;
}

/* The description may have lines; everything else is one line for a person or a parser. */
static gboolean
is_text (const guint8 *data,
         gsize         size,
         gboolean      may_have_lines)
{
  for (gsize i = 0; i < size; i++)
    if ((data[i] < 0x20 && !(may_have_lines && strchr ("\r\n\t", data[i]) != NULL && data[i] != 0)) ||
        data[i] == 0x7f)
      return FALSE;
  return g_utf8_validate_len ((const char *) data, size, NULL);
}

/* Stores the text, or refuses it. */
static gboolean
take_text (const guint8  *data,
           gsize          size,
           gboolean       may_have_lines,
           char         **text)
{
  if (!is_text (data, size, may_have_lines))
    return FALSE;
  *text = g_strndup ((const char *) data, size);
  return TRUE;
}

static gboolean
take_ack (YodelCallMessage *self,
          YodelByteReader  *value)
{
  YodelCallMessageAck *ack = &self->acks[self->n_acks++];

  memcpy (ack->device, yodel_byte_reader_take (value, YODEL_DEVICE_ID_BYTES), YODEL_DEVICE_ID_BYTES);
  ack->number = yodel_byte_reader_u32 (value);
  return TRUE;
}

/* The size and the count of the field have been checked against its rule. */
static gboolean
take_field (YodelCallMessage *self,
            Field             tag,
            const guint8     *data,
            gsize             size)
{
  YodelByteReader value = yodel_byte_reader_init (data, size);

  switch (tag)
    {
    case FIELD_DESCRIPTION:
      return take_text (data, size, TRUE, &self->description);
    case FIELD_FINGERPRINT:
      memcpy (self->fingerprint, data, size);
      return TRUE;
    case FIELD_CANDIDATE:
      return take_text (data, size, FALSE, &self->candidates[self->n_candidates]) &&
             ++self->n_candidates > 0;
    case FIELD_END_OF_CANDIDATES:
      return self->is_end_of_candidates = TRUE;
    case FIELD_REASON:
      self->reason = MIN (data[0], YODEL_HANG_UP_FAILED);   /* a later one is some failure */
      return TRUE;
    case FIELD_ACK:
      return take_ack (self, &value);
    case FIELD_NAME:
      return take_text (data, size, FALSE, &self->name);
    case FIELD_GREETING:
      return take_text (data, size, FALSE, &self->greeting);
    case FIELD_PROOF:
      self->proof = yodel_byte_reader_u64 (&value);
      return TRUE;
    case FIELD_INVITE:
      memcpy (self->invite, data, size);
      return self->has_invite = TRUE;
    }
  g_assert_not_reached ();
}

static gboolean
parse_field (YodelCallMessage *self,
             YodelByteReader  *reader,
             Census           *census)
{
  guint8 tag = yodel_byte_reader_u8 (reader);
  gsize size = yodel_byte_reader_u16 (reader);
  const guint8 *data = yodel_byte_reader_take (reader, size);
  const Rule *rule = find_rule (tag);

  if (reader->failed)
    return FALSE;
  if (rule == NULL)
    return !(tag & FIELD_MUST_BE_KNOWN);
  if (!(rule->types & BIT (self->type)) || size < rule->min_bytes || size > rule->max_bytes ||
      ++census->counts[rule - rules] > rule->max_count)
    return FALSE;
  return take_field (self, rule->tag, data, size);
}

/* What a message of its type cannot do without. */
static gboolean
is_complete (const YodelCallMessage *self,
             const Census           *census)
{
  switch (self->type)
    {
    case YODEL_CALL_MESSAGE_OFFER:
    case YODEL_CALL_MESSAGE_ANSWER:
      return self->description != NULL && census->counts[find_rule (FIELD_FINGERPRINT) - rules] == 1;
    case YODEL_CALL_MESSAGE_CANDIDATES:
      return self->n_candidates > 0 || self->is_end_of_candidates;
    case YODEL_CALL_MESSAGE_HANG_UP:
      return census->counts[find_rule (FIELD_REASON) - rules] == 1;
    case YODEL_CALL_MESSAGE_ACK:
      return self->n_acks > 0;
    case YODEL_CALL_MESSAGE_RING:
    case YODEL_CALL_MESSAGE_ACCEPT:
    case YODEL_CALL_MESSAGE_DECLINE:
    case YODEL_CALL_MESSAGE_BUSY:
    case YODEL_CALL_MESSAGE_KNOCK:
      return TRUE;
    }
  return FALSE;
}

/* Returns: (transfer full) (nullable): what the bytes say, NULL if nothing that is allowed */
YodelCallMessage *
yodel_call_message_parse (const guint8 *data,
                          gsize         size)
{
  g_autoptr (YodelCallMessage) self = yodel_call_message_new (0);
  YodelByteReader reader = yodel_byte_reader_init (data, size);
  const guint8 *ids;
  Census census = { 0 };

  self->type = yodel_byte_reader_u8 (&reader);
  self->number = yodel_byte_reader_u32 (&reader);
  self->sent_ms = (gint64) yodel_byte_reader_u64 (&reader);
  ids = yodel_byte_reader_take (&reader, YODEL_CALL_ID_BYTES + 2 * YODEL_DEVICE_ID_BYTES);
  if (reader.failed || size > YODEL_CALL_MESSAGE_MAX_BYTES || self->number == 0 || self->sent_ms < 0 ||
      self->type < YODEL_CALL_MESSAGE_OFFER || self->type > YODEL_CALL_MESSAGE_KNOCK)
    return NULL;

  memcpy (self->call_id, ids, YODEL_CALL_ID_BYTES);
  memcpy (self->device, ids + YODEL_CALL_ID_BYTES, YODEL_DEVICE_ID_BYTES);
  memcpy (self->to_device, ids + YODEL_CALL_ID_BYTES + YODEL_DEVICE_ID_BYTES, YODEL_DEVICE_ID_BYTES);

  while (reader.left > 0)
    if (!parse_field (self, &reader, &census))
      return NULL;
  if (!is_complete (self, &census))
    return NULL;
  return g_steal_pointer (&self);
}

static void
write_field (YodelByteWriter *writer,
             Field            tag,
             const void      *data,
             gsize            size)
{
  const Rule *rule = find_rule (tag);

  if (size < rule->min_bytes || size > rule->max_bytes)
    writer->failed = TRUE;
  yodel_byte_writer_u8 (writer, tag);
  yodel_byte_writer_u16 (writer, (guint16) MIN (size, G_MAXUINT16));
  yodel_byte_writer_bytes (writer, data, size);
}

static void
write_text (YodelByteWriter *writer,
            Field            tag,
            const char      *text)
{
  if (text != NULL)
    write_field (writer, tag, text, strlen (text));
}

static void
write_describing (YodelByteWriter        *writer,
                  const YodelCallMessage *self)
{
  write_text (writer, FIELD_DESCRIPTION, self->description);
  write_field (writer, FIELD_FINGERPRINT, self->fingerprint, sizeof self->fingerprint);
}

static void
write_candidates (YodelByteWriter        *writer,
                  const YodelCallMessage *self)
{
  for (guint i = 0; i < self->n_candidates; i++)
    write_text (writer, FIELD_CANDIDATE, self->candidates[i]);
  if (self->is_end_of_candidates)
    write_field (writer, FIELD_END_OF_CANDIDATES, "", 0);
}

static void
write_acks (YodelByteWriter        *writer,
            const YodelCallMessage *self)
{
  for (guint i = 0; i < self->n_acks; i++)
    {
      guint8 data[ACK_BYTES];
      YodelByteWriter value = yodel_byte_writer_init (data, sizeof data);

      yodel_byte_writer_bytes (&value, self->acks[i].device, YODEL_DEVICE_ID_BYTES);
      yodel_byte_writer_u32 (&value, self->acks[i].number);
      write_field (writer, FIELD_ACK, data, sizeof data);
    }
}

static void
write_knock (YodelByteWriter        *writer,
             const YodelCallMessage *self)
{
  guint8 data[8];
  YodelByteWriter value = yodel_byte_writer_init (data, sizeof data);

  yodel_byte_writer_u64 (&value, self->proof);
  write_text (writer, FIELD_NAME, self->name);
  write_text (writer, FIELD_GREETING, self->greeting);
  write_field (writer, FIELD_PROOF, data, sizeof data);
  if (self->has_invite)
    write_field (writer, FIELD_INVITE, self->invite, sizeof self->invite);
}

gsize
yodel_call_message_write (const YodelCallMessage *self,
                          guint8                 *data,
                          gsize                   capacity)
{
  YodelByteWriter writer = yodel_byte_writer_init (data, MIN (capacity, YODEL_CALL_MESSAGE_MAX_BYTES));
  const guint8 reason = self->reason;

  yodel_byte_writer_u8 (&writer, self->type);
  yodel_byte_writer_u32 (&writer, self->number);
  yodel_byte_writer_u64 (&writer, (guint64) self->sent_ms);
  yodel_byte_writer_bytes (&writer, self->call_id, YODEL_CALL_ID_BYTES);
  yodel_byte_writer_bytes (&writer, self->device, YODEL_DEVICE_ID_BYTES);
  yodel_byte_writer_bytes (&writer, self->to_device, YODEL_DEVICE_ID_BYTES);

  if (BIT (self->type) & DESCRIBING)
    write_describing (&writer, self);
  if (BIT (self->type) & TRICKLING)
    write_candidates (&writer, self);
  if (self->type == YODEL_CALL_MESSAGE_HANG_UP)
    write_field (&writer, FIELD_REASON, &reason, 1);
  if (self->type == YODEL_CALL_MESSAGE_ACK)
    write_acks (&writer, self);
  if (self->type == YODEL_CALL_MESSAGE_KNOCK)
    write_knock (&writer, self);
  return writer.failed ? 0 : writer.size;
}
