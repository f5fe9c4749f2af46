/* Cases are data: one test for each row of a table whose first field is `name`. */
#pragma once

#include <glib.h>

#define ADD_CASES(prefix, table, test) \
  for (gsize i_ = 0; i_ < G_N_ELEMENTS (table); i_++) \
    { \
      g_autofree char *path_ = g_strconcat (prefix, (table)[i_].name, NULL); \
      g_test_add_data_func (path_, &(table)[i_], test); \
    }
