/* Messages between the two halves of a session, and their memory. */
#define G_LOG_DOMAIN "yodel-session"

#include "session/session-private.h"

YodelSessionLink *
yodel_session_link_new (YodelSession *session)
{
  YodelSessionLink *link = g_new0 (YodelSessionLink, 1);

  link->refs = 1;
  link->session = session;
  link->mailbox = yodel_mailbox_new (g_main_context_get_thread_default ());
  return link;
}

YodelSessionLink *
yodel_session_link_ref (YodelSessionLink *link)
{
  __atomic_add_fetch (&link->refs, 1, __ATOMIC_RELAXED);
  return link;
}

void
yodel_session_link_unref (YodelSessionLink *link)
{
  if (__atomic_sub_fetch (&link->refs, 1, __ATOMIC_ACQ_REL) > 0)
    return;

  yodel_mailbox_unref (link->mailbox);
  g_free (link);
}

void
yodel_session_request_free (YodelSessionRequest *request)
{
  yodel_session_link_unref (request->link);
  g_clear_pointer (&request->port, yodel_track_port_unref);
  g_clear_object (&request->task);
  g_clear_object (&request->sink);
  g_free (request->text);
  g_free (request->mid);
  yodel_session_settings_clear (&request->settings);
  g_free (request);
}

YodelSessionRequest *
yodel_session_request_new (YodelSession *self)
{
  YodelSessionRequest *request = g_new0 (YodelSessionRequest, 1);

  request->driver = self->driver;
  request->link = yodel_session_link_ref (self->link);
  return request;
}

YodelSessionRequest *
yodel_session_task_request_new (YodelSession        *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data,
                                gpointer             tag)
{
  YodelSessionRequest *request = yodel_session_request_new (self);

  request->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (request->task, tag);
  return request;
}

void
yodel_session_post (YodelSession         *self,
                    void                (*run) (gpointer data),
                    YodelSessionRequest  *request)
{
  yodel_mailbox_post (self->mailbox, run, request,
                      (GDestroyNotify) yodel_session_request_free);
}

typedef struct
{
  GTask      *task;     /* (owned) */
  char       *sdp;      /* (owned) (nullable) */
  GError     *error;    /* (owned) (nullable) */
  YodelStats *stats;    /* (owned) (nullable) */
} Result;

static void
result_free (gpointer data)
{
  Result *result = data;

  g_object_unref (result->task);
  g_free (result->sdp);
  g_clear_error (&result->error);
  g_clear_pointer (&result->stats, yodel_stats_unref);
  g_free (result);
}

static void
return_result (gpointer data)
{
  Result *result = data;

  if (result->error != NULL)
    g_task_return_error (result->task, g_steal_pointer (&result->error));
  else if (result->sdp != NULL)
    g_task_return_pointer (result->task, g_steal_pointer (&result->sdp), g_free);
  else if (result->stats != NULL)
    g_task_return_pointer (result->task, g_steal_pointer (&result->stats),
                           (GDestroyNotify) yodel_stats_unref);
  else
    g_task_return_boolean (result->task, TRUE);
}

void
yodel_session_return (YodelSessionRequest *request,
                      char                *sdp,
                      YodelStats          *stats,
                      GError              *error)
{
  Result *result = g_new0 (Result, 1);

  result->task = g_steal_pointer (&request->task);
  result->sdp = sdp;
  result->stats = stats;
  result->error = error;
  yodel_mailbox_post (request->link->mailbox, return_result, result, result_free);
}

static void
news_free (gpointer data)
{
  YodelSessionNews *news = data;

  yodel_session_link_unref (news->link);
  g_clear_pointer (&news->port, yodel_track_port_unref);
  g_clear_object (&news->sink);
  g_free (news->text);
  g_free (news->mid);
  g_free (news);
}

static void
deliver_news (gpointer data)
{
  YodelSessionNews *news = data;
  g_autoptr (YodelSession) self = NULL;

  if (news->link->session == NULL)
    return;

  self = g_object_ref (news->link->session);
  news->tell (self, news);
}

YodelSessionNews *
yodel_session_news_new (YodelSessionLink *link,
                        YodelSessionTell  tell)
{
  YodelSessionNews *news = g_new0 (YodelSessionNews, 1);

  news->link = yodel_session_link_ref (link);
  news->tell = tell;
  return news;
}

void
yodel_session_news_post (YodelSessionNews *news)
{
  yodel_mailbox_post (news->link->mailbox, deliver_news, news, news_free);
}

