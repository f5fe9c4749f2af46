/* What the sound module does for the rest of this room: microphones and loudspeakers of a sound server that speaks
 * PulseAudio's protocol, as PipeWire does.  It is loaded when the first one is asked for. */
#pragma once

#include <glib.h>

typedef struct _YodelSoundStream YodelSoundStream;

/* Called on the module's thread.  sound: 480 samples of 48 kHz, of each of @channels, of a microphone.  notice: the
 * device is missing, or was exchanged; said once, in words. */
typedef struct
{
  void (*sound)  (gpointer      user_data,
                  const gint16 *samples,
                  gsize         n_samples,
                  guint         channels,
                  gint64        captured_us);
  void (*notice) (gpointer      user_data,
                  const char   *text);
} YodelSoundEvents;

/* One device of yodel_media_list_devices(). */
typedef struct
{
  char     *name;            /* (owned) what stands behind "device:" */
  char     *description;     /* (owned) for people */
  gboolean  is_source;
  gboolean  is_default;
} YodelSoundDevice;

/* stream_new: @name NULL is the default device, which the stream follows.  @processing: the bits
 *   of YodelProcessing; for a microphone.  There is no error: a device that is not there may come.
 * stream_free: returns when no event will come any more; not from within one.
 * stream_push: to be played, of 1 or 2 channels; never waits.  Returns: whether it was taken
 * stream_set_stereo: a microphone gives two channels from now on, unprocessed, or one; waits likewise
 * stream_set_device: from now on with @name (nullable); waits until the sound thread has heard of it.  Not from an event.
 * list: (element-type YodelSoundDevice): NULL with an error in words where no server answers. */
typedef struct
{
  YodelSoundStream *(*stream_new)            (gboolean                 is_source,
                                              const char              *name,
                                              guint                    processing,
                                              const YodelSoundEvents  *events,
                                              gpointer                 user_data);
  void              (*stream_free)           (YodelSoundStream        *self);
  gboolean          (*stream_push)           (YodelSoundStream        *self,
                                              const gint16            *samples,
                                              gsize                    n_samples,
                                              guint                    channels);
  void              (*stream_set_processing) (YodelSoundStream        *self,
                                              guint                    processing);
  void              (*stream_set_stereo)     (YodelSoundStream        *self,
                                              gboolean                 stereo);
  void              (*stream_set_device)     (YodelSoundStream        *self,
                                              const char              *name);
  GPtrArray        *(*list)                  (char                   **problem);
} YodelPulseApi;

/* The one symbol of the module, of this type. */
#define YODEL_PULSE_ENTRY "yodel_media_pulse_get_api_3"
typedef const YodelPulseApi *(*YodelPulseEntry) (void);

const YodelPulseApi *yodel_pulse_load (GError **error);
