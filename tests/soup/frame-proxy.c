/* memmem() */
#define _GNU_SOURCE

#include "soup/frame-proxy.h"

#include <string.h>

#define MAX_KEPT 64

typedef struct
{
  FrameProxy        *proxy;         /* (borrowed) */
  GSocketConnection *ends[2];       /* (owned) the client's and the server's */
  GByteArray        *pending[2];    /* (owned) read there, not passed on yet */
  gboolean           is_open[2];    /* the HTTP of the handshake is over */
  GPtrArray         *kept[2];       /* (owned) GBytes: frames that came from there */
  guint8             buffers[2][16384];
  GCancellable      *cancellable;   /* (owned) */
  gint               refs;
} Tunnel;

struct _FrameProxy
{
  GSocketService *service;     /* (owned) */
  guint16         port;
  guint16         server_port;
  Deeds           deeds;
  double          share;
  GRand          *dice;        /* (owned) */
  GPtrArray      *tunnels;     /* (owned) */
  guint           n_deeds;
};

static Tunnel *
tunnel_ref (Tunnel *self)
{
  self->refs++;
  return self;
}

static void
tunnel_unref (Tunnel *self)
{
  if (--self->refs > 0)
    return;
  for (guint i = 0; i < 2; i++)
    {
      g_clear_object (&self->ends[i]);
      g_byte_array_unref (self->pending[i]);
      g_ptr_array_unref (self->kept[i]);
    }
  g_object_unref (self->cancellable);
  g_free (self);
}

static void
tunnel_close (gpointer data)
{
  Tunnel *self = data;

  g_cancellable_cancel (self->cancellable);
  self->proxy = NULL;
  for (guint i = 0; i < 2; i++)
    if (self->ends[i] != NULL)
      g_io_stream_close (G_IO_STREAM (self->ends[i]), NULL, NULL);
  tunnel_unref (self);
}

static void
hang_up (Tunnel *self)
{
  if (self->proxy != NULL)
    g_ptr_array_remove (self->proxy->tunnels, self);   /* and closes it */
}

/* @from: the end whose words these are */
static void
pass (Tunnel       *self,
      guint         from,
      const guint8 *data,
      gsize         size)
{
  if (self->proxy != NULL &&
      !g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (self->ends[!from])), data, size, NULL, NULL, NULL))
    hang_up (self);
}

static void
pass_bytes (Tunnel *self,
            guint   from,
            GBytes *frame)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (frame, &size);

  pass (self, from, data, size);
}

typedef struct
{
  Tunnel *tunnel;   /* (owned) */
  guint   from;
  GBytes *frame;    /* (owned) */
} Late;

static gboolean
on_late (gpointer data)
{
  Late *late = data;

  pass_bytes (late->tunnel, late->from, late->frame);
  return G_SOURCE_REMOVE;
}

static void
late_free (gpointer data)
{
  Late *late = data;

  tunnel_unref (late->tunnel);
  g_bytes_unref (late->frame);
  g_free (late);
}

static void
pass_later (Tunnel *self,
            guint   from,
            GBytes *frame,
            guint   after_ms)
{
  Late *late = g_new (Late, 1);

  *late = (Late) { tunnel_ref (self), from, g_bytes_ref (frame) };
  g_timeout_add_full (G_PRIORITY_DEFAULT, after_ms, on_late, late, late_free);
}

/* Where the payload of a frame begins; its mask stands before that. */
static gsize
head_size (const guint8 *data)
{
  const gsize length = data[1] & 0x7f;

  return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + (data[1] & 0x80 ? 4 : 0);
}

/* Returns: the size of the frame that begins here; 0 if it is not all there */
static gsize
frame_size (const guint8 *data,
            gsize         size)
{
  guint64 length;

  if (size < 2 || size < head_size (data))
    return 0;
  length = data[1] & 0x7f;
  if (length == 126)
    length = (guint64) data[2] << 8 | data[3];
  else if (length == 127)
    for (guint i = length = 0; i < 8; i++)
      length = length << 8 | data[2 + i];
  return size >= head_size (data) + length ? head_size (data) + (gsize) length : 0;
}

/* A frame that is shorter, and says so. */
static GBytes *
cut (FrameProxy *self,
     GBytes     *frame)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (frame, &size);
  const gsize head = head_size (data);
  const gsize left = size > head ? (gsize) g_rand_int_range (self->dice, 0, (gint32) (size - head)) : 0;
  GByteArray *shorter = g_byte_array_new ();
  const guint8 mask = data[1] & 0x80;

  g_byte_array_append (shorter, data, 1);
  if (left < 126)
    g_byte_array_append (shorter, &(const guint8) { (guint8) (mask | left) }, 1);
  else
    g_byte_array_append (shorter, (const guint8[]) { (guint8) (mask | 126), (guint8) (left >> 8), (guint8) left }, 3);
  if (mask)
    g_byte_array_append (shorter, data + head - 4, 4);
  g_byte_array_append (shorter, data + head, (guint) left);
  return g_byte_array_free_to_bytes (shorter);
}

static GBytes *
forge (FrameProxy *self,
       GBytes     *frame)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (frame, &size);
  const gsize head = head_size (data);
  g_autofree guint8 *copy = g_memdup2 (data, size);

  switch (g_rand_int_range (self->dice, 0, 4))
    {
    case 0:   /* a bit of what is inside */
      copy[size > head ? (gsize) g_rand_int_range (self->dice, (gint32) head, (gint32) size) : 0] ^= (guint8) (1 << g_rand_int_range (self->dice, 0, 8));
      break;
    case 1:   /* all of it but the type */
      for (gsize i = head + 1; i < size; i++)
        copy[i] = (guint8) g_rand_int_range (self->dice, 0, 256);
      break;
    case 2:   /* another type */
      if (size > head)
        copy[head] = (guint8) g_rand_int_range (self->dice, 0, 256);
      break;
    case 3:   /* the head: text, reserved, a part, a close */
      copy[0] = (guint8) g_rand_int_range (self->dice, 0, 256);
      break;
    }
  return g_bytes_new (copy, size);
}

static Tunnel *
find_other (Tunnel *self)
{
  FrameProxy *proxy = self->proxy;
  Tunnel *other = proxy->tunnels->pdata[g_rand_int_range (proxy->dice, 0, (gint32) proxy->tunnels->len)];

  return other->is_open[0] && other->is_open[1] ? other : self;
}

static void
do_ill (Tunnel *self,
        guint   from,
        GBytes *frame,
        Deeds   deed)
{
  FrameProxy *proxy = self->proxy;
  g_autoptr (GBytes) other = NULL;

  switch (deed)
    {
    case DEED_DROP:
      break;
    case DEED_DELAY:
    case DEED_REORDER:
      pass_later (self, from, frame, hostile_late_ms (deed, proxy->dice));
      break;
    case DEED_DUPLICATE:
      pass_bytes (self, from, frame);
      pass_bytes (self, from, frame);
      break;
    case DEED_REPLAY:
      pass_bytes (self, from, frame);
      pass_bytes (self, from, self->kept[from]->pdata[g_rand_int_range (proxy->dice, 0, (gint32) self->kept[from]->len)]);
      break;
    case DEED_SWAP:
      pass_bytes (find_other (self), from, frame);
      break;
    case DEED_CUT:
      other = cut (proxy, frame);
      pass_bytes (self, from, other);
      break;
    case DEED_FORGE:
      other = forge (proxy, frame);
      pass_bytes (self, from, other);
      break;
    }
}

static void
treat (Tunnel *self,
       guint   from,
       GBytes *frame)
{
  FrameProxy *proxy = self->proxy;
  Deeds deed;

  if (self->kept[from]->len < MAX_KEPT)
    g_ptr_array_add (self->kept[from], g_bytes_ref (frame));
  deed = hostile_choose (proxy->deeds, proxy->share, proxy->dice);
  if (deed == 0)
    {
      pass_bytes (self, from, frame);
      return;
    }
  proxy->n_deeds++;
  do_ill (self, from, frame, deed);
}

/* Passes on what is complete. */
static void
digest (Tunnel *self,
        guint   from)
{
  GByteArray *pending = self->pending[from];
  gsize size;

  if (!self->is_open[from])
    {
      const guint8 *end = memmem (pending->data, pending->len, "\r\n\r\n", 4);

      if (end == NULL)
        return;
      self->is_open[from] = TRUE;
      size = (gsize) (end + 4 - pending->data);
      pass (self, from, pending->data, size);
      g_byte_array_remove_range (pending, 0, (guint) size);
    }
  while (self->proxy != NULL && (size = frame_size (pending->data, pending->len)) > 0)
    {
      g_autoptr (GBytes) frame = g_bytes_new (pending->data, size);

      g_byte_array_remove_range (pending, 0, (guint) size);
      treat (self, from, frame);
    }
}

static void listen_to (Tunnel *self,
                       guint   from);

static void
on_read (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Tunnel *self = user_data;
  gssize size = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);
  guint from = self->ends[0] != NULL && g_io_stream_get_input_stream (G_IO_STREAM (self->ends[0])) == G_INPUT_STREAM (source) ? 0 : 1;

  if (self->proxy != NULL && size <= 0)
    hang_up (self);
  if (self->proxy != NULL)
    {
      g_byte_array_append (self->pending[from], self->buffers[from], (guint) size);
      digest (self, from);
    }
  if (self->proxy != NULL)
    listen_to (self, from);
  tunnel_unref (self);
}

static void
listen_to (Tunnel *self,
           guint   from)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (self->ends[from])), self->buffers[from], sizeof self->buffers[from],
                             G_PRIORITY_DEFAULT, self->cancellable, on_read, tunnel_ref (self));
}

static void
on_connected (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Tunnel *self = user_data;
  GSocketConnection *server = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, NULL);

  if (self->proxy == NULL)
    g_clear_object (&server);
  else if (server == NULL)
    hang_up (self);
  else
    {
      self->ends[1] = server;
      listen_to (self, 0);
      listen_to (self, 1);
    }
  tunnel_unref (self);
}

static gboolean
on_client (GSocketService    *service,
           GSocketConnection *client,
           GObject           *source,
           FrameProxy        *self)
{
  g_autoptr (GSocketClient) dialler = g_socket_client_new ();
  Tunnel *tunnel = g_new0 (Tunnel, 1);

  tunnel->refs = 1;
  tunnel->proxy = self;
  tunnel->ends[0] = g_object_ref (client);
  tunnel->cancellable = g_cancellable_new ();
  for (guint i = 0; i < 2; i++)
    {
      tunnel->pending[i] = g_byte_array_new ();
      tunnel->kept[i] = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
    }
  g_ptr_array_add (self->tunnels, tunnel);
  g_socket_client_connect_to_host_async (dialler, "127.0.0.1", self->server_port, tunnel->cancellable, on_connected, tunnel_ref (tunnel));
  return TRUE;
}

FrameProxy *
frame_proxy_new (guint16 server_port,
                 Deeds   deeds,
                 double  share,
                 guint32 seed)
{
  FrameProxy *self = g_new0 (FrameProxy, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0), own = NULL;
  GError *error = NULL;

  self->service = g_socket_service_new ();
  self->server_port = server_port;
  self->deeds = deeds;
  self->share = share;
  self->dice = g_rand_new_with_seed (seed);
  self->tunnels = g_ptr_array_new_with_free_func (tunnel_close);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &own, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (own));
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_client), self);
  g_socket_service_start (self->service);
  return self;
}

void
frame_proxy_free (FrameProxy *self)
{
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_object_unref (self->service);
  g_ptr_array_unref (self->tunnels);
  g_rand_free (self->dice);
  g_free (self);
}

guint16
frame_proxy_get_port (FrameProxy *self)
{
  return self->port;
}

guint
frame_proxy_get_n_deeds (FrameProxy *self)
{
  return self->n_deeds;
}
