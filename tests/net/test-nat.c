/* The NAT and the link that other tests stand on, in time of the test's own. */
#include "net/link.h"
#include "net/nat.h"

#include <arpa/inet.h>
#include <string.h>

#define SECOND G_GINT64_CONSTANT (1000000000)
#define NOW    (100 * SECOND)

#define INSIDE 0xc0a80102u      /* 192.168.1.2 */
#define PUBLIC 0xc6336407u      /* 198.51.100.7 */
#define FRIEND 0xcb007101u      /* 203.0.113.1 */
#define OTHER  0xcb007102u

typedef struct
{
  const char    *name;
  NatDependence  mapping;
  NatDependence  filtering;
  gboolean       same_port_for_other_address;
  gboolean       same_port_for_other_port;
  gboolean       lets_in_other_address;
  gboolean       lets_in_other_port;
} Case;

static const Case cases[] = {
  { "full-cone",          NAT_ENDPOINT_INDEPENDENT, NAT_ENDPOINT_INDEPENDENT, TRUE, TRUE, TRUE, TRUE },
  { "address-restricted", NAT_ENDPOINT_INDEPENDENT, NAT_ADDRESS_DEPENDENT, TRUE, TRUE, FALSE, TRUE },
  { "port-restricted",    NAT_ENDPOINT_INDEPENDENT, NAT_ADDRESS_AND_PORT_DEPENDENT, TRUE, TRUE, FALSE, FALSE },
  { "address-dependent",  NAT_ADDRESS_DEPENDENT, NAT_ADDRESS_AND_PORT_DEPENDENT, FALSE, TRUE, FALSE, FALSE },
  { "symmetric",          NAT_ADDRESS_AND_PORT_DEPENDENT, NAT_ADDRESS_AND_PORT_DEPENDENT, FALSE, FALSE, FALSE, FALSE },
};

static guint16
sum_up (const guint8 *data,
        gsize         size,
        guint32       sum)
{
  for (gsize i = 0; i + 1 < size; i += 2)
    sum += (guint32) data[i] << 8 | data[i + 1];
  while (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16);
  return (guint16) sum;
}

static void
put_32 (guint8  *at,
        guint32  value)
{
  value = htonl (value);
  memcpy (at, &value, sizeof value);
}

static void
put_16 (guint8  *at,
        guint16  value)
{
  value = htons (value);
  memcpy (at, &value, sizeof value);
}

static guint16
get_port (const guint8 *at)
{
  return (guint16) (at[0] << 8 | at[1]);
}

/* What all of a UDP packet's words sum up to with its pseudo header; 0xffff is right (RFC 768). */
static guint16
check_udp (const guint8 *packet)
{
  return sum_up (packet + 20, 12, sum_up (packet + 12, 8, 17 + 12));
}

static gsize
write_udp (guint8  *packet,
           guint32  from,
           guint16  from_port,
           guint32  to,
           guint16  to_port)
{
  memset (packet, 0, 32);
  packet[0] = 0x45;
  packet[3] = 32;
  packet[8] = 64;
  packet[9] = 17;
  put_32 (packet + 12, from);
  put_32 (packet + 16, to);
  put_16 (packet + 20, from_port);
  put_16 (packet + 22, to_port);
  put_16 (packet + 24, 12);
  memcpy (packet + 28, "data", 4);
  put_16 (packet + 26, (guint16) ~check_udp (packet));
  put_16 (packet + 10, (guint16) ~sum_up (packet, 20, 0));
  return 32;
}

static Nat *
create_nat (const Case *c,
            NatPorts    ports)
{
  NatConfig config = {
    .public_address = htonl (PUBLIC), .mapping = c->mapping, .filtering = c->filtering, .ports = ports, .step = 1,
    .first_port = 1024, .last_port = 65535, .idle_s = 30, .seed = 7,
  };

  return nat_new (&config, NOW);
}

static guint16
go_out (Nat     *nat,
        guint32  to,
        guint16  to_port,
        gint64   now_ns)
{
  guint8 packet[32];
  gsize size = write_udp (packet, INSIDE, 5000, to, to_port);

  g_assert_cmpint (nat_from_inside (nat, packet, size, now_ns), ==, NAT_TO_OUTSIDE);
  g_assert_cmpuint (check_udp (packet), ==, 0xffff);
  g_assert_cmpuint (sum_up (packet, 20, 0), ==, 0xffff);
  return get_port (packet + 20);
}

static gboolean
comes_in (Nat     *nat,
          guint32  from,
          guint16  from_port,
          guint16  to_port,
          gint64   now_ns)
{
  guint8 packet[32];
  gsize size = write_udp (packet, from, from_port, PUBLIC, to_port);

  if (nat_from_outside (nat, packet, size, now_ns) != NAT_TO_INSIDE)
    return FALSE;
  g_assert_cmpuint (check_udp (packet), ==, 0xffff);
  g_assert_cmpuint (get_port (packet + 22), ==, 5000);
  return TRUE;
}

static void
test_nat (gconstpointer data)
{
  const Case *c = data;
  Nat *nat = create_nat (c, NAT_PORTS_RANDOM);
  guint16 port = go_out (nat, FRIEND, 80, NOW);

  g_assert_cmpuint (go_out (nat, FRIEND, 80, NOW), ==, port);
  g_assert_true (comes_in (nat, FRIEND, 80, port, NOW));
  g_assert_cmpint (comes_in (nat, OTHER, 80, port, NOW), ==, c->lets_in_other_address);
  g_assert_cmpint (comes_in (nat, FRIEND, 81, port, NOW), ==, c->lets_in_other_port);
  g_assert_false (comes_in (nat, FRIEND, 80, (guint16) (port ^ 1), NOW));
  g_assert_cmpint (go_out (nat, OTHER, 80, NOW) == port, ==, c->same_port_for_other_address);
  g_assert_cmpint (go_out (nat, FRIEND, 81, NOW) == port, ==, c->same_port_for_other_port);

  g_assert_true (comes_in (nat, FRIEND, 80, port, NOW + 29 * SECOND));
  g_assert_false (comes_in (nat, FRIEND, 80, port, NOW + 31 * SECOND));
  nat_flush (nat);
  g_assert_false (comes_in (nat, FRIEND, 80, port, NOW));
  nat_free (nat);
}

static void
test_ports (void)
{
  Nat *preserving = create_nat (&cases[2], NAT_PORTS_PRESERVED);
  Nat *counting = create_nat (&cases[4], NAT_PORTS_IN_SEQUENCE);
  guint16 first = go_out (counting, FRIEND, 80, NOW);

  g_assert_cmpuint (go_out (preserving, FRIEND, 80, NOW), ==, 5000);
  g_assert_cmpuint (go_out (counting, FRIEND, 81, NOW), ==, first + 1);
  nat_get_config (counting)->blocks_udp = TRUE;
  g_assert_false (comes_in (counting, FRIEND, 80, first, NOW));
  nat_free (preserving);
  nat_free (counting);
}

static void
count (const guint8 *data,
       gsize         size,
       gpointer      user_data)
{
  ++*(guint *) user_data;
}

/* 1000 bytes take 8 ms at 1 Mbit/s; then 50 ms of way. */
static void
test_link (void)
{
  guint arrived = 0;
  g_autoptr (Link) link = link_new (1, count, &arrived);
  guint8 packet[1000] = { 0 };
  gint64 ms = SECOND / 1000;

  g_assert_true (link_set (link, "rate", "1mbit"));
  g_assert_true (link_set (link, "delay", "50ms"));
  g_assert_false (link_set (link, "colour", "red"));
  link_push (link, packet, sizeof packet, NOW);
  link_push (link, packet, sizeof packet, NOW);
  g_assert_cmpint (link_advance (link, NOW), ==, NOW + 8 * ms);
  link_advance (link, NOW + 58 * ms - 1);
  g_assert_cmpuint (arrived, ==, 0);
  g_assert_cmpint (link_advance (link, NOW + 58 * ms), ==, NOW + 66 * ms);
  g_assert_cmpuint (arrived, ==, 1);
  g_assert_cmpint (link_advance (link, NOW + 66 * ms), ==, G_MAXINT64);
  g_assert_cmpuint (arrived, ==, 2);

  for (guint i = 0; i < 100; i++)      /* 300 ms of queue are 37 packets */
    link_push (link, packet, sizeof packet, NOW + 100 * ms);
  for (gint64 due = NOW; due < G_MAXINT64;)
    due = link_advance (link, MAX (due, NOW + 100 * ms));
  g_assert_cmpuint (arrived, >=, 2 + 37);
  g_assert_cmpuint (arrived, <=, 2 + 40);
}

static void
test_link_loss (void)
{
  guint arrived = 0;
  g_autoptr (Link) link = link_new (1, count, &arrived);
  guint8 packet[100] = { 0 };

  link_set (link, "loss", "25");
  for (gint64 i = 0; i < 10000; i++)
    {
      link_push (link, packet, sizeof packet, NOW + i);
      link_advance (link, NOW + i);
    }
  g_assert_cmpuint (arrived, >, 7200);
  g_assert_cmpuint (arrived, <, 7800);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/net/nat/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_nat);
    }
  g_test_add_func ("/net/nat/ports", test_ports);
  g_test_add_func ("/net/link-emulator/rate-delay-and-queue", test_link);
  g_test_add_func ("/net/link-emulator/loss", test_link_loss);
  return g_test_run ();
}
