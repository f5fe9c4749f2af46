/* Endpoints that meet: who they are, what they are in, and how a test waits for it. */
#pragma once

#include <yodel/yodel.h>

#include "lib/run-until.h"

typedef struct
{
  YodelEndpoint    *endpoint;    /* (owned) (nullable) while there */
  YodelSignaller   *signaller;   /* (owned) (nullable) while there */
  YodelIdentity    *identity;    /* (owned) */
  YodelContactBook *book;        /* (owned) */
  YodelHistory     *history;     /* (owned) */
  YodelCall        *call;        /* (owned) (nullable) the newest */
  GError           *error;       /* (owned) (nullable) of the last call */
  guint             n_incoming;
  gboolean          auto_accept;
  char             *folder;      /* (owned) */
} Person;

void        person_init     (Person         *self,
                             YodelSignaller *signaller,
                             YodelIdentity  *identity);

void        person_clear    (Person         *self);

/* (transfer full): @signaller */
void        person_join     (Person         *self,
                             YodelSignaller *signaller);

void        person_leave    (Person         *self);

/* Knows the other by the name, and has talked to him if @trust says so. */
void        person_know     (Person         *self,
                             const char     *name,
                             Person         *other,
                             YodelTrust      trust);

/* Each knows the other, as "alice" and "bob". */
void        person_befriend (Person         *alice,
                             Person         *bob,
                             YodelTrust      trust);

void        person_call     (Person         *self,
                             const char     *address);

const char *person_address  (Person         *self);

#define is_in(person, wanted) ((person)->call != NULL && yodel_call_get_state ((person)->call) == (wanted))
