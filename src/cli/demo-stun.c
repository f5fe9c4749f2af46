/* The STUN server of the demonstration: answers binding requests over IPv4 and UDP (RFC 8489), and knows no more. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/exit-status.h"

/* RFC 8489 sections 5, 14.2 and 18 */
#define HEADER_BYTES     20u
#define BINDING_REQUEST  0x0001u
#define MAGIC_COOKIE     0x2112a442u
#define RESPONSE_BYTES   32u

static const guint8 response_head[] = {
  0x01, 0x01,                     /* binding success response */
  0x00, 0x0c,                     /* length of what follows the header */
};

/* XOR-MAPPED-ADDRESS; for a client of RFC 3489, MAPPED-ADDRESS. */
static const guint8 attribute_types[2] = { 0x20, 0x01 };

static gboolean
has_cookie (const guint8 *request)
{
  guint32 cookie;

  memcpy (&cookie, request + 4, sizeof cookie);
  return GUINT32_FROM_BE (cookie) == MAGIC_COOKIE;
}

/* Returns: FALSE if @request is no binding request from an IPv4 address */
static gboolean
make_response (const guint8   *request,
               gsize           size,
               GSocketAddress *from,
               guint8          response[RESPONSE_BYTES])
{
  GInetAddress *address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (from));
  guint16 port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (from));
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (size < HEADER_BYTES || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV4 ||
      request[0] != BINDING_REQUEST >> 8 || request[1] != (BINDING_REQUEST & 0xff))
    return FALSE;

  memcpy (response, response_head, sizeof response_head);
  memcpy (response + 4, request + 4, 16);                     /* the cookie and the transaction */
  response[20] = 0;
  response[21] = attribute_types[has_cookie (request) ? 0 : 1];
  response[22] = 0;
  response[23] = 8;                                           /* length of the rest */
  response[24] = 0;
  response[25] = 1;                                           /* IPv4 */
  response[26] = (guint8) (port >> 8);
  response[27] = (guint8) port;
  memcpy (response + 28, bytes, 4);
  if (has_cookie (request))
    {
      for (guint i = 0; i < 2; i++)
        response[26 + i] ^= request[4 + i];
      for (guint i = 0; i < 4; i++)
        response[28 + i] ^= request[4 + i];
    }
  return TRUE;
}

static void
serve (GSocket *socket)
{
  for (;;)
    {
      g_autoptr (GSocketAddress) from = NULL;
      guint8 request[1500];
      guint8 response[RESPONSE_BYTES];
      gssize n = g_socket_receive_from (socket, &from, (char *) request, sizeof request, NULL, NULL);

      if (n < 0)
        return;
      if (make_response (request, (gsize) n, from, response))
        g_socket_send_to (socket, from, (const char *) response, sizeof response, NULL, NULL);
    }
}

/* Arguments: ADDRESS PORT.  Says "." on standard output when it listens, and goes on until it is killed. */
int
yodel_demo_stun_command (int    argc,
                         char **argv)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GSocketAddress) address = NULL;

  if (argc == 3)
    address = g_inet_socket_address_new_from_string (argv[1], (guint) g_ascii_strtoull (argv[2], NULL, 10));
  if (socket == NULL || address == NULL || !g_socket_bind (socket, address, FALSE, NULL))
    return YODEL_EXIT_USAGE;

  g_print (".");
  serve (socket);
  return YODEL_EXIT_OK;
}
