/* What the module with libsoup does for the object that a program sees. */
#pragma once

#include <gio/gio.h>

#include "rendezvous/post-office.h"

#define YODEL_RENDEZVOUS_MODULE "libyodel-signaller-ws.so"
#define YODEL_RENDEZVOUS_ENTRY  "yodel_rendezvous_module_get_api"

typedef struct _YodelRendezvousServer YodelRendezvousServer;

/* Borrowed, all of it, for the call. */
typedef struct
{
  const char            *listen;        /* ADDRESS:PORT; port 0: any that is free */
  GTlsCertificate       *certificate;   /* (nullable): none, no TLS */
  const char            *metrics;       /* (nullable) ADDRESS:PORT */
  const char            *page;          /* (nullable) a folder; NULL: the page that comes along */
  const char * const    *stun;          /* (nullable) HOST:PORT, for the page */
  gboolean               has_page;
  gboolean               is_behind_proxy;
  YodelPostOfficeLimits  limits;
} YodelRendezvousConfig;

/* A server belongs to the thread-default main context it was made in. */
typedef struct
{
  YodelRendezvousServer *(*start)       (const YodelRendezvousConfig  *config,
                                         GError                      **error);
  void                   (*stop)        (YodelRendezvousServer        *server);
  guint                  (*get_port)    (YodelRendezvousServer        *server);
  char                  *(*dup_metrics) (YodelRendezvousServer        *server);
} YodelRendezvousApi;

typedef const YodelRendezvousApi *(*YodelRendezvousEntry) (void);
