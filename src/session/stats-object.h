/* Builds one object of W3C webrtc-stats. */
#pragma once

#include <glib.h>

#include "base/units.h"

static inline void
yodel_stats_object_begin (GVariantBuilder *object,
                          const char      *type,
                          const char      *id,
                          gint64           unix_us)
{
  g_variant_builder_init (object, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (object, "{sv}", "type", g_variant_new_string (type));
  g_variant_builder_add (object, "{sv}", "id", g_variant_new_string (id));
  g_variant_builder_add (object, "{sv}", "timestamp",
                         g_variant_new_double (unix_us / (double) YODEL_US_PER_MS));
}

static inline void
yodel_stats_object_add_count (GVariantBuilder *object,
                              const char      *name,
                              guint64          value)
{
  g_variant_builder_add (object, "{sv}", name, g_variant_new_uint64 (value));
}

static inline void
yodel_stats_object_add_number (GVariantBuilder *object,
                               const char      *name,
                               double           value)
{
  g_variant_builder_add (object, "{sv}", name, g_variant_new_double (value));
}

static inline void
yodel_stats_object_add_text (GVariantBuilder *object,
                             const char      *name,
                             const char      *value)
{
  if (value != NULL)
    g_variant_builder_add (object, "{sv}", name, g_variant_new_string (value));
}

static inline void
yodel_stats_object_add_flag (GVariantBuilder *object,
                             const char      *name,
                             gboolean         value)
{
  g_variant_builder_add (object, "{sv}", name, g_variant_new_boolean (value));
}

static inline void
yodel_stats_object_end (GVariantBuilder *object,
                        GVariantBuilder *objects)
{
  g_variant_builder_add_value (objects, g_variant_builder_end (object));
}
