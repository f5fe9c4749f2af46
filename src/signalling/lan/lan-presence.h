/* Publishes this host's record on the local network and finds those of others, by Avahi. */
#pragma once

#include <gio/gio.h>

#include "signalling/lan/lan-record.h"

G_BEGIN_DECLS

#define YODEL_LAN_SERVICE        "_yodel._tcp"
#define YODEL_LAN_MAX_SERVICES   256    /* of others, that are looked at */

typedef struct _YodelLanPresence YodelLanPresence;

typedef struct
{
  /* @id: of the service on its interface; @address: where it listens */
  void (*found)   (const char           *id,
                   const YodelLanRecord *record,
                   GSocketAddress       *address,
                   gpointer              user_data);
  void (*lost)    (const char           *id,
                   gpointer              user_data);
  /* @problem: (nullable): in words, NULL when this host is to be seen */
  void (*state)   (const char           *problem,
                   gpointer              user_data);
} YodelLanPresenceFuncs;

/* @records: (element-type YodelLanRecord): what this host says, in one service each */
YodelLanPresence *yodel_lan_presence_new         (guint16                      port,
                                                  GArray                      *records,
                                                  const YodelLanPresenceFuncs *funcs,
                                                  gpointer                     user_data);

void              yodel_lan_presence_free        (YodelLanPresence            *self);

void              yodel_lan_presence_set_records (YodelLanPresence            *self,
                                                  GArray                      *records);

G_END_DECLS
