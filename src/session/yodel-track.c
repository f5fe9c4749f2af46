#define G_LOG_DOMAIN "yodel-session"

#include "session/track-private.h"

#include <string.h>

#include <yodel/yodel-error.h>

#include "audio/telephone-sender.h"

/* Of Opus, RFC 7587 section 3.1.1. */
#define MIN_AUDIO_BPS 6000
#define MAX_AUDIO_BPS 128000

/* Thread: the one its session belongs to, but for yodel_track_push_audio(),
 * yodel_track_push_stereo() and yodel_track_push_video(), which only reach the outlet; that is set at birth. */
struct _YodelTrack
{
  GObject           parent_instance;

  YodelMediaKind    kind;
  char             *mid;                 /* (owned) (nullable) until negotiated */
  YodelDirection    direction;           /* wanted */
  YodelDirection    current_direction;   /* negotiated */
  gboolean          enabled;
  YodelVideoContent content;
  gboolean          music;
  gboolean          stereo;
  gboolean          discontinuous;
  guint             max_audio_bps;           /* 0: what suits */
  gboolean          sending;             /* the source is started */
  gboolean          takes_keys;          /* the peer does */
  gboolean          speaking_while_muted;
  double            level_sent;
  double            level_received;
  YodelSource      *source;              /* (owned) (nullable) */
  YodelSink        *sink;                /* (owned) (nullable) */

  YodelTrackOutlet  outlet;
  gpointer          outlet_data;
  GDestroyNotify    outlet_destroy;
};

G_DEFINE_FINAL_TYPE (YodelTrack, yodel_track, G_TYPE_OBJECT)

enum
{
  PROP_KIND = 1,
  PROP_MID,
  PROP_DIRECTION,
  PROP_CURRENT_DIRECTION,
  PROP_ENABLED,
  PROP_CAN_SEND_TELEPHONE_EVENTS,
  PROP_CONTENT,
  PROP_MUSIC,
  PROP_STEREO,
  PROP_MAX_AUDIO_BITRATE,
  PROP_DISCONTINUOUS,
  PROP_LEVEL_SENT,
  PROP_LEVEL_RECEIVED,
  PROP_SPEAKING_WHILE_MUTED,
  PROP_SOURCE,
  PROP_SINK,
  N_PROPERTIES
};

enum
{
  FIRST_FRAME,
  TELEPHONE_EVENT,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPERTIES];
static guint       signals[N_SIGNALS];

static void
tell_session (YodelTrack *self)
{
  if (self->outlet.changed != NULL)
    self->outlet.changed (self->outlet_data, self);
}

static void
yodel_track_get_property (GObject    *object,
                          guint       id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  YodelTrack *self = YODEL_TRACK (object);

  switch (id)
    {
    case PROP_KIND:              g_value_set_int (value, self->kind); break;
    case PROP_MID:               g_value_set_string (value, self->mid); break;
    case PROP_DIRECTION:         g_value_set_int (value, self->direction); break;
    case PROP_CURRENT_DIRECTION: g_value_set_int (value, self->current_direction); break;
    case PROP_ENABLED:           g_value_set_boolean (value, self->enabled); break;
    case PROP_CAN_SEND_TELEPHONE_EVENTS: g_value_set_boolean (value, self->takes_keys); break;
    case PROP_CONTENT:           g_value_set_int (value, self->content); break;
    case PROP_MUSIC:             g_value_set_boolean (value, self->music); break;
    case PROP_STEREO:            g_value_set_boolean (value, self->stereo); break;
    case PROP_MAX_AUDIO_BITRATE: g_value_set_uint (value, self->max_audio_bps); break;
    case PROP_DISCONTINUOUS:     g_value_set_boolean (value, self->discontinuous); break;
    case PROP_LEVEL_SENT:        g_value_set_double (value, self->level_sent); break;
    case PROP_LEVEL_RECEIVED:    g_value_set_double (value, self->level_received); break;
    case PROP_SPEAKING_WHILE_MUTED: g_value_set_boolean (value, self->speaking_while_muted); break;
    case PROP_SOURCE:            g_value_set_object (value, self->source); break;
    case PROP_SINK:              g_value_set_object (value, self->sink); break;
    default:                     G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yodel_track_set_property (GObject      *object,
                          guint         id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  YodelTrack *self = YODEL_TRACK (object);

  switch (id)
    {
    case PROP_DIRECTION: yodel_track_set_direction (self, g_value_get_int (value)); break;
    case PROP_ENABLED:   yodel_track_set_enabled (self, g_value_get_boolean (value)); break;
    case PROP_CONTENT:   yodel_track_set_content (self, g_value_get_int (value)); break;
    case PROP_MUSIC:     yodel_track_set_music (self, g_value_get_boolean (value)); break;
    case PROP_STEREO:    yodel_track_set_stereo (self, g_value_get_boolean (value)); break;
    case PROP_MAX_AUDIO_BITRATE: yodel_track_set_max_audio_bitrate (self, g_value_get_uint (value)); break;
    case PROP_DISCONTINUOUS: yodel_track_set_discontinuous (self, g_value_get_boolean (value)); break;
    case PROP_SOURCE:    yodel_track_set_source (self, g_value_get_object (value)); break;
    case PROP_SINK:      yodel_track_set_sink (self, g_value_get_object (value)); break;
    default:             G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yodel_track_dispose (GObject *object)
{
  YodelTrack *self = YODEL_TRACK (object);

  yodel_track_set_sending (self, FALSE);
  g_clear_object (&self->source);
  g_clear_object (&self->sink);

  G_OBJECT_CLASS (yodel_track_parent_class)->dispose (object);
}

static void
yodel_track_finalize (GObject *object)
{
  YodelTrack *self = YODEL_TRACK (object);

  if (self->outlet_destroy != NULL)
    self->outlet_destroy (self->outlet_data);
  g_free (self->mid);

  G_OBJECT_CLASS (yodel_track_parent_class)->finalize (object);
}

static void
yodel_track_class_init (YodelTrackClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;

  object_class->get_property = yodel_track_get_property;
  object_class->set_property = yodel_track_set_property;
  object_class->dispose = yodel_track_dispose;
  object_class->finalize = yodel_track_finalize;

  /**
   * YodelTrack:kind:
   *
   * Sound or picture, a #YodelMediaKind.
   */
  properties[PROP_KIND] = g_param_spec_int ("kind", NULL, NULL, 0, YODEL_MEDIA_VIDEO, 0, readable);

  /**
   * YodelTrack:mid:
   *
   * The media identification of RFC 5888 that names it in the descriptions.
   */
  properties[PROP_MID] = g_param_spec_string ("mid", NULL, NULL, NULL, readable);

  /**
   * YodelTrack:direction:
   *
   * The #YodelDirection this side wants. A change asks for a new offer.
   */
  properties[PROP_DIRECTION] =
    g_param_spec_int ("direction", NULL, NULL, 0, YODEL_DIRECTION_SENDRECV,
                      YODEL_DIRECTION_SENDRECV, writable);

  /**
   * YodelTrack:current-direction:
   *
   * The #YodelDirection that both sides agreed on.
   */
  properties[PROP_CURRENT_DIRECTION] =
    g_param_spec_int ("current-direction", NULL, NULL, 0, YODEL_DIRECTION_SENDRECV,
                      YODEL_DIRECTION_INACTIVE, readable);

  /**
   * YodelTrack:enabled:
   *
   * %FALSE while muted: silence or black goes out instead of what the source gives.
   */
  properties[PROP_ENABLED] = g_param_spec_boolean ("enabled", NULL, NULL, TRUE, writable);

  /**
   * YodelTrack:can-send-telephone-events:
   *
   * Whether the peer takes keys of a telephone (RFC 4733): agreed, and its voice flows.
   */
  properties[PROP_CAN_SEND_TELEPHONE_EVENTS] =
    g_param_spec_boolean ("can-send-telephone-events", NULL, NULL, FALSE, readable);

  /**
   * YodelTrack:content:
   *
   * What the picture shows, a #YodelVideoContent: whether its motion or its detail is kept where
   * bits are scarce.
   */
  properties[PROP_CONTENT] =
    g_param_spec_int ("content", NULL, NULL, 0, YODEL_VIDEO_CONTENT_DETAIL,
                      YODEL_VIDEO_CONTENT_MOTION, writable);

  /**
   * YodelTrack:music:
   *
   * Whether the sound that is sent is music rather than speech.
   */
  properties[PROP_MUSIC] = g_param_spec_boolean ("music", NULL, NULL, FALSE, writable);

  /**
   * YodelTrack:stereo:
   *
   * Whether the sound has two channels, both ways.
   */
  properties[PROP_STEREO] = g_param_spec_boolean ("stereo", NULL, NULL, FALSE, writable);

  /**
   * YodelTrack:max-audio-bitrate:
   *
   * The most that the codec of the sound takes, in bit/s, headers and copies not counted; 0 for what suits.
   */
  properties[PROP_MAX_AUDIO_BITRATE] =
    g_param_spec_uint ("max-audio-bitrate", NULL, NULL, 0, MAX_AUDIO_BPS, 0, writable);

  /**
   * YodelTrack:discontinuous:
   *
   * Whether silence is left out of what is sent (DTX).
   */
  properties[PROP_DISCONTINUOUS] = g_param_spec_boolean ("discontinuous", NULL, NULL, FALSE, writable);

  /**
   * YodelTrack:level-sent:
   *
   * How loud the sound going out is, in dBov (0 is the loudest, -127 is silence), updated ten
   * times a second while something listens for its notification.
   */
  properties[PROP_LEVEL_SENT] =
    g_param_spec_double ("level-sent", NULL, NULL, -127, 0, -127, readable);

  /**
   * YodelTrack:level-received:
   *
   * How loud the sound coming in is, in dBov.
   */
  properties[PROP_LEVEL_RECEIVED] =
    g_param_spec_double ("level-received", NULL, NULL, -127, 0, -127, readable);

  /**
   * YodelTrack:speaking-while-muted:
   *
   * %TRUE while the source of a track that is not #YodelTrack:enabled gives speech, for half a second and more, and for two
   * seconds after: time to tell the speaker that nobody hears it.
   */
  properties[PROP_SPEAKING_WHILE_MUTED] =
    g_param_spec_boolean ("speaking-while-muted", NULL, NULL, FALSE, readable);

  /**
   * YodelTrack:source:
   *
   * Where what is sent comes from.
   */
  properties[PROP_SOURCE] =
    g_param_spec_object ("source", NULL, NULL, YODEL_TYPE_SOURCE, writable);

  /**
   * YodelTrack:sink:
   *
   * Where what is received goes.
   */
  properties[PROP_SINK] = g_param_spec_object ("sink", NULL, NULL, YODEL_TYPE_SINK, writable);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  /**
   * YodelTrack::first-frame:
   * @self: the track
   * @time_us: when, microseconds of the monotonic clock
   *
   * The first decoded sound or picture was handed to the sink.
   */
  signals[FIRST_FRAME] =
    g_signal_new ("first-frame", YODEL_TYPE_TRACK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_INT64);

  /**
   * YodelTrack::telephone-event:
   * @self: the track
   * @key: one character: 0 to 9, *, #, or A to D
   * @duration_ms: how long the key was down
   *
   * The peer pressed a key of its telephone (RFC 4733), and has let go of it.
   */
  signals[TELEPHONE_EVENT] =
    g_signal_new ("telephone-event", YODEL_TYPE_TRACK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_UINT);
}

static void
yodel_track_init (YodelTrack *self)
{
  self->direction = YODEL_DIRECTION_SENDRECV;
  self->enabled = TRUE;
  self->level_sent = self->level_received = -127;
}

/* Private: a session makes its tracks.  @destroy frees @user_data when the last reference to
 * the track is gone, on whichever thread that is. */
YodelTrack *
yodel_track_new (YodelMediaKind          kind,
                 const YodelTrackOutlet *outlet,
                 gpointer                user_data,
                 GDestroyNotify          destroy)
{
  YodelTrack *self = g_object_new (YODEL_TYPE_TRACK, NULL);

  self->kind = kind;
  self->outlet = *outlet;
  self->outlet_data = user_data;
  self->outlet_destroy = destroy;
  return self;
}

void
yodel_track_set_mid (YodelTrack *self,
                     const char *mid)
{
  if (g_strcmp0 (self->mid, mid) == 0)
    return;

  g_free (self->mid);
  self->mid = g_strdup (mid);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MID]);
}

void
yodel_track_set_current_direction (YodelTrack     *self,
                                   YodelDirection  direction)
{
  if (self->current_direction == direction)
    return;

  self->current_direction = direction;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CURRENT_DIRECTION]);
}

void
yodel_track_set_takes_keys (YodelTrack *self,
                            gboolean    takes_keys)
{
  if (self->takes_keys == takes_keys)
    return;

  self->takes_keys = takes_keys;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_SEND_TELEPHONE_EVENTS]);
}

void
yodel_track_key (YodelTrack *self,
                 char        key,
                 guint       duration_ms)
{
  const char text[] = { key, '\0' };

  g_signal_emit (self, signals[TELEPHONE_EVENT], 0, text, duration_ms);
}

/* Starts and stops the source with the track. */
void
yodel_track_set_sending (YodelTrack *self,
                         gboolean    sending)
{
  if (self->sending == sending)
    return;

  self->sending = sending;
  if (self->source == NULL)
    return;

  if (sending)
    yodel_source_start (self->source, self);
  else
    yodel_source_stop (self->source);
}

void
yodel_track_set_level (YodelTrack *self,
                       double      sent,
                       double      received,
                       gboolean    speaking_while_muted)
{
  if (self->speaking_while_muted != speaking_while_muted)
    {
      self->speaking_while_muted = speaking_while_muted;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SPEAKING_WHILE_MUTED]);
    }
  if (self->level_sent != sent)
    {
      self->level_sent = sent;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LEVEL_SENT]);
    }
  if (self->level_received != received)
    {
      self->level_received = received;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LEVEL_RECEIVED]);
    }
}

void
yodel_track_first_frame (YodelTrack *self,
                         gint64      time_us)
{
  g_signal_emit (self, signals[FIRST_FRAME], 0, time_us);
}

/**
 * yodel_track_get_kind:
 * @self: a track
 *
 * Returns: sound or picture
 */
YodelMediaKind
yodel_track_get_kind (YodelTrack *self)
{
  g_return_val_if_fail (YODEL_IS_TRACK (self), YODEL_MEDIA_AUDIO);

  return self->kind;
}

/**
 * yodel_track_get_mid:
 * @self: a track
 *
 * Returns: (nullable): the name of the track in the descriptions (RFC 5888), %NULL before it
 *   is in one
 */
const char *
yodel_track_get_mid (YodelTrack *self)
{
  g_return_val_if_fail (YODEL_IS_TRACK (self), NULL);

  return self->mid;
}

/**
 * yodel_track_get_direction:
 * @self: a track
 *
 * Returns: the direction this side wants
 */
YodelDirection
yodel_track_get_direction (YodelTrack *self)
{
  g_return_val_if_fail (YODEL_IS_TRACK (self), YODEL_DIRECTION_INACTIVE);

  return self->direction;
}

/**
 * yodel_track_set_direction:
 * @self: a track
 * @direction: the direction this side wants from the next offer or answer on
 *
 * Puts a track on hold (%YODEL_DIRECTION_SENDONLY or %YODEL_DIRECTION_INACTIVE) and takes it
 * back (%YODEL_DIRECTION_SENDRECV), as in RFC 3264 section 8.4.
 */
void
yodel_track_set_direction (YodelTrack     *self,
                           YodelDirection  direction)
{
  g_return_if_fail (YODEL_IS_TRACK (self));
  g_return_if_fail (direction <= YODEL_DIRECTION_SENDRECV);

  if (self->direction == direction)
    return;

  self->direction = direction;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DIRECTION]);
  tell_session (self);
}

/**
 * yodel_track_get_current_direction:
 * @self: a track
 *
 * Returns: the direction both sides agreed on, %YODEL_DIRECTION_INACTIVE before
 */
YodelDirection
yodel_track_get_current_direction (YodelTrack *self)
{
  g_return_val_if_fail (YODEL_IS_TRACK (self), YODEL_DIRECTION_INACTIVE);

  return self->current_direction;
}

/**
 * yodel_track_get_enabled:
 * @self: a track
 *
 * Returns: %FALSE while it is muted
 */
gboolean
yodel_track_get_enabled (YodelTrack *self)
{
  g_return_val_if_fail (YODEL_IS_TRACK (self), FALSE);

  return self->enabled;
}

/**
 * yodel_track_set_enabled:
 * @self: a track
 * @enabled: %FALSE to mute it
 *
 * Mutes what is sent: the peer gets silence or a black picture (W3C mediacapture-streams,
 * MediaStreamTrack.enabled). Nothing is negotiated.
 */
void
yodel_track_set_enabled (YodelTrack *self,
                         gboolean    enabled)
{
  g_return_if_fail (YODEL_IS_TRACK (self));

  enabled = !!enabled;
  if (self->enabled == enabled)
    return;

  self->enabled = enabled;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENABLED]);
  tell_session (self);
}

/**
 * yodel_track_get_content:
 * @self: a track
 *
 * Returns: what its picture shows
 */
YodelVideoContent
yodel_track_get_content (YodelTrack *self)
{
  g_return_val_if_fail (YODEL_IS_TRACK (self), YODEL_VIDEO_CONTENT_MOTION);

  return self->content;
}

/**
 * yodel_track_set_content:
 * @self: a track of video
 * @content: what its picture shows
 *
 * Tells the encoder and the adaptation what matters: with %YODEL_VIDEO_CONTENT_MOTION the size falls
 * first where bits are scarce, with %YODEL_VIDEO_CONTENT_DETAIL the frame rate. May be called at any
 * time; the picture begins anew with a key frame. Nothing is negotiated.
 */
void
yodel_track_set_content (YodelTrack        *self,
                         YodelVideoContent  content)
{
  g_return_if_fail (YODEL_IS_TRACK (self));
  g_return_if_fail (content <= YODEL_VIDEO_CONTENT_DETAIL);

  if (self->content == content)
    return;

  self->content = content;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONTENT]);
  tell_session (self);
}

/**
 * yodel_track_get_music:
 * @self: a track
 *
 * Returns: whether what is sent is music
 */
gboolean
yodel_track_get_music (YodelTrack *self)
{
  g_return_val_if_fail (YODEL_IS_TRACK (self), FALSE);

  return self->music;
}

/**
 * yodel_track_set_music:
 * @self: a track of audio
 * @music: whether what is sent is music
 *
 * Music is coded as it is, by %OPUS_APPLICATION_AUDIO and at 64 kbit/s where nothing else is said; speech as it
 * is understood best. May be called at any time. Nothing is negotiated.
 */
void
yodel_track_set_music (YodelTrack *self,
                       gboolean   music)
{
  g_return_if_fail (YODEL_IS_TRACK (self));

  music = !!music;
  if (self->music == music)
    return;

  self->music = music;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MUSIC]);
  tell_session (self);
}

/**
 * yodel_track_get_stereo:
 * @self: a track
 *
 * Returns: whether the sound has two channels, both ways
 */
gboolean
yodel_track_get_stereo (YodelTrack *self)
{
  g_return_val_if_fail (YODEL_IS_TRACK (self), FALSE);

  return self->stereo;
}

/**
 * yodel_track_set_stereo:
 * @self: a track of audio
 * @stereo: whether the sound has two channels, both ways
 *
 * The next offer or answer tells the peer that stereo is welcome and will come (stereo and sprop-stereo, RFC 7587 section
 * 7.1). Two channels are sent where the source gives two and the peer asks for them, else they are mixed; the
 * sink gets two, of which both are the same where the peer sends one. A microphone that is captured in stereo is not
 * processed, for echo cancellation and its like know one channel.
 */
void
yodel_track_set_stereo (YodelTrack *self,
                        gboolean    stereo)
{
  g_return_if_fail (YODEL_IS_TRACK (self));

  stereo = !!stereo;
  if (self->stereo == stereo)
    return;

  self->stereo = stereo;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STEREO]);
  tell_session (self);
}

/**
 * yodel_track_get_max_audio_bitrate:
 * @self: a track
 *
 * Returns: the most that the codec takes, in bit/s without headers and copies; 0 for 32000 with speech and 64000 with music,
 *   half as much again in stereo
 */
guint
yodel_track_get_max_audio_bitrate (YodelTrack *self)
{
  g_return_val_if_fail (YODEL_IS_TRACK (self), 0);

  return self->max_audio_bps;
}

/**
 * yodel_track_set_max_audio_bitrate:
 * @self: a track of audio
 * @max_bps: the most that the codec takes, in bit/s without headers and copies; 0 for 32000 with speech and 64000 with music,
 *   half as much again in stereo
 *
 * At least 6000 and at most 128000 where it is not 0. The peer's maxaveragebitrate (RFC 7587 section 7.1) and the
 * network may allow less. May be called at any time.
 */
void
yodel_track_set_max_audio_bitrate (YodelTrack *self,
                                   guint      max_bps)
{
  g_return_if_fail (YODEL_IS_TRACK (self));

  g_return_if_fail (max_bps == 0 || (max_bps >= MIN_AUDIO_BPS && max_bps <= MAX_AUDIO_BPS));

  if (self->max_audio_bps == max_bps)
    return;

  self->max_audio_bps = max_bps;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_AUDIO_BITRATE]);
  tell_session (self);
}

/**
 * yodel_track_get_discontinuous:
 * @self: a track
 *
 * Returns: whether silence is left out
 */
gboolean
yodel_track_get_discontinuous (YodelTrack *self)
{
  g_return_val_if_fail (YODEL_IS_TRACK (self), FALSE);

  return self->discontinuous;
}

/**
 * yodel_track_set_discontinuous:
 * @self: a track of audio
 * @discontinuous: whether silence is left out
 *
 * Where nobody speaks, hardly anything is sent (DTX, RFC 7587 section 3.1.3), which tells a watcher when somebody
 * does. A peer that asks for it (usedtx) gets it in any case; music is never interrupted. May be called at any time.
 */
void
yodel_track_set_discontinuous (YodelTrack *self,
                               gboolean   discontinuous)
{
  g_return_if_fail (YODEL_IS_TRACK (self));

  discontinuous = !!discontinuous;
  if (self->discontinuous == discontinuous)
    return;

  self->discontinuous = discontinuous;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DISCONTINUOUS]);
  tell_session (self);
}

/**
 * yodel_track_get_source:
 * @self: a track
 *
 * Returns: (transfer none) (nullable): where what is sent comes from
 */
YodelSource *
yodel_track_get_source (YodelTrack *self)
{
  g_return_val_if_fail (YODEL_IS_TRACK (self), NULL);

  return self->source;
}

/**
 * yodel_track_set_source:
 * @self: a track
 * @source: (transfer none) (nullable): where what is sent comes from; %NULL to send nothing,
 *   or where the program itself calls yodel_track_push_audio() or yodel_track_push_video()
 *
 * May be called at any time; the one before is stopped.
 */
void
yodel_track_set_source (YodelTrack  *self,
                        YodelSource *source)
{
  g_return_if_fail (YODEL_IS_TRACK (self));
  g_return_if_fail (source == NULL || YODEL_IS_SOURCE (source));

  if (self->source == source)
    return;

  if (self->sending && self->source != NULL)
    yodel_source_stop (self->source);

  g_set_object (&self->source, source);

  if (self->sending && source != NULL)
    yodel_source_start (source, self);

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SOURCE]);
}

/**
 * yodel_track_get_sink:
 * @self: a track
 *
 * Returns: (transfer none) (nullable): where what is received goes
 */
YodelSink *
yodel_track_get_sink (YodelTrack *self)
{
  g_return_val_if_fail (YODEL_IS_TRACK (self), NULL);

  return self->sink;
}

/**
 * yodel_track_set_sink:
 * @self: a track
 * @sink: (transfer none) (nullable): where what is received goes; %NULL to throw it away
 *
 * May be called at any time; the one before is finished once nothing writes to it any more.
 */
void
yodel_track_set_sink (YodelTrack *self,
                      YodelSink  *sink)
{
  g_autoptr (YodelSink) before = NULL;

  g_return_if_fail (YODEL_IS_TRACK (self));
  g_return_if_fail (sink == NULL || YODEL_IS_SINK (sink));

  if (self->sink == sink)
    return;

  before = g_steal_pointer (&self->sink);
  g_set_object (&self->sink, sink);

  if (self->outlet.sink_set != NULL)
    self->outlet.sink_set (self->outlet_data, self, before);

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SINK]);
}

/**
 * yodel_track_send_telephone_events:
 * @self: an audio track
 * @keys: characters of a keypad, 0 to 9, *, #, A to D, and "," for a pause of two seconds; at most 128
 * @duration_ms: how long each is held down, 40 to 6000; 100 suits everybody
 * @error: return location for a #GError
 *
 * Presses keys of a telephone, one after the other, 70 ms between them: the peer learns their names (RFC 4733), nobody
 * hears a tone. The voice goes on meanwhile, and a muted track sends them too. Keys that are
 * pressed before the last ones are through come after them, as long as no more than 128 wait.
 *
 * Returns: %FALSE on %YODEL_ERROR_UNSUPPORTED if a character is no key, or the peer takes none; on
 *   %YODEL_ERROR_STATE before the voice flows
 */
gboolean
yodel_track_send_telephone_events (YodelTrack  *self,
                                   const char  *keys,
                                   guint        duration_ms,
                                   GError     **error)
{
  guint8 event;

  g_return_val_if_fail (YODEL_IS_TRACK (self), FALSE);
  g_return_val_if_fail (self->kind == YODEL_MEDIA_AUDIO, FALSE);
  g_return_val_if_fail (keys != NULL && strlen (keys) <= YODEL_TELEPHONE_MAX_WAITING, FALSE);

  for (const char *at = keys; *at != '\0'; at++)
    if (*at != ',' && !yodel_telephone_event_from_key (*at, &event))
      {
        g_set_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED, "\"%s\" has a character that is no key of a telephone", keys);
        return FALSE;
      }
  if ((self->current_direction & YODEL_DIRECTION_SENDONLY) == 0)
    {
      g_set_error_literal (error, YODEL_ERROR, YODEL_ERROR_STATE, "no sound is sent yet");
      return FALSE;
    }
  if (!self->takes_keys)
    {
      g_set_error_literal (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED, "the peer takes no telephone events");
      return FALSE;
    }

  self->outlet.press_keys (self->outlet_data, keys, duration_ms);
  return TRUE;
}

/**
 * yodel_track_push_audio:
 * @self: an audio track
 * @samples: (array length=n_samples): 48 kHz mono
 * @n_samples: how many; 480 (10 ms) is best for delay, anything up to a second is taken
 * @captured_us: when the last of them was captured, microseconds of the monotonic clock
 *
 * Gives sound to be sent. What comes before the session is connected is dropped.
 *
 * Thread: any, one at a time.
 */
void
yodel_track_push_audio (YodelTrack   *self,
                        const gint16 *samples,
                        gsize         n_samples,
                        gint64        captured_us)
{
  g_return_if_fail (YODEL_IS_TRACK (self));
  g_return_if_fail (self->kind == YODEL_MEDIA_AUDIO);
  g_return_if_fail (samples != NULL && n_samples <= YODEL_AUDIO_RATE_HZ);

  self->outlet.push_audio (self->outlet_data, samples, n_samples, 1, captured_us);
}

/**
 * yodel_track_push_stereo:
 * @self: an audio track
 * @samples: (array): 48 kHz stereo, left and right in turn
 * @n_samples: how many of each channel; 480 (10 ms) is best for delay, anything up to a second is taken
 * @captured_us: when the last of them was captured, microseconds of the monotonic clock
 *
 * As yodel_track_push_audio(), with two channels. They are mixed unless #YodelTrack:stereo is set and the peer takes stereo.
 *
 * Thread: any, one at a time.
 */
void
yodel_track_push_stereo (YodelTrack   *self,
                         const gint16 *samples,
                         gsize         n_samples,
                         gint64        captured_us)
{
  g_return_if_fail (YODEL_IS_TRACK (self));
  g_return_if_fail (self->kind == YODEL_MEDIA_AUDIO);
  g_return_if_fail (samples != NULL && n_samples <= YODEL_AUDIO_RATE_HZ);

  self->outlet.push_audio (self->outlet_data, samples, n_samples, 2, captured_us);
}

/**
 * yodel_track_push_video:
 * @self: a video track
 * @frame: (transfer none): the picture; its timestamp_us says when it was captured
 *
 * Gives a picture to be sent. It may be dropped where the network or the
 * machine cannot keep up.
 *
 * Thread: any, one at a time.
 */
void
yodel_track_push_video (YodelTrack      *self,
                        YodelVideoFrame *frame)
{
  g_return_if_fail (YODEL_IS_TRACK (self));
  g_return_if_fail (self->kind == YODEL_MEDIA_VIDEO);
  g_return_if_fail (frame != NULL);

  self->outlet.push_video (self->outlet_data, frame);
}
