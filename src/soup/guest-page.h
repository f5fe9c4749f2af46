/* The page for guests who have no Yodel, and the fence around it. */
#pragma once

#include <libsoup/soup.h>

typedef struct _YodelGuestPage YodelGuestPage;

YodelGuestPage *yodel_guest_page_new   (const char         *folder,
                                        const char * const *stun,
                                        GError            **error);

void            yodel_guest_page_free  (YodelGuestPage     *self);

void            yodel_guest_page_serve (YodelGuestPage     *self,
                                        SoupServerMessage  *message,
                                        const char         *path,
                                        gboolean            has_tls);
