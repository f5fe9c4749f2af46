/* The other end of "echo:": a second session in this process that gives back what it hears and sees, over real packets. */
#pragma once

#include <yodel/yodel.h>

typedef struct _YodelEchoPeer YodelEchoPeer;

/* @answer: (nullable) where the offer was not taken; then @error says why.  Called once. */
typedef void (*YodelEchoPeerFunc) (const char   *answer,
                                   const GError *error,
                                   gpointer      user_data);

YodelEchoPeer *yodel_echo_peer_new  (const char * const *bind,
                                     const char         *offer,
                                     YodelEchoPeerFunc   func,
                                     gpointer            user_data);
void           yodel_echo_peer_free (YodelEchoPeer      *self);
