#define G_LOG_DOMAIN "yodel-session"

#include "session/stats-private.h"

#include <json-glib/json-glib.h>

struct _YodelStats
{
  int       refs;
  GVariant *objects;   /* (owned) aa{sv} */
};

G_DEFINE_BOXED_TYPE (YodelStats, yodel_stats, yodel_stats_ref, yodel_stats_unref)

/* Private: takes a floating or owned variant of type aa{sv}. */
YodelStats *
yodel_stats_new (GVariant *objects)
{
  YodelStats *self = g_new0 (YodelStats, 1);

  self->refs = 1;
  self->objects = g_variant_take_ref (objects);
  return self;
}

/**
 * yodel_stats_ref:
 * @self: a snapshot
 *
 * Thread: any.
 *
 * Returns: (transfer full): the same
 */
YodelStats *
yodel_stats_ref (YodelStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  __atomic_add_fetch (&self->refs, 1, __ATOMIC_RELAXED);
  return self;
}

/**
 * yodel_stats_unref:
 * @self: (transfer full): a snapshot
 *
 * Thread: any.
 */
void
yodel_stats_unref (YodelStats *self)
{
  g_return_if_fail (self != NULL);

  if (__atomic_sub_fetch (&self->refs, 1, __ATOMIC_ACQ_REL) > 0)
    return;

  g_variant_unref (self->objects);
  g_free (self);
}

/**
 * yodel_stats_to_variant:
 * @self: a snapshot
 *
 * Returns: (transfer full): the objects as `aa{sv}`, named as in W3C webrtc-stats
 */
GVariant *
yodel_stats_to_variant (YodelStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_variant_ref (self->objects);
}

/**
 * yodel_stats_to_json:
 * @self: a snapshot
 *
 * Returns: (transfer full): the objects as one JSON array on one line
 */
char *
yodel_stats_to_json (YodelStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return json_gvariant_serialize_data (self->objects, NULL);
}

static gboolean
is_of (GVariant   *object,
       const char *type,
       const char *kind)
{
  const char *value = NULL;

  if (!g_variant_lookup (object, "type", "&s", &value) || g_strcmp0 (value, type) != 0)
    return FALSE;

  return kind == NULL || (g_variant_lookup (object, "kind", "&s", &value) && g_strcmp0 (value, kind) == 0);
}

static gboolean
number_from_variant (GVariant *variant,
                     double   *value)
{
  switch (g_variant_classify (variant))
    {
    case G_VARIANT_CLASS_DOUBLE:  *value = g_variant_get_double (variant); return TRUE;
    case G_VARIANT_CLASS_INT64:   *value = g_variant_get_int64 (variant); return TRUE;
    case G_VARIANT_CLASS_UINT64:  *value = g_variant_get_uint64 (variant); return TRUE;
    case G_VARIANT_CLASS_UINT32:  *value = g_variant_get_uint32 (variant); return TRUE;
    case G_VARIANT_CLASS_INT32:   *value = g_variant_get_int32 (variant); return TRUE;
    case G_VARIANT_CLASS_BOOLEAN: *value = g_variant_get_boolean (variant); return TRUE;
    default:                      return FALSE;
    }
}

/**
 * yodel_stats_get_number:
 * @self: a snapshot
 * @type: the type of object, such as "inbound-rtp"
 * @kind: (nullable): "audio" or "video", %NULL for the first of its type
 * @name: the member, such as "packetsLost"
 * @value: (out): its value
 *
 * Looks up one number.
 *
 * Returns: %FALSE where there is no such object or member
 */
gboolean
yodel_stats_get_number (YodelStats *self,
                        const char *type,
                        const char *kind,
                        const char *name,
                        double     *value)
{
  GVariantIter iter;
  GVariant *object;
  gboolean found = FALSE;

  g_return_val_if_fail (self != NULL && type != NULL && name != NULL && value != NULL, FALSE);

  g_variant_iter_init (&iter, self->objects);
  while (!found && (object = g_variant_iter_next_value (&iter)) != NULL)
    {
      if (is_of (object, type, kind))
        {
          g_autoptr (GVariant) member = g_variant_lookup_value (object, name, NULL);

          found = member != NULL && number_from_variant (member, value);
        }
      g_variant_unref (object);
    }

  return found;
}
