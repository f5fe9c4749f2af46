/* The smallest STUN server (RFC 8489): tells whoever asks the address it is seen from.  For tests and demonstrations.
 *
 *   stun-server ADDRESS PORT      prints "ready" when it listens; runs until it is killed */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER_BYTES        20
#define BINDING_REQUEST     0x0001
#define BINDING_SUCCESS     0x0101
#define MAPPED_ADDRESS      0x0001
#define XOR_MAPPED_ADDRESS  0x0020

static const uint8_t cookie[] = { 0x21, 0x12, 0xa4, 0x42 };

/* RFC 8489 section 14.2, and 14.1 for those who ask without the cookie (RFC 3489), as libnice does.  Returns the size of the
 * answer. */
static size_t
write_answer (const uint8_t                 *request,
              const struct sockaddr_storage *from,
              uint8_t                       *answer)
{
  int is_old = memcmp (request + 4, cookie, sizeof cookie) != 0;
  const uint8_t none[16] = { 0 };
  const uint8_t *mask = is_old ? none : request + 4;      /* the cookie, and behind it the transaction */
  const struct sockaddr_in *v4 = (const void *) from;
  const struct sockaddr_in6 *v6 = (const void *) from;
  int is_v4 = from->ss_family == AF_INET;
  size_t address_bytes = is_v4 ? 4 : 16;
  const uint8_t *address = is_v4 ? (const uint8_t *) &v4->sin_addr : (const uint8_t *) &v6->sin6_addr;
  uint16_t port = ntohs (is_v4 ? v4->sin_port : v6->sin6_port);
  uint8_t *at = answer + HEADER_BYTES;

  memcpy (answer, request, HEADER_BYTES);
  answer[0] = BINDING_SUCCESS >> 8;
  answer[1] = BINDING_SUCCESS & 0xff;
  answer[2] = 0;
  answer[3] = (uint8_t) (8 + address_bytes);

  at[0] = 0;
  at[1] = is_old ? MAPPED_ADDRESS : XOR_MAPPED_ADDRESS;
  at[2] = 0;
  at[3] = (uint8_t) (4 + address_bytes);
  at[4] = 0;
  at[5] = is_v4 ? 1 : 2;
  at[6] = (uint8_t) (port >> 8) ^ mask[0];
  at[7] = (uint8_t) port ^ mask[1];
  for (size_t i = 0; i < address_bytes; i++)
    at[8 + i] = address[i] ^ mask[i];
  return HEADER_BYTES + 8 + address_bytes;
}

static int
listen_on (const char *address,
           const char *port)
{
  struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
  struct addrinfo *found;
  int fd;

  if (getaddrinfo (address, port, &hints, &found) != 0)
    return -1;
  fd = socket (found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && bind (fd, found->ai_addr, found->ai_addrlen) != 0)
    {
      close (fd);
      fd = -1;
    }
  freeaddrinfo (found);
  return fd;
}

int
main (int   argc,
      char *argv[])
{
  int fd = argc == 3 ? listen_on (argv[1], argv[2]) : -1;

  if (fd < 0)
    {
      fprintf (stderr, "usage: stun-server ADDRESS PORT, both numeric and free\n");
      return 1;
    }
  puts ("ready");
  fflush (stdout);

  for (;;)
    {
      struct sockaddr_storage from;
      socklen_t from_bytes = sizeof from;
      uint8_t request[1500], answer[64];
      ssize_t size = recvfrom (fd, request, sizeof request, 0, (struct sockaddr *) &from, &from_bytes);

      if (size >= HEADER_BYTES && request[0] == BINDING_REQUEST >> 8 && request[1] == (BINDING_REQUEST & 0xff))
        sendto (fd, answer, write_answer (request, &from, answer), 0, (struct sockaddr *) &from, from_bytes);
    }
}
