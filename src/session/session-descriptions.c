/* The exchange of descriptions, as the program sees it: offers, answers and candidates. */
#define G_LOG_DOMAIN "yodel-session"

#include "sdp/ice-candidate.h"
#include "session/session-private.h"

static void
run_settings (gpointer data)
{
  YodelSessionRequest *request = data;

  yodel_session_driver_set_settings (request->driver, &request->settings);
}

/* The first description fixes the settings. */
static void
settle (YodelSession *self)
{
  YodelSessionRequest *request;

  if (self->settled)
    return;

  self->settled = TRUE;
  request = yodel_session_request_new (self);
  request->settings = self->settings;
  self->settings = (YodelSessionSettings) { 0 };
  yodel_session_post (self, run_settings, request);
}

/* Runs on the engine thread, wherever the description came to be. */
static void
description_done (char     *sdp,
                  GError   *error,
                  gpointer  user_data)
{
  YodelSessionRequest *request = user_data;

  yodel_session_return (request, sdp, NULL, error);
  yodel_session_request_free (request);
}

/* The mailbox frees the request it carried; the driver keeps a copy until it is done. */
static YodelSessionRequest *
detach_request (YodelSessionRequest *request)
{
  YodelSessionRequest *detached = g_new0 (YodelSessionRequest, 1);

  detached->driver = request->driver;
  detached->link = yodel_session_link_ref (request->link);
  detached->task = g_steal_pointer (&request->task);
  return detached;
}

static void
run_create_offer (gpointer data)
{
  YodelSessionRequest *request = data;

  yodel_session_driver_create_offer (request->driver, request->flag, description_done,
                                     detach_request (request));
}

static void
run_create_answer (gpointer data)
{
  YodelSessionRequest *request = data;

  yodel_session_driver_create_answer (request->driver, description_done,
                                      detach_request (request));
}

/**
 * yodel_session_create_offer_async:
 * @self: a session without a pending offer of the peer
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async): called when the offer is there
 * @user_data: for @callback
 *
 * Makes an offer and at once the local description of it, as setLocalDescription() without
 * arguments does in W3C webrtc-pc.
 */
void
yodel_session_create_offer_async (YodelSession        *self,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  YodelSessionRequest *request;

  g_return_if_fail (YODEL_IS_SESSION (self));

  settle (self);
  request = yodel_session_task_request_new (self, cancellable, callback, user_data,
                                            yodel_session_create_offer_async);
  request->flag = self->restart_ice;
  self->restart_ice = FALSE;
  yodel_session_post (self, run_create_offer, request);
}

/**
 * yodel_session_create_offer_finish:
 * @self: a session
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the offer, as SDP (RFC 8866); %NULL on %YODEL_ERROR_STATE while an
 *   offer of the peer waits for its answer, %YODEL_ERROR_NO_CANDIDATES without a network, and
 *   %YODEL_ERROR_CLOSED when the session is over
 */
char *
yodel_session_create_offer_finish (YodelSession  *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * yodel_session_create_answer_async:
 * @self: a session with a pending offer of the peer
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async): called when the answer is there
 * @user_data: for @callback
 *
 * Makes the answer to the peer's offer and at once the local description of it.
 */
void
yodel_session_create_answer_async (YodelSession        *self,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  g_return_if_fail (YODEL_IS_SESSION (self));

  yodel_session_post (self, run_create_answer,
                      yodel_session_task_request_new (self, cancellable, callback, user_data,
                                                      yodel_session_create_answer_async));
}

/**
 * yodel_session_create_answer_finish:
 * @self: a session
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the answer, as SDP; %NULL on %YODEL_ERROR_STATE without an offer,
 *   %YODEL_ERROR_NO_CANDIDATES without a network, and %YODEL_ERROR_CLOSED when the session is over
 */
char *
yodel_session_create_answer_finish (YodelSession  *self,
                                    GAsyncResult  *result,
                                    GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
tell_remote_description (YodelSession     *self,
                         YodelSessionNews *news)
{
  self->has_remote_description = TRUE;
}

static void
run_set_remote (gpointer data)
{
  YodelSessionRequest *request = data;
  GError *error = NULL;

  if (yodel_session_driver_set_remote (request->driver, request->type, request->text, &error))
    yodel_session_news_post (yodel_session_news_new (request->link, tell_remote_description));
  yodel_session_return (request, NULL, NULL, error);
}

/**
 * yodel_session_set_remote_description_async:
 * @self: a session
 * @type: what @sdp is; %YODEL_SDP_ROLLBACK takes the peer's pending offer back, then @sdp is unused
 * @sdp: the peer's description
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async): called when it has been taken or refused
 * @user_data: for @callback
 *
 * Takes the peer's offer or answer (RFC 9429 section 4.1.9).
 */
void
yodel_session_set_remote_description_async (YodelSession        *self,
                                            YodelSdpType         type,
                                            const char          *sdp,
                                            GCancellable        *cancellable,
                                            GAsyncReadyCallback  callback,
                                            gpointer             user_data)
{
  YodelSessionRequest *request;

  g_return_if_fail (YODEL_IS_SESSION (self));
  g_return_if_fail (sdp != NULL);

  settle (self);
  request = yodel_session_task_request_new (self, cancellable, callback, user_data,
                                            yodel_session_set_remote_description_async);
  request->type = type;
  request->text = g_strdup (sdp);
  yodel_session_post (self, run_set_remote, request);
}

/**
 * yodel_session_set_remote_description_finish:
 * @self: a session
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: %FALSE on %YODEL_ERROR_DESCRIPTION where the description is malformed,
 *   %YODEL_ERROR_UNSUPPORTED where it asks for what Yodel does not speak (unencrypted media, RTCP
 *   on a port of its own), and %YODEL_ERROR_STATE where no such description is expected. A
 *   description that is refused changes nothing.
 */
gboolean
yodel_session_set_remote_description_finish (YodelSession  *self,
                                             GAsyncResult  *result,
                                             GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
run_rollback (gpointer data)
{
  YodelSessionRequest *request = data;

  yodel_session_driver_rollback (request->driver, NULL);
}

/**
 * yodel_session_rollback:
 * @self: a session with a pending offer
 * @error: return location for a #GError
 *
 * Takes the pending offer back, whoever made it: the polite side does so when both offer at once
 * (RFC 9429 section 4.1.10.2).
 *
 * Returns: %FALSE on %YODEL_ERROR_STATE where no offer is pending
 */
gboolean
yodel_session_rollback (YodelSession  *self,
                        GError       **error)
{
  g_return_val_if_fail (YODEL_IS_SESSION (self), FALSE);

  if (self->signaling_state != YODEL_SIGNALING_HAVE_LOCAL_OFFER
      && self->signaling_state != YODEL_SIGNALING_HAVE_REMOTE_OFFER)
    {
      g_set_error_literal (error, YODEL_ERROR, YODEL_ERROR_STATE, "no offer is pending");
      return FALSE;
    }

  yodel_session_post (self, run_rollback, yodel_session_request_new (self));
  return TRUE;
}

static void
run_add_candidate (gpointer data)
{
  YodelSessionRequest *request = data;

  yodel_session_driver_add_candidate (request->driver, request->text, request->mid);
}

/**
 * yodel_session_add_candidate:
 * @self: a session that has its remote description
 * @candidate: one candidate-attribute of the peer, as in RFC 8839 section 5.1, or "" for the end
 *   of candidates
 * @mid: (nullable): the media section it belongs to, %NULL for the first
 * @error: return location for a #GError
 *
 * Tells the session of one more way to reach the peer. A relayed candidate is
 * taken and left unused: Yodel speaks directly or not at all.
 *
 * Returns: %FALSE on %YODEL_ERROR_STATE before the remote description, and on
 *   %YODEL_ERROR_DESCRIPTION where @candidate is malformed
 */
gboolean
yodel_session_add_candidate (YodelSession  *self,
                             const char    *candidate,
                             const char    *mid,
                             GError       **error)
{
  YodelIceCandidate parsed;
  YodelSessionRequest *request;

  g_return_val_if_fail (YODEL_IS_SESSION (self), FALSE);
  g_return_val_if_fail (candidate != NULL, FALSE);

  if (!self->has_remote_description)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_STATE,
                   "a candidate came before the remote description");
      return FALSE;
    }
  if (*candidate != '\0' && !yodel_ice_candidate_parse (&parsed, candidate))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION, "malformed candidate “%.100s”",
                   candidate);
      return FALSE;
    }

  request = yodel_session_request_new (self);
  request->text = g_strdup (candidate);
  request->mid = g_strdup (mid);
  yodel_session_post (self, run_add_candidate, request);
  return TRUE;
}

/**
 * yodel_session_restart_ice:
 * @self: a session
 *
 * Makes the next offer look for a path anew (RFC 8445 section 9), as after a change of network.
 * What flows goes on meanwhile.
 */
void
yodel_session_restart_ice (YodelSession *self)
{
  g_return_if_fail (YODEL_IS_SESSION (self));

  self->restart_ice = TRUE;
}
