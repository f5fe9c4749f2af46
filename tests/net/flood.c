/* Datagrams from somebody who is not the peer: RTP, RTCP, STUN, DTLS and nonsense in turn.
 *
 *   flood FROM-ADDRESS ADDRESS PORT SECONDS DATAGRAMS-PER-SECOND      prints how many it sent */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_BYTES  1200
#define TICK_NS    5000000

typedef struct
{
  const char *name;
  uint8_t     head[24];
  size_t      head_bytes;
  size_t      bytes;         /* with what is drawn behind the head */
} Kind;

static const Kind kinds[] = {
  { "RTP with the payload type of sound",   { 0x80, 111 },                                            2,  120 },
  { "RTP with the payload type of picture", { 0x90, 96 },                                             2, 1100 },
  { "RTCP, a goodbye",                      { 0x81, 203, 0, 1 },                                      4,   60 },
  { "a STUN check without integrity",       { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 },                   8,   20 },
  { "a STUN check with a wrong one",        { 0, 1, 0, 24, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                                              0, 8, 0, 20 },                                          24,   44 },
  { "a STUN answer nobody asked for",       { 1, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 },                   8,   20 },
  { "a DTLS ClientHello cut off",           { 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 1 },   14,  113 },
  { "a DTLS close_notify in the clear",     { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0 },  15,   15 },
  { "DTLS with keys of nobody",             { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 80 },       13,   93 },
  { "a datagram of one byte",               { 0x80 },                                                 1,    1 },
  { "nothing at all",                       { 0 },                                                    0,    0 },
  { "nonsense",                             { 0xff },                                                 1, MAX_BYTES },
};

static size_t
write_datagram (const Kind *kind,
                uint8_t    *bytes)
{
  memcpy (bytes, kind->head, kind->head_bytes);
  for (size_t i = kind->head_bytes; i < kind->bytes; i++)
    bytes[i] = (uint8_t) random ();
  return kind->bytes;
}

static int
open_socket (const char *from,
             const char *to,
             int         port)
{
  struct sockaddr_in local = { .sin_family = AF_INET };
  struct sockaddr_in remote = { .sin_family = AF_INET, .sin_port = htons ((uint16_t) port) };
  int fd = socket (AF_INET, SOCK_DGRAM, 0);

  if (fd < 0 || inet_pton (AF_INET, from, &local.sin_addr) != 1 || inet_pton (AF_INET, to, &remote.sin_addr) != 1 ||
      bind (fd, (struct sockaddr *) &local, sizeof local) < 0 || connect (fd, (struct sockaddr *) &remote, sizeof remote) < 0)
    {
      perror ("flood");
      exit (1);
    }
  return fd;
}

int
main (int   argc,
      char *argv[])
{
  const struct timespec tick = { 0, TICK_NS };
  uint8_t bytes[MAX_BYTES];
  long sent = 0;
  long total;
  int per_tick;
  int fd;

  if (argc != 6)
    {
      fprintf (stderr, "usage: flood FROM-ADDRESS ADDRESS PORT SECONDS DATAGRAMS-PER-SECOND\n");
      return 1;
    }
  fd = open_socket (argv[1], argv[2], atoi (argv[3]));
  per_tick = atoi (argv[5]) / (1000000000 / TICK_NS);
  total = atol (argv[4]) * atol (argv[5]);

  for (long i = 0; i < total; i++)
    {
      size_t size = write_datagram (&kinds[i % (long) (sizeof kinds / sizeof kinds[0])], bytes);

      if (send (fd, bytes, size, 0) >= 0)
        sent++;
      if (per_tick > 0 && i % per_tick == per_tick - 1)
        nanosleep (&tick, NULL);
    }
  printf ("%ld\n", sent);
  close (fd);
  return sent > total / 2 ? 0 : 1;
}
