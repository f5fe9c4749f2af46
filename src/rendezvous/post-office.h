/* A rendezvous without its sockets: who is connected, whose mailbox is whose, what goes where and
 * how much of it.  After each function that takes now_us, poll until FALSE; then sleep until the
 * deadline and advance.
 *
 * It learns network addresses, mailboxes and sizes.  Not who writes, nor whose address is behind a
 * mailbox, unless it knew that address before. */
#pragma once

#include "rendezvous/rendezvous-message.h"

G_BEGIN_DECLS

#define YODEL_POST_PING_S           32            /* each client is asked so often, in its own second */
#define YODEL_POST_SILENCE_US       (20 * G_USEC_PER_SEC)   /* for a PONG */
#define YODEL_POST_MAX_MAILBOXES    8             /* of a client */
#define YODEL_POST_MAX_REFUSALS     200           /* in a row, then the client has to go */
#define YODEL_POST_MAX_UNHEARD      (512 * 1024)  /* bytes to a client that it did not confirm */
#define YODEL_POST_MAX_ALL_UNHEARD  (64 * 1024 * 1024)   /* to all of them */
#define YODEL_POST_BURST_S          4             /* of the rates below */

typedef struct
{
  guint  max_clients;
  guint  max_clients_of_source;   /* a source is an IPv4 address or an IPv6 /64 */
  guint  source_rate;             /* messages a second; one over 8 KiB counts as several */
  guint  total_rate;
  gsize  max_waiting_bytes;
} YodelPostOfficeLimits;

/* Since the start. */
typedef struct
{
  guint64 n_connected;
  guint64 n_refused;       /* connections, for want of room or of patience */
  guint64 n_attached;
  guint64 n_bad_proofs;
  guint64 n_taken;         /* messages of clients */
  guint64 n_delivered;     /* a message that reaches two devices counts twice */
  guint64 n_too_fast;
  guint64 n_held_back;     /* for a client that does not read */
  guint64 n_malformed;
  guint64 n_silent;        /* clients that did not answer */
} YodelPostOfficeCounters;

typedef struct
{
  guint   n_clients;
  guint   n_mailboxes;
  guint   n_waiting;
  gsize   waiting_bytes;
  gsize   unheard_bytes;
} YodelPostOfficeGauges;

typedef struct _YodelPostOffice YodelPostOffice;
typedef struct _YodelPostClient YodelPostClient;

typedef struct
{
  YodelPostClient *client;   /* (borrowed) */
  GBytes          *frame;    /* (owned) (nullable): to be sent; NULL: the client has to go */
} YodelPostAction;

/* @secret: 32 random bytes */
YodelPostOffice *yodel_post_office_new              (const YodelPostOfficeLimits *limits,
                                                     const guint8                 secret[YODEL_RENDEZVOUS_KEY_BYTES]);

void             yodel_post_office_free             (YodelPostOffice             *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelPostOffice, yodel_post_office_free)

/* A cheap question before a handshake. */
gboolean         yodel_post_office_has_room_for     (YodelPostOffice             *self,
                                                     const char                  *source,
                                                     gint64                       now_us);

YodelPostClient *yodel_post_office_connect          (YodelPostOffice             *self,
                                                     const char                  *source,
                                                     const char                  *authority,
                                                     const guint8                 nonce[YODEL_RENDEZVOUS_NONCE_BYTES],
                                                     gpointer                     user_data,
                                                     gint64                       now_us);

/* @client is gone: nothing of it is polled any more. */
void             yodel_post_office_disconnect       (YodelPostOffice             *self,
                                                     YodelPostClient             *client);

void             yodel_post_office_receive          (YodelPostOffice             *self,
                                                     YodelPostClient             *client,
                                                     const guint8                *data,
                                                     gsize                        size,
                                                     gint64                       now_us);

void             yodel_post_office_advance          (YodelPostOffice             *self,
                                                     gint64                       now_us);

gboolean         yodel_post_office_poll             (YodelPostOffice             *self,
                                                     YodelPostAction             *action);

gint64           yodel_post_office_next_deadline_us (const YodelPostOffice       *self);

gpointer         yodel_post_client_get_user_data    (YodelPostClient             *client);

void             yodel_post_office_get_figures      (const YodelPostOffice       *self,
                                                     YodelPostOfficeCounters     *counters,
                                                     YodelPostOfficeGauges       *gauges);

G_END_DECLS
