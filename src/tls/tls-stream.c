#define G_LOG_DOMAIN "yodel-tls"

#include "tls/tls-stream.h"

#include <errno.h>

/* What a stream and its two halves share; the halves may be held by somebody for longer than the stream.
 * Thread: one at a time. */
typedef struct
{
  GSocketConnection   *base;          /* (owned) */
  GSocket             *socket;        /* (borrowed) of base */
  YodelTlsCredentials *credentials;   /* (owned) */
  gnutls_session_t     session;       /* (owned) */
  gboolean             is_client;
  char                *server;        /* (owned) (nullable): whom a client wants to talk to */
  GError              *failure;       /* (owned) (nullable): of the socket */
  gboolean             has_begun;
  gboolean             is_up;         /* the handshake is done */
  gboolean             is_sending;    /* a record is not all out yet */
} Tls;

struct _YodelTlsStream
{
  GIOStream      parent_instance;

  Tls           *tls;                 /* (owned) */
  GInputStream  *input;               /* (owned) */
  GOutputStream *output;              /* (owned) */
};

G_DEFINE_FINAL_TYPE (YodelTlsStream, yodel_tls_stream, G_TYPE_IO_STREAM)

#define YODEL_TYPE_TLS_INPUT (yodel_tls_input_get_type ())
G_DECLARE_FINAL_TYPE (YodelTlsInput, yodel_tls_input, YODEL, TLS_INPUT, GInputStream)

struct _YodelTlsInput
{
  GInputStream  parent_instance;
  Tls          *tls;                  /* (owned) */
};

#define YODEL_TYPE_TLS_OUTPUT (yodel_tls_output_get_type ())
G_DECLARE_FINAL_TYPE (YodelTlsOutput, yodel_tls_output, YODEL, TLS_OUTPUT, GOutputStream)

struct _YodelTlsOutput
{
  GOutputStream  parent_instance;
  Tls           *tls;                 /* (owned) */
};

static void input_pollable_init  (GPollableInputStreamInterface  *iface);
static void output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (YodelTlsInput, yodel_tls_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, input_pollable_init))

G_DEFINE_FINAL_TYPE_WITH_CODE (YodelTlsOutput, yodel_tls_output, G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, output_pollable_init))

static void
tls_clear (gpointer data)
{
  Tls *self = data;

  gnutls_deinit (self->session);
  yodel_tls_credentials_unref (self->credentials);
  g_object_unref (self->base);
  g_clear_error (&self->failure);
  g_free (self->server);
}

static void
tls_release (Tls *self)
{
  g_atomic_rc_box_release_full (self, tls_clear);
}

/* What GnuTLS reads and writes */

static ssize_t
moved (Tls    *self,
       gssize  size,
       GError *error)
{
  if (size >= 0)
    return size;
  gnutls_transport_set_errno (self->session, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? EAGAIN : EIO);
  if (self->failure == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    self->failure = g_error_copy (error);
  g_error_free (error);
  return -1;
}

static ssize_t
on_pull (gnutls_transport_ptr_t  user_data,
         void                   *buffer,
         size_t                  capacity)
{
  Tls *self = user_data;
  GError *error = NULL;
  gssize size = g_socket_receive_with_blocking (self->socket, buffer, capacity, FALSE, NULL, &error);

  return moved (self, size, error);
}

static ssize_t
on_push (gnutls_transport_ptr_t  user_data,
         const void             *data,
         size_t                  size)
{
  Tls *self = user_data;
  GError *error = NULL;
  gssize sent = g_socket_send_with_blocking (self->socket, data, size, FALSE, NULL, &error);

  return moved (self, sent, error);
}

static int
on_pull_timeout (gnutls_transport_ptr_t user_data,
                 unsigned int           timeout_ms)
{
  return g_socket_condition_check (((Tls *) user_data)->socket, G_IO_IN) != 0;
}

/* Why GnuTLS did not do it.  Returns: -1 */
static gssize
explain (Tls     *self,
         int      result,
         GError **error)
{
  if (!gnutls_error_is_fatal (result))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "not yet");
      return -1;
    }
  if (!self->is_up)
    gnutls_alert_send_appropriate (self->session, result);
  if (self->failure != NULL)
    g_propagate_error (error, g_error_copy (self->failure));
  else if (result == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
    {
      gnutls_datum_t text = { NULL, 0 };

      gnutls_certificate_verification_status_print (gnutls_session_get_verify_cert_status (self->session), GNUTLS_CRT_X509, &text, 0);
      g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, "%s: %s", self->server, text.data != NULL ? g_strchomp ((char *) text.data) : "?");
      gnutls_free (text.data);
    }
  else
    g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC, "TLS: %s", gnutls_strerror (result));
  return -1;
}

static gboolean
shake_hands (Tls     *self,
             GError **error)
{
  int result;

  if (self->is_up)
    return TRUE;
  self->has_begun = TRUE;
  result = gnutls_handshake (self->session);
  self->is_up = result == GNUTLS_E_SUCCESS;
  if (!self->is_up)
    explain (self, result, error);
  return self->is_up;
}

/* What the socket has to be ready for; @usual once the handshake is done. */
static GIOCondition
awaited (Tls          *self,
         GIOCondition  usual)
{
  if (self->is_up)
    return usual;
  if (!self->has_begun)
    return self->is_client ? G_IO_OUT : G_IO_IN;
  return gnutls_record_get_direction (self->session) ? G_IO_OUT : G_IO_IN;
}

/* Ready when the socket is, or when GnuTLS has read already what nobody has asked it for. */
typedef struct
{
  GSource  parent;
  Tls     *tls;    /* (owned) */
} Source;

static gboolean
source_prepare (GSource *source,
                int     *timeout_ms)
{
  *timeout_ms = -1;
  return gnutls_record_check_pending (((Source *) source)->tls->session) > 0;
}

/* Its parent has the word. */
static gboolean
on_pending (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
source_dispatch (GSource     *source,
                 GSourceFunc  callback,
                 gpointer     user_data)
{
  return callback (user_data);
}

static void
source_finalize (GSource *source)
{
  tls_release (((Source *) source)->tls);
}

/* @half: the stream that callbacks are given */
static GSource *
create_source (Tls          *self,
               gpointer      half,
               GIOCondition  condition,
               GCancellable *cancellable)
{
  static GSourceFuncs functions = { .prepare = source_prepare, .dispatch = source_dispatch, .finalize = source_finalize };
  g_autoptr (GSource) socket_source = g_socket_create_source (self->socket, awaited (self, condition), NULL);
  g_autoptr (GSource) pending = NULL;
  GSource *source = g_pollable_source_new_full (half, socket_source, cancellable);

  if (condition == G_IO_IN)
    {
      pending = g_source_new (&functions, sizeof (Source));
      ((Source *) pending)->tls = g_atomic_rc_box_acquire (self);
      g_source_set_callback (pending, on_pending, NULL, NULL);
      g_source_add_child_source (source, pending);
    }
  return source;
}

/* The half that is read */

static gssize
input_read_nonblocking (GPollableInputStream  *stream,
                        void                  *buffer,
                        gsize                  capacity,
                        GError               **error)
{
  Tls *self = YODEL_TLS_INPUT (stream)->tls;
  ssize_t size;

  if (!shake_hands (self, error))
    return -1;
  size = gnutls_record_recv (self->session, buffer, capacity);
  if (size == GNUTLS_E_PREMATURE_TERMINATION)   /* WebSocket has an end of its own */
    return 0;
  return size >= 0 ? size : explain (self, (int) size, error);
}

static gboolean
input_is_readable (GPollableInputStream *stream)
{
  Tls *self = YODEL_TLS_INPUT (stream)->tls;

  return gnutls_record_check_pending (self->session) > 0 || g_socket_condition_check (self->socket, awaited (self, G_IO_IN)) != 0;
}

static GSource *
input_create_source (GPollableInputStream *stream,
                     GCancellable         *cancellable)
{
  return create_source (YODEL_TLS_INPUT (stream)->tls, stream, G_IO_IN, cancellable);
}

static void
input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->read_nonblocking = input_read_nonblocking;
  iface->is_readable = input_is_readable;
  iface->create_source = input_create_source;
}

/* Only for who insists on waiting. */
static gssize
input_read (GInputStream  *stream,
            void          *buffer,
            gsize          capacity,
            GCancellable  *cancellable,
            GError       **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "this stream does not block");
  return -1;
}

static void
input_finalize (GObject *object)
{
  tls_release (YODEL_TLS_INPUT (object)->tls);
  G_OBJECT_CLASS (yodel_tls_input_parent_class)->finalize (object);
}

static void
yodel_tls_input_class_init (YodelTlsInputClass *class)
{
  G_OBJECT_CLASS (class)->finalize = input_finalize;
  G_INPUT_STREAM_CLASS (class)->read_fn = input_read;
}

static void
yodel_tls_input_init (YodelTlsInput *self)
{
}

/* The half that is written */

static gssize
output_write_nonblocking (GPollableOutputStream  *stream,
                          const void             *data,
                          gsize                   size,
                          GError                **error)
{
  Tls *self = YODEL_TLS_OUTPUT (stream)->tls;
  ssize_t sent;

  if (!shake_hands (self, error))
    return -1;
  /* What was begun is finished first; GnuTLS then tells how much of @data that was. */
  sent = self->is_sending ? gnutls_record_send (self->session, NULL, 0) : gnutls_record_send (self->session, data, size);
  self->is_sending = sent == GNUTLS_E_AGAIN || sent == GNUTLS_E_INTERRUPTED;
  return sent >= 0 ? sent : explain (self, (int) sent, error);
}

static gboolean
output_is_writable (GPollableOutputStream *stream)
{
  Tls *self = YODEL_TLS_OUTPUT (stream)->tls;

  return g_socket_condition_check (self->socket, awaited (self, G_IO_OUT)) != 0;
}

static GSource *
output_create_source (GPollableOutputStream *stream,
                      GCancellable          *cancellable)
{
  return create_source (YODEL_TLS_OUTPUT (stream)->tls, stream, G_IO_OUT, cancellable);
}

static void
output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->write_nonblocking = output_write_nonblocking;
  iface->is_writable = output_is_writable;
  iface->create_source = output_create_source;
}

static gssize
output_write (GOutputStream  *stream,
              const void     *data,
              gsize           size,
              GCancellable   *cancellable,
              GError        **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "this stream does not block");
  return -1;
}

static void
output_finalize (GObject *object)
{
  tls_release (YODEL_TLS_OUTPUT (object)->tls);
  G_OBJECT_CLASS (yodel_tls_output_parent_class)->finalize (object);
}

static void
yodel_tls_output_class_init (YodelTlsOutputClass *class)
{
  G_OBJECT_CLASS (class)->finalize = output_finalize;
  G_OUTPUT_STREAM_CLASS (class)->write_fn = output_write;
}

static void
yodel_tls_output_init (YodelTlsOutput *self)
{
}

/* Both */

static GInputStream *
stream_get_input (GIOStream *stream)
{
  return YODEL_TLS_STREAM (stream)->input;
}

static GOutputStream *
stream_get_output (GIOStream *stream)
{
  return YODEL_TLS_STREAM (stream)->output;
}

/* A full socket keeps the last word from the peer; it does not keep the stream open. */
static gboolean
stream_close (GIOStream     *stream,
              GCancellable  *cancellable,
              GError       **error)
{
  Tls *self = YODEL_TLS_STREAM (stream)->tls;

  if (self->is_up && self->failure == NULL && !g_socket_is_closed (self->socket))
    gnutls_bye (self->session, GNUTLS_SHUT_WR);
  return g_io_stream_close (G_IO_STREAM (self->base), cancellable, error);
}

static void
stream_close_async (GIOStream           *stream,
                    int                  priority,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, stream_close_async);
  if (stream_close (stream, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
stream_close_finish (GIOStream     *stream,
                     GAsyncResult  *result,
                     GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
stream_finalize (GObject *object)
{
  YodelTlsStream *self = YODEL_TLS_STREAM (object);

  g_object_unref (self->input);
  g_object_unref (self->output);
  tls_release (self->tls);
  G_OBJECT_CLASS (yodel_tls_stream_parent_class)->finalize (object);
}

static void
yodel_tls_stream_class_init (YodelTlsStreamClass *class)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = stream_finalize;
  stream_class->get_input_stream = stream_get_input;
  stream_class->get_output_stream = stream_get_output;
  stream_class->close_fn = stream_close;
  stream_class->close_async = stream_close_async;
  stream_class->close_finish = stream_close_finish;
}

static void
yodel_tls_stream_init (YodelTlsStream *self)
{
  YodelTlsInput *input = g_object_new (YODEL_TYPE_TLS_INPUT, NULL);
  YodelTlsOutput *output = g_object_new (YODEL_TYPE_TLS_OUTPUT, NULL);

  self->tls = g_atomic_rc_box_new0 (Tls);
  input->tls = g_atomic_rc_box_acquire (self->tls);
  output->tls = g_atomic_rc_box_acquire (self->tls);
  self->input = G_INPUT_STREAM (input);
  self->output = G_OUTPUT_STREAM (output);
}

/* A client checks that the certificate is that of @server. */
static void
expect (Tls        *self,
        const char *server)
{
  g_autofree char *ascii = g_hostname_to_ascii (server);

  self->server = g_strdup (ascii != NULL ? ascii : server);
  gnutls_session_set_verify_cert (self->session, self->server, 0);
  if (!g_hostname_is_ip_address (self->server))
    gnutls_server_name_set (self->session, GNUTLS_NAME_DNS, self->server, strlen (self->server));
}

static YodelTlsStream *
stream_new (GSocketConnection   *base,
            YodelTlsCredentials *credentials,
            gboolean             is_client)
{
  YodelTlsStream *stream = g_object_new (YODEL_TYPE_TLS_STREAM, NULL);
  Tls *self = stream->tls;

  self->base = g_object_ref (base);
  self->socket = g_socket_connection_get_socket (base);
  self->credentials = yodel_tls_credentials_ref (credentials);
  self->is_client = is_client;
  if (gnutls_init (&self->session, (is_client ? GNUTLS_CLIENT : GNUTLS_SERVER) | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
    g_error ("GnuTLS does not work");
  gnutls_priority_set (self->session, credentials->priorities);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, credentials->certificates);
  gnutls_transport_set_ptr (self->session, self);
  gnutls_transport_set_pull_function (self->session, on_pull);
  gnutls_transport_set_pull_timeout_function (self->session, on_pull_timeout);
  gnutls_transport_set_push_function (self->session, on_push);
  return stream;
}

/* Returns: (transfer full) */
GIOStream *
yodel_tls_stream_new_server (GSocketConnection   *base,
                             YodelTlsCredentials *credentials)
{
  return G_IO_STREAM (stream_new (base, credentials, FALSE));
}

/* @server: (nullable): the name or the address that is asked for; NULL to take whoever answers.
 *
 * Returns: (transfer full) */
GIOStream *
yodel_tls_stream_new_client (GSocketConnection   *base,
                             YodelTlsCredentials *credentials,
                             const char          *server)
{
  YodelTlsStream *stream = stream_new (base, credentials, TRUE);

  if (server != NULL)
    expect (stream->tls, server);
  return G_IO_STREAM (stream);
}
