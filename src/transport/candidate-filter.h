/* Which of the peer's candidates are worth a check: pure rules over text and addresses.
 * Relayed candidates never are: Yodel speaks directly or not at all. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define YODEL_CANDIDATE_MAX_BYTES 512

typedef enum
{
  YODEL_CANDIDATE_HOST,
  YODEL_CANDIDATE_SERVER_REFLEXIVE,
  YODEL_CANDIDATE_PEER_REFLEXIVE,
  YODEL_CANDIDATE_RELAYED,
} YodelCandidateType;

/* RFC 8839 section 5.1 */
typedef struct
{
  YodelCandidateType  type;
  gboolean            is_udp;
  guint               component;
  guint32             priority;
  char                foundation[33];
  char                address[256];      /* numeric, or a name that ends in .local */
  guint16             port;
} YodelCandidate;

typedef enum
{
  YODEL_SCOPE_PUBLIC,
  YODEL_SCOPE_PRIVATE,                   /* RFC 1918, RFC 6598 (carrier NAT), RFC 4193 */
  YODEL_SCOPE_LINK_LOCAL,
  YODEL_SCOPE_LOOPBACK,
  YODEL_SCOPE_NONE,                      /* multicast, unspecified, reserved: no host has it */
} YodelScope;

typedef enum
{
  YODEL_VERDICT_USE,
  YODEL_VERDICT_HOLD,                    /* ask again when more is known; use it when nothing else works */
  YODEL_VERDICT_IGNORE,
  YODEL_VERDICT_IGNORE_RELAYED,
} YodelVerdict;

typedef struct
{
  GInetAddress *address;                 /* (owned) */
  guint         prefix_bits;
  char          interface[16];
} YodelLocalAddress;

/* What is known when a candidate is judged. */
typedef struct
{
  const GPtrArray *local;                /* of YodelLocalAddress: where checks leave from */
  const GPtrArray *own_reflexive;        /* of GInetAddress: how servers see this side */
  const GPtrArray *peer_reflexive;       /* of GInetAddress: how they see the peer */
  gboolean         peer_told_all;        /* end of candidates */
} YodelCandidateView;

/* With or without "a=" and "candidate:" in front; @candidate is written on success only. */
gboolean      yodel_candidate_parse      (YodelCandidate           *candidate,
                                          const char               *text);
const char   *yodel_candidate_type_name  (YodelCandidateType        type);
gboolean      yodel_candidate_is_mdns    (const YodelCandidate     *candidate);

YodelScope    yodel_address_get_scope    (GInetAddress             *address);
gboolean      yodel_address_shares_subnet (GInetAddress            *address,
                                           const YodelLocalAddress *local);

/* For a candidate with a numeric address. */
YodelVerdict  yodel_candidate_judge      (const YodelCandidate     *candidate,
                                          const YodelCandidateView *view);

void          yodel_local_address_free   (YodelLocalAddress        *self);

G_END_DECLS
