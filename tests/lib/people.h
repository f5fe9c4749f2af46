/* Endpoints that meet: who they are, what they are in, and how a test waits for it. */
#pragma once

#include <yodel/yodel.h>

/* Nothing here waits longer than this. */
#define BOUND_S 120

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

gboolean    person_on_bound (gpointer        data);

gboolean    person_on_tick  (gpointer        data);

const char *person_address  (Person         *self);

#define run_until(condition) G_STMT_START { \
    guint bound = g_timeout_add_seconds (BOUND_S, person_on_bound, (gpointer) #condition); \
    guint tick = g_timeout_add (10, person_on_tick, NULL); \
    while (!(condition)) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (bound); \
    g_source_remove (tick); \
  } G_STMT_END

#define is_in(person, wanted) ((person)->call != NULL && yodel_call_get_state ((person)->call) == (wanted))
