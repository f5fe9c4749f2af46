#include "dht/dht-guard.h"

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <msgpack.hpp>

/* More than a node says: what is in a value lies six deep. */
#define MAX_ITEMS 1024
#define MAX_DEPTH 12

#define HASH_BYTES        20
#define TRANSACTION_BYTES 4

/* Of values that come in parts.  OpenDHT takes values of up to 64 KiB and as many a message. */
#define MAX_VALUE_BYTES (64 * 1024 + 32)
#define MAX_KEPT_BYTES  (2 * MAX_VALUE_BYTES)
#define MAX_PARTS       50
#define MAX_KEPT        64
#define KEPT_FOR_US     (10 * G_USEC_PER_SEC)

typedef msgpack::object Object;
typedef bool (*IsSound) (const Object &object);

typedef struct
{
  std::string_view key;
  IsSound          is_sound;
} Member;

static bool
is_number (const Object &object)
{
  return object.type == msgpack::type::POSITIVE_INTEGER;
}

static bool
is_small_number (const Object &object)
{
  return is_number (object) && object.via.u64 <= G_MAXUINT32;
}

static bool
is_flag (const Object &object)
{
  return object.type == msgpack::type::BOOLEAN;
}

static bool
is_text (const Object &object)
{
  return object.type == msgpack::type::STR;
}

static bool
is_bytes (const Object &object)
{
  return object.type == msgpack::type::BIN;
}

static bool
is_hash (const Object &object)
{
  return is_bytes (object) && object.via.bin.size == HASH_BYTES;
}

static bool
is_address (const Object &object)
{
  return is_bytes (object) && (object.via.bin.size == 4 || object.via.bin.size == 16);
}

static bool
is_transaction (const Object &object)
{
  return is_small_number (object) || (is_bytes (object) && object.via.bin.size == TRANSACTION_BYTES);
}

static bool
is_scalar (const Object &object)
{
  return is_number (object) || is_text (object) || is_bytes (object);
}

static bool
is_list_of (const Object &object,
            IsSound       is_sound)
{
  if (object.type != msgpack::type::ARRAY)
    return false;
  for (const Object &item : object.via.array)
    if (!is_sound (item))
      return false;
  return true;
}

static bool
is_list_of_numbers (const Object &object)
{
  return is_list_of (object, is_number);
}

static bool
is_list_of_scalars (const Object &object)
{
  return is_list_of (object, is_scalar);
}

/* A code, and then words. */
static bool
is_error (const Object &object)
{
  return is_list_of_scalars (object) && object.via.array.size > 0 && is_number (object.via.array.ptr[0]);
}

/* OpenDHT's Value::Field, but for the key of who signed. */
static bool
is_field (const Object &object)
{
  return is_number (object) && (object.via.u64 == 1 || object.via.u64 == 2 || object.via.u64 == 4 || object.via.u64 == 5);
}

static bool
is_list_of_fields (const Object &object)
{
  return is_list_of (object, is_field);
}

/* What a list of values of fields is divided by. */
static bool
is_selection (const Object &object)
{
  return is_list_of_fields (object) && object.via.array.size > 0;
}

/* Each known key is there once at most: readers differ in which of two they take.  What has an unknown key is read by nobody. */
static bool
is_map_of (const Object              &object,
           const std::vector<Member> &members)
{
  guint32 seen = 0;

  if (object.type != msgpack::type::MAP)
    return false;
  for (const msgpack::object_kv &pair : object.via.map)
    {
      if (!is_text (pair.key))
        return false;
      for (size_t i = 0; i < members.size (); i++)
        if (pair.key.as<std::string_view> () == members[i].key)
          {
            if ((seen & 1u << i) != 0 || !members[i].is_sound (pair.val))
              return false;
            seen |= 1u << i;
          }
    }
  return true;
}

static const Object *
find (const Object     &map,
      std::string_view  key)
{
  for (const msgpack::object_kv &pair : map.via.map)
    if (is_text (pair.key) && pair.key.as<std::string_view> () == key)
      return &pair.val;
  return nullptr;
}

/* Of a value nothing may be there that we do not say: ours are neither signed nor encrypted by the table, so that no key and no signature
 * is there to be parsed. */
static bool
is_content (const Object &object)
{
  return is_map_of (object, { { "data", is_bytes }, { "type", is_small_number }, { "utype", is_text } }) &&
         find (object, "data") != nullptr && find (object, "type") != nullptr && find (object, "utype") != nullptr &&
         object.via.map.size == 3;
}

static bool
is_envelope (const Object &object)
{
  return is_map_of (object, { { "body", is_content } }) && find (object, "body") != nullptr && object.via.map.size == 1;
}

static bool
is_value (const Object &object)
{
  return is_map_of (object, { { "id", is_number }, { "dat", is_envelope } }) &&
         find (object, "id") != nullptr && find (object, "dat") != nullptr && object.via.map.size == 2;
}

static bool
is_value_or_its_size (const Object &object)
{
  return is_value (object) || (is_number (object) && object.via.u64 > 0 && object.via.u64 <= MAX_VALUE_BYTES);
}

static bool
is_list_of_values (const Object &object)
{
  return is_list_of (object, is_value_or_its_size);
}

static bool
is_condition (const Object &object)
{
  return is_map_of (object, { { "f", is_field }, { "v", is_scalar } });
}

static bool
is_list_of_conditions (const Object &object)
{
  return is_list_of (object, is_condition);
}

static bool
is_query (const Object &object)
{
  return is_map_of (object, { { "s", is_list_of_fields }, { "w", is_list_of_conditions } });
}

static bool
is_fields (const Object &object)
{
  return is_map_of (object, { { "f", is_selection }, { "v", is_list_of_scalars } });
}

/* Of a question, of an answer and of what is said to a listener. */
static bool
is_body (const Object &object)
{
  return is_map_of (object, { { "id", is_hash },
                              { "sid", is_transaction },
                              { "h", is_hash },
                              { "target", is_hash },
                              { "q", is_query },
                              { "token", is_bytes },
                              { "vid", is_number },
                              { "ve", is_small_number },
                              { "n4", is_bytes },
                              { "n6", is_bytes },
                              { "sa", is_address },
                              { "c", is_small_number },
                              { "values", is_list_of_values },
                              { "fileds", is_fields },   /* so the protocol has it */
                              { "exp", is_list_of_numbers },
                              { "re", is_list_of_numbers },
                              { "w", is_list_of_numbers } });
}

static const Object *
find_body (const Object &message)
{
  for (const char *key : { "a", "r", "u" })   /* in this order the library looks for it */
    if (const Object *body = find (message, key))
      return body;
  return nullptr;
}

static bool
is_part (const Object &object)
{
  return is_map_of (object, { { "o", is_small_number }, { "d", is_bytes } }) && find (object, "o") != nullptr && find (object, "d") != nullptr;
}

/* Their keys are numbers. */
static bool
is_map_of_parts (const Object &object)
{
  if (object.type != msgpack::type::MAP)
    return false;
  for (const msgpack::object_kv &pair : object.via.map)
    if (!is_small_number (pair.key) || !is_part (pair.val))
      return false;
  return true;
}

static bool
is_message (const Object &object)
{
  return is_map_of (object, { { "y", is_text },
                              { "q", is_text },
                              { "v", is_text },
                              { "t", is_transaction },
                              { "n", is_small_number },
                              { "s", is_flag },
                              { "e", is_error },
                              { "p", is_map_of_parts },
                              { "a", is_body },
                              { "r", is_body },
                              { "u", is_body } }) &&
         find (object, "t") != nullptr && (find_body (object) != nullptr) != (find (object, "p") != nullptr);
}

/* The strings of what is returned are those of @data. */
static std::optional<msgpack::object_handle>
unpack (const char *data,
        size_t      size)
{
  const msgpack::unpack_limit limit (MAX_ITEMS, MAX_ITEMS, size, size, 0, MAX_DEPTH);
  const msgpack::unpack_reference_func is_borrowed = [] (msgpack::type::object_type, std::size_t, void *) { return true; };
  size_t end = 0;

  try
    {
      msgpack::object_handle handle = msgpack::unpack (data, size, end, is_borrowed, nullptr, limit);

      if (end == size)
        return handle;
    }
  catch (const std::exception &)
    {
    }
  return {};
}

/* A value of which parts come. */
typedef struct
{
  size_t      index;   /* among the values of its message */
  size_t      size;    /* of the whole */
  std::string bytes;
} Partial;

/* A message that waits for parts. */
typedef struct
{
  std::string          from;
  std::string          transaction;
  gint64               since_us;
  std::string          message;
  std::vector<Partial> values;
} Kept;

struct _YodelDhtGuard
{
  std::list<Kept> kept;   /* the oldest first */
};

static std::string
transaction_of (const Object &message)
{
  const Object *transaction = find (message, "t");

  return is_number (*transaction) ? std::to_string (transaction->via.u64)
                                  : std::string (transaction->via.bin.ptr, transaction->via.bin.size);
}

static std::vector<Partial>
find_partial (const Object &message)
{
  const Object *values = find (*find_body (message), "values");
  std::vector<Partial> partial;

  for (uint32_t i = 0; values != nullptr && i < values->via.array.size; i++)
    if (is_number (values->via.array.ptr[i]))
      partial.push_back ({ i, values->via.array.ptr[i].via.u64, {} });
  return partial;
}

static void
forget_old (YodelDhtGuard *self,
            gint64         now_us)
{
  while (!self->kept.empty () && (self->kept.size () >= MAX_KEPT || self->kept.front ().since_us < now_us - KEPT_FOR_US))
    self->kept.pop_front ();
}

static void
keep (YodelDhtGuard *self,
      Kept           message)
{
  size_t sum = 0;

  for (const Partial &value : message.values)
    sum += value.size;
  if (sum > MAX_KEPT_BYTES || message.values.size () > MAX_PARTS)
    return;
  for (const Kept &kept : self->kept)
    if (kept.from == message.from && kept.transaction == message.transaction)
      return;
  forget_old (self, message.since_us);
  self->kept.push_back (std::move (message));
}

/* Parts come in their order; one that is too many or too early is dropped. */
static bool
add_parts (Kept         &kept,
           const Object &parts)
{
  bool is_whole = true;

  for (Partial &value : kept.values)
    {
      for (const msgpack::object_kv &pair : parts.via.map)
        {
          const Object *data = find (pair.val, "d");

          if (pair.key.via.u64 == value.index && find (pair.val, "o")->via.u64 == value.bytes.size () &&
              data->via.bin.size <= value.size - value.bytes.size ())
            value.bytes.append (data->via.bin.ptr, data->via.bin.size);
        }
      is_whole = is_whole && value.bytes.size () == value.size;
    }
  return is_whole;
}

/* Returns: (transfer full) (nullable) */
static GBytes *
put_in_whole (const Kept &kept)
{
  const auto handle = unpack (kept.message.data (), kept.message.size ());
  std::vector<msgpack::object_handle> values;
  msgpack::sbuffer buffer;

  for (const Partial &partial : kept.values)
    {
      auto value = unpack (partial.bytes.data (), partial.bytes.size ());

      if (!value || !is_value (value->get ()))
        return nullptr;
      const_cast<Object *> (find (*find_body (handle->get ()), "values"))->via.array.ptr[partial.index] = value->get ();
      values.push_back (std::move (*value));
    }
  msgpack::pack (buffer, handle->get ());
  return g_bytes_new (buffer.data (), buffer.size ());
}

static GBytes *
take_parts (YodelDhtGuard     *self,
            const std::string &from,
            const Object      &message)
{
  const std::string transaction = transaction_of (message);

  for (auto kept = self->kept.begin (); kept != self->kept.end (); kept++)
    if (kept->from == from && kept->transaction == transaction && add_parts (*kept, *find (message, "p")))
      {
        GBytes *whole = put_in_whole (*kept);

        self->kept.erase (kept);
        return whole;
      }
  return nullptr;
}

YodelDhtGuard *
yodel_dht_guard_new (void)
{
  return new YodelDhtGuard;
}

void
yodel_dht_guard_free (YodelDhtGuard *self)
{
  delete self;
}

GBytes *
yodel_dht_guard_take (YodelDhtGuard *self,
                      const guint8  *from,
                      gsize          from_size,
                      const guint8  *data,
                      gsize          size,
                      gint64         now_us)
{
  const auto handle = unpack ((const char *) data, size);
  const std::string sender ((const char *) from, from_size);

  if (!handle || !is_message (handle->get ()))
    return nullptr;
  if (find (handle->get (), "p") != nullptr)
    return take_parts (self, sender, handle->get ());

  std::vector<Partial> values = find_partial (handle->get ());

  if (values.empty ())
    return g_bytes_new (data, size);
  keep (self, { sender, transaction_of (handle->get ()), now_us, std::string ((const char *) data, size), std::move (values) });
  return nullptr;
}
