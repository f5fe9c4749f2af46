/* The connections between hosts: TLS over TCP, and in it sealed messages, each behind its length.  Who is there is
 * said by the messages alone. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define YODEL_LAN_MAX_LINKS          64
#define YODEL_LAN_MAX_LINKS_OF_HOST  8
#define YODEL_LAN_MAX_QUEUED         64     /* messages on one link */
#define YODEL_LAN_MAX_RATE           100    /* messages a second that one link may bring */
#define YODEL_LAN_IDLE_S             120    /* a link without a message is closed */

typedef struct _YodelLanLinks YodelLanLinks;

/* @way: names the link, for yodel_lan_links_send() */
typedef void (*YodelLanLinksFunc) (GBytes     *message,
                                   const char *way,
                                   gpointer    user_data);

YodelLanLinks *yodel_lan_links_new      (YodelLanLinksFunc   func,
                                         gpointer            user_data,
                                         GError            **error);

void           yodel_lan_links_free     (YodelLanLinks      *self);

guint16        yodel_lan_links_get_port (YodelLanLinks      *self);

/* By a link that is there.  Returns: FALSE if it is not, or too much waits on it */
gboolean       yodel_lan_links_send     (YodelLanLinks      *self,
                                         const char         *way,
                                         GBytes             *message);

/* To a host; a link that leads there is used again. */
gboolean       yodel_lan_links_send_to  (YodelLanLinks      *self,
                                         GSocketAddress     *address,
                                         GBytes             *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelLanLinks, yodel_lan_links_free)

G_END_DECLS
