/* The connection to the sound server, and the thread it lives on: one for the process, there as long as a
 * stream is.  It comes back by itself when the server does. */
#pragma once

#include <pulse/pulseaudio.h>

#include "media/pulse/pulse-api.h"

typedef struct _YodelSoundServer YodelSoundServer;

typedef void (*YodelSoundTask) (YodelSoundServer *server,
                                YodelSoundStream *stream);

YodelSoundServer *yodel_sound_server_acquire    (void);
void              yodel_sound_server_release    (YodelSoundServer *self);
void              yodel_sound_server_run        (YodelSoundServer *self,
                                                 YodelSoundTask    task,
                                                 YodelSoundStream *stream);

/* On the server's thread. */
void              yodel_sound_server_add        (YodelSoundServer *self,
                                                 YodelSoundStream *stream);
void              yodel_sound_server_remove     (YodelSoundServer *self,
                                                 YodelSoundStream *stream);
void              yodel_sound_server_change_channels (YodelSoundServer *self,
                                                 YodelSoundStream *stream);
void              yodel_sound_server_exchange   (YodelSoundServer *self,
                                                 YodelSoundStream *stream);
pa_context       *yodel_sound_server_get_context (YodelSoundServer *self);
void              yodel_sound_server_mend_soon  (YodelSoundServer *self);
void              yodel_sound_server_played     (YodelSoundServer *self,
                                                 YodelSoundStream *stream,
                                                 const gint16     *samples,
                                                 guint             n,
                                                 gint64            latency_us);
void              yodel_sound_server_process    (YodelSoundServer *self,
                                                 YodelSoundStream *stream,
                                                 gint16           *samples,
                                                 gint64            latency_us);
