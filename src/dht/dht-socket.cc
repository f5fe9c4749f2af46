#include "dht/dht-socket.h"

#include <algorithm>
#include <map>
#include <memory>

#include <opendht/dhtrunner.h>
#include <opendht/network_utils.h>

#include "dht/dht-guard.h"

/* MessagePack: a map of up to 15 pairs has their number in the lower half of its first byte. */
#define FIXMAP     0x80
#define FIXMAP_MAX 0x8f

/* What a message ends with whose sender is a client: others answer it, and ask it nothing.  The library heeds it, and never says it. */
static const guint8 client_mark[] = { 0xa1, 's', 0xc3 };

/* The request after which a node sends us what comes for a mailbox. */
static const guint8 listen_request[] = { 0xa1, 'q', 0xa6, 'l', 'i', 's', 't', 'e', 'n' };

static const guint8 nothing[] = { 0xc0 };   /* nil: the library drops it */

/* Our nodes, that is four for a mailbox; a request comes again in less than five minutes. */
#define MAX_LISTENED 32
#define LISTENED_FOR std::chrono::minutes (6)

static dht::SockAddr
any_address (sa_family_t family,
             in_port_t   port)
{
  dht::SockAddr address;

  address.setFamily (family);
  address.setPort (port);
  return address;
}

/* The library's socket.  What comes in is guarded; of a quiet one, what goes out is marked, and where to is remembered.  Thread: any. */
struct _YodelDhtSocket : public dht::net::DatagramSocket
{
  _YodelDhtSocket (in_port_t port,
                   bool      with_ipv6,
                   bool      quiet)
    : is_quiet (quiet), udp (any_address (AF_INET, port), with_ipv6 ? any_address (AF_INET6, port) : dht::SockAddr ())
  {
    udp.setOnReceive ([this] (dht::net::PacketList &&packets) {
      packets.remove_if ([this] (dht::net::ReceivedPacket &packet) { return !take (packet); });
      if (!packets.empty ())
        onReceived (std::move (packets));
      return dht::net::PacketList ();
    });
  }

  int
  sendTo (const dht::SockAddr &to,
          const uint8_t       *data,
          size_t               size,
          bool                 replied) override
  {
    if (!is_quiet)
      return udp.sendTo (to, data, size, replied);
    if (std::search (data, data + size, std::begin (listen_request), std::end (listen_request)) != data + size)
      remember (to);
    if (size == 0 || data[0] < FIXMAP || data[0] >= FIXMAP_MAX)
      return udp.sendTo (to, data, size, replied);

    dht::Blob marked (data, data + size);

    marked[0]++;
    marked.insert (marked.end (), std::begin (client_mark), std::end (client_mark));
    return udp.sendTo (to, marked.data (), marked.size (), replied);
  }

  void
  keep_open ()
  {
    std::lock_guard<std::mutex> guard (listened_lock);
    const auto old = std::chrono::steady_clock::now () - LISTENED_FOR;

    for (auto i = listened.begin (); i != listened.end ();)
      if (i->second < old)
        i = listened.erase (i);
      else
        udp.sendTo ((i++)->first, nothing, sizeof nothing, false);
  }

  bool hasIPv4 () const override { return udp.hasIPv4 (); }
  bool hasIPv6 () const override { return udp.hasIPv6 (); }
  void stop () override { udp.stop (); }

  const dht::SockAddr &
  getBoundRef (sa_family_t family) const override
  {
    return udp.getBoundRef (family);
  }

private:
  const bool is_quiet;
  std::unique_ptr<YodelDhtGuard, decltype (&yodel_dht_guard_free)> guard { yodel_dht_guard_new (), yodel_dht_guard_free };
  dht::net::UdpSocket udp;   /* its thread ends before the guard does */
  std::mutex listened_lock;   /* over what follows */
  std::map<dht::SockAddr, std::chrono::steady_clock::time_point> listened;

  /* On the thread of the socket. */
  bool
  take (dht::net::ReceivedPacket &packet)
  {
    GBytes *bytes = yodel_dht_guard_take (guard.get (), (const guint8 *) packet.from.get (), packet.from.getLength (), packet.data.data (),
                                          packet.data.size (), g_get_monotonic_time ());

    if (bytes == nullptr)
      return false;

    const auto *data = (const guint8 *) g_bytes_get_data (bytes, nullptr);

    packet.data.assign (data, data + g_bytes_get_size (bytes));
    g_bytes_unref (bytes);
    return true;
  }

  void
  remember (const dht::SockAddr &to)
  {
    std::lock_guard<std::mutex> guard (listened_lock);

    if (listened.size () < MAX_LISTENED || listened.count (to) > 0)
      listened[to] = std::chrono::steady_clock::now ();
  }
};

YodelDhtSocket *
yodel_dht_socket_run (dht_runner              *runner,
                      guint16                  port,
                      const dht_runner_config *config,
                      gboolean                 with_ipv6,
                      gboolean                 is_quiet)
{
  dht::DhtRunner::Config settings;
  dht::DhtRunner::Context context;
  YodelDhtSocket *socket;

  settings.threaded = config->threaded;
  settings.dht_config.node_config.network = config->dht_config.node_config.network;
  settings.dht_config.node_config.maintain_storage = config->dht_config.node_config.maintain_storage && !is_quiet;
  if (config->dht_config.node_config.persist_path != nullptr)
    settings.dht_config.node_config.persist_path = config->dht_config.node_config.persist_path;
  settings.dht_config.node_config.public_stable = is_quiet;   /* listens anew after five minutes, not after 20 s */
  try
    {
      socket = new YodelDhtSocket (port, with_ipv6, is_quiet);
      context.sock.reset (socket);
      reinterpret_cast<dht::DhtRunner *> (runner)->run (settings, std::move (context));   /* as the library's C functions do */
    }
  catch (const std::exception &)
    {
      return nullptr;
    }
  return socket;
}

void
yodel_dht_socket_keep_open (YodelDhtSocket *self)
{
  self->keep_open ();
}
