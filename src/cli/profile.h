/* One of the identities of this user, with its contacts and its history. */
#pragma once

#include <yodel/yodel.h>

typedef struct
{
  char             *path;       /* (owned) of the identity */
  YodelIdentity    *identity;   /* (owned) */
  YodelContactBook *book;       /* (owned) */
  YodelHistory     *history;    /* (owned) */
} YodelProfile;

/* Returns: (transfer full): the file of an identity; @name: (nullable): the profile */
char     *yodel_profile_get_path (const char    *name,
                                  const char    *file);

gboolean  yodel_profile_open     (YodelProfile  *self,
                                  const char    *name,
                                  GError       **error);

void      yodel_profile_clear    (YodelProfile  *self);

/* Loads the identity at @path, or makes one, its folder too. */
YodelIdentity *yodel_profile_load_identity (const char  *path,
                                            GError     **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (YodelProfile, yodel_profile_clear)
