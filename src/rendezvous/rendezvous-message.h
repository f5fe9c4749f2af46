/* What a rendezvous and its clients say to each other, one message a WebSocket frame.
 * docs/wire-rendezvous.md says what the bytes mean. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_RENDEZVOUS_PROTOCOL       "yodel-rendezvous-1"   /* the WebSocket subprotocol */
#define YODEL_RENDEZVOUS_PATH           "/rendezvous"
#define YODEL_RENDEZVOUS_VERSION        1

#define YODEL_MAILBOX_BYTES             32
#define YODEL_MAILBOX_PROOF_BYTES       32
#define YODEL_RENDEZVOUS_KEY_BYTES      32
#define YODEL_RENDEZVOUS_NONCE_BYTES    32

/* What it carries: sealed messages, which come in seven sizes. */
#define YODEL_ENVELOPE_MIN_BYTES        512
#define YODEL_ENVELOPE_MAX_BYTES        32768

#define YODEL_RENDEZVOUS_MAX_BYTES      (1 + 4 + YODEL_MAILBOX_BYTES + YODEL_ENVELOPE_MAX_BYTES)

typedef enum
{
  YODEL_RENDEZVOUS_WELCOME = 0x01,   /* of the server */
  YODEL_RENDEZVOUS_DONE    = 0x02,
  YODEL_RENDEZVOUS_MESSAGE = 0x03,
  YODEL_RENDEZVOUS_PING    = 0x04,
  YODEL_RENDEZVOUS_ATTACH  = 0x11,   /* of a client */
  YODEL_RENDEZVOUS_DETACH  = 0x12,
  YODEL_RENDEZVOUS_SEND    = 0x13,
  YODEL_RENDEZVOUS_PONG    = 0x14,
} YodelRendezvousMessageType;

/* What became of a request. */
typedef enum
{
  YODEL_RENDEZVOUS_OK,
  YODEL_RENDEZVOUS_TOO_FAST,     /* ask again later */
  YODEL_RENDEZVOUS_NOT_YOURS,    /* the proof does not open this mailbox */
  YODEL_RENDEZVOUS_TOO_MANY,     /* mailboxes of this client, or clients of this mailbox */
} YodelRendezvousVerdict;

/* Views into the bytes that were parsed; what the type does not have is zero. */
typedef struct
{
  YodelRendezvousMessageType  type;
  guint32                     number;         /* of a request and its DONE; of a PING and its PONG */
  YodelRendezvousVerdict      verdict;        /* DONE */
  const guint8               *nonce;          /* WELCOME */
  const guint8               *server_key;     /* WELCOME: X25519 */
  guint16                     ping_s;         /* WELCOME: a PING comes at least so often */
  const guint8               *mailbox;        /* MESSAGE, ATTACH, DETACH, SEND */
  const guint8               *proof;          /* ATTACH */
  const guint8               *envelope;       /* MESSAGE, SEND */
  gsize                       envelope_bytes;
} YodelRendezvousMessage;

/* Returns: FALSE if the bytes say nothing that is allowed; @message is then left alone */
gboolean  yodel_rendezvous_message_parse (YodelRendezvousMessage       *message,
                                          const guint8                 *data,
                                          gsize                         size);

/* Returns: (transfer full): the bytes of @message, which must keep to the limits */
GBytes   *yodel_rendezvous_message_write (const YodelRendezvousMessage *message);

G_END_DECLS
