/* The enumerations of the public interface. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * YodelMediaKind:
 * @YODEL_MEDIA_AUDIO: sound
 * @YODEL_MEDIA_VIDEO: picture
 */
typedef enum
{
  YODEL_MEDIA_AUDIO,
  YODEL_MEDIA_VIDEO,
} YodelMediaKind;

/**
 * YodelVideoContent:
 * @YODEL_VIDEO_CONTENT_MOTION: a camera: where bits are scarce the picture gets softer rather than jerky
 * @YODEL_VIDEO_CONTENT_DETAIL: a screen: it gets jerky rather than soft
 *
 * What a picture shows, as MediaStreamTrack.contentHint of W3C mst-content-hint.
 */
typedef enum
{
  YODEL_VIDEO_CONTENT_MOTION,
  YODEL_VIDEO_CONTENT_DETAIL,
} YodelVideoContent;

/**
 * YodelVideoCodec:
 * @YODEL_VIDEO_VP8: RFC 6386, RFC 7741
 * @YODEL_VIDEO_VP9: profile 0, RFC 9628: fewer bits for the same picture, and more work
 *
 * How a picture is coded.
 */
typedef enum
{
  YODEL_VIDEO_VP8,
  YODEL_VIDEO_VP9,
} YodelVideoCodec;

/**
 * YodelDirection:
 * @YODEL_DIRECTION_INACTIVE: neither way
 * @YODEL_DIRECTION_SENDONLY: from here to the peer
 * @YODEL_DIRECTION_RECVONLY: from the peer to here
 * @YODEL_DIRECTION_SENDRECV: both ways
 *
 * Direction of a track as seen from this side (RFC 8829 section 5.2, RFC 8866 section 6.7).
 * The values are bits: send is 1, receive is 2.
 */
typedef enum
{
  YODEL_DIRECTION_INACTIVE = 0,
  YODEL_DIRECTION_SENDONLY = 1,
  YODEL_DIRECTION_RECVONLY = 2,
  YODEL_DIRECTION_SENDRECV = 3,
} YodelDirection;

/**
 * YodelSdpType:
 * @YODEL_SDP_OFFER: an offer
 * @YODEL_SDP_PRANSWER: a provisional answer
 * @YODEL_SDP_ANSWER: a final answer
 * @YODEL_SDP_ROLLBACK: takes the pending offer back
 *
 * As RTCSdpType in W3C webrtc-pc.
 */
typedef enum
{
  YODEL_SDP_OFFER,
  YODEL_SDP_PRANSWER,
  YODEL_SDP_ANSWER,
  YODEL_SDP_ROLLBACK,
} YodelSdpType;

/**
 * YodelSignalingState:
 * @YODEL_SIGNALING_STABLE: no exchange under way
 * @YODEL_SIGNALING_HAVE_LOCAL_OFFER: an offer of ours waits for its answer
 * @YODEL_SIGNALING_HAVE_REMOTE_OFFER: an offer of the peer waits for our answer
 * @YODEL_SIGNALING_CLOSED: the session is over
 *
 * As RTCSignalingState in W3C webrtc-pc.
 */
typedef enum
{
  YODEL_SIGNALING_STABLE,
  YODEL_SIGNALING_HAVE_LOCAL_OFFER,
  YODEL_SIGNALING_HAVE_REMOTE_OFFER,
  YODEL_SIGNALING_CLOSED,
} YodelSignalingState;

/**
 * YodelSessionState:
 * @YODEL_SESSION_NEW: no description has been exchanged
 * @YODEL_SESSION_CONNECTING: looking for a path, or shaking hands over it
 * @YODEL_SESSION_CONNECTED: ICE and DTLS are done, media may flow
 * @YODEL_SESSION_RECONNECTING: was connected; the peer is silent or the path is gone
 * @YODEL_SESSION_ENDED: over; see yodel_session_get_end_reason()
 */
typedef enum
{
  YODEL_SESSION_NEW,
  YODEL_SESSION_CONNECTING,
  YODEL_SESSION_CONNECTED,
  YODEL_SESSION_RECONNECTING,
  YODEL_SESSION_ENDED,
} YodelSessionState;

/**
 * YodelEndReason:
 * @YODEL_END_NONE: it is not over
 * @YODEL_END_LOCAL: closed by this side
 * @YODEL_END_REMOTE: closed by the peer
 * @YODEL_END_NO_PATH: no direct path was found
 * @YODEL_END_LOST: the peer fell silent and did not come back
 * @YODEL_END_KEY: the peer's key is not the one it announced
 * @YODEL_END_DECLINED: the peer said no
 * @YODEL_END_UNANSWERED: nobody answered
 * @YODEL_END_BUSY: the peer is in another call
 * @YODEL_END_CANCELLED: the caller gave up before anybody answered: a missed call
 * @YODEL_END_ELSEWHERE: another device of this side, or of the peer, took or ended the call
 * @YODEL_END_MEDIA: sound or picture could not be opened or written here
 * @YODEL_END_FAILED: anything else; the text says it
 */
typedef enum
{
  YODEL_END_NONE,
  YODEL_END_LOCAL,
  YODEL_END_REMOTE,
  YODEL_END_NO_PATH,
  YODEL_END_LOST,
  YODEL_END_KEY,
  YODEL_END_DECLINED,
  YODEL_END_UNANSWERED,
  YODEL_END_BUSY,
  YODEL_END_CANCELLED,
  YODEL_END_ELSEWHERE,
  YODEL_END_MEDIA,
  YODEL_END_FAILED,
} YodelEndReason;

/**
 * YodelSignallerState:
 * @YODEL_SIGNALLER_STOPPED: not started, stopped, or failed for good
 * @YODEL_SIGNALLER_STARTING: on its way, or trying again
 * @YODEL_SIGNALLER_REACHABLE: messages can be sent and come in
 */
typedef enum
{
  YODEL_SIGNALLER_STOPPED,
  YODEL_SIGNALLER_STARTING,
  YODEL_SIGNALLER_REACHABLE,
} YodelSignallerState;

/**
 * YodelCallState:
 * @YODEL_CALL_CALLING: going out; nothing has been heard of it
 * @YODEL_CALL_RINGING: it rings, here or there
 * @YODEL_CALL_CONNECTING: accepted; a path is looked for
 * @YODEL_CALL_CONNECTED: media may flow
 * @YODEL_CALL_RECONNECTING: was connected; the path is gone and looked for again
 * @YODEL_CALL_ENDED: over; see yodel_call_get_end_reason()
 */
typedef enum
{
  YODEL_CALL_CALLING,
  YODEL_CALL_RINGING,
  YODEL_CALL_CONNECTING,
  YODEL_CALL_CONNECTED,
  YODEL_CALL_RECONNECTING,
  YODEL_CALL_ENDED,
} YodelCallState;

/**
 * YodelCallMedia:
 * @YODEL_CALL_AUDIO: with sound
 * @YODEL_CALL_VIDEO: with picture
 */
typedef enum
{
  YODEL_CALL_AUDIO = 1 << 0,
  YODEL_CALL_VIDEO = 1 << 1,
} YodelCallMedia;

/**
 * YodelTrust:
 * @YODEL_TRUST_NEW: met, not yet talked to
 * @YODEL_TRUST_TRUSTED: talked to under this key: trust on first use
 * @YODEL_TRUST_VERIFIED: the safety code was compared, or the key handed over in person
 * @YODEL_TRUST_BLOCKED: may do nothing
 */
typedef enum
{
  YODEL_TRUST_NEW,
  YODEL_TRUST_TRUSTED,
  YODEL_TRUST_VERIFIED,
  YODEL_TRUST_BLOCKED,
} YodelTrust;

/**
 * YodelContactPolicy:
 * @YODEL_CONTACT_MAY_RING: a call of this contact rings
 * @YODEL_CONTACT_MAY_KNOCK: may ask whether to call
 * @YODEL_CONTACT_MAY_SEE_ADDRESS: sees this side's network address while it rings, so that the call is up with the accept
 */
typedef enum
{
  YODEL_CONTACT_MAY_RING        = 1 << 0,
  YODEL_CONTACT_MAY_KNOCK       = 1 << 1,
  YODEL_CONTACT_MAY_SEE_ADDRESS = 1 << 2,
} YodelContactPolicy;

/**
 * YodelIntroduction:
 * @YODEL_INTRODUCED_BY_HAND: the address was typed
 * @YODEL_INTRODUCED_BY_INVITE: by an invite, given or taken
 * @YODEL_INTRODUCED_BY_KNOCK: a stranger knocked and was let in
 * @YODEL_INTRODUCED_ON_LAN: found on the local network
 */
typedef enum
{
  YODEL_INTRODUCED_BY_HAND,
  YODEL_INTRODUCED_BY_INVITE,
  YODEL_INTRODUCED_BY_KNOCK,
  YODEL_INTRODUCED_ON_LAN,
} YodelIntroduction;

G_END_DECLS
