#!/usr/bin/python3
"""GStreamer's webrtcbin (ICE by libnice). See contract.mjs."""
import os
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC

from contract import Recording, emit, options, print_description, read_description

TWCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
OPUS, VP8 = "OPUS", "VP8"


def agreed(sdp):
    """Payload types and transport-wide sequence number ids that an offer uses for Opus and VP8."""
    found, kind = {}, None
    for line in sdp.splitlines():
        if line.startswith("m="):
            kind = line[2:].split()[0]
        elif line.startswith("a=rtpmap:"):
            payload_type, codec = line[len("a=rtpmap:"):].split()[:2]
            if codec.upper().split("/")[0] == (OPUS if kind == "audio" else VP8):
                found.setdefault(kind, int(payload_type))
        elif line.startswith("a=extmap:") and TWCC in line:
            found[kind + "-twcc"] = int(line[len("a=extmap:"):].split()[0].split("/")[0])
    return found


def rtp_caps(kind, payload_type, twcc):
    caps = f"application/x-rtp,media={kind},payload={payload_type}"
    if kind == "audio":
        caps += ",clock-rate=48000,encoding-name=OPUS,encoding-params=(string)2,minptime=(string)10,useinbandfec=(string)1"
    else:
        caps += (",clock-rate=90000,encoding-name=VP8,rtcp-fb-nack=(boolean)true"
                 ",rtcp-fb-nack-pli=(boolean)true,rtcp-fb-ccm-fir=(boolean)true")
    if twcc:
        caps += f',rtcp-fb-transport-cc=(boolean)true,extmap-{twcc}=(string)"{TWCC}"'
    return caps


def description(o, offered):
    """The pipeline; `offered` is empty where this side makes the offer."""
    # Leaky, for webrtcbin blocks until it is connected, and what piled up would come in a burst.
    live = "clocksync ! queue leaky=downstream max-size-buffers=4 "
    audio = offered.get("audio", 111), offered.get("audio-twcc", "" if offered else 3)
    video = offered.get("video", 96), offered.get("video-twcc", "" if offered else 3)
    parts = ["webrtcbin name=peer bundle-policy=max-bundle latency=60",
             f'multifilesrc location="{o.wav}" loop=true ! wavparse ignore-length=true ! audioconvert ! audioresample '
             f"! audio/x-raw,rate=48000,channels=1 ! audiobuffersplit output-buffer-duration=1/50 ! {live}"
             f"! opusenc bitrate={o.audio_bps} frame-size=20 inband-fec=true audio-type=voice "
             f"! rtpopuspay auto-header-extension=true pt={audio[0]} ! {rtp_caps('audio', *audio)} ! peer."]
    if o.video:
        parts.append(f'filesrc location="{o.y4m}" ! y4mdec ! {live}'
                     f"! vp8enc deadline=1 cpu-used=8 target-bitrate={o.video_bps} end-usage=cbr keyframe-max-dist=3000 "
                     "buffer-size=600 buffer-initial-size=300 buffer-optimal-size=500 lag-in-frames=0 threads=1 "
                     f"! rtpvp8pay auto-header-extension=true picture-id-mode=2 pt={video[0]} "
                     f"! {rtp_caps('video', *video)} ! peer.")
    return "\n".join(parts)


class Peer:
    def __init__(self, o, offer):
        self.o, self.loop, self.why, self.status = o, GLib.MainLoop(), [], 1
        self.recording, self.printed, self.connected, self.ended = Recording(o.record), False, False, False
        self.pipeline = Gst.parse_launch(description(o, agreed(offer["sdp"]) if offer else {}))
        self.bin = self.pipeline.get_by_name("peer")
        # Kept for good: it comes as a floating reference, and webrtcbin would lose it with the name.
        self.ice = self.bin.get_property("ice-agent")
        agent = self.ice.get_property("agent")
        agent.set_property("ice-tcp", False)    # else gathering often never completes
        agent.set_property("upnp", False)
        if o.video:
            self.transceiver(1).set_property("do-nack", True)   # retransmission; of video only
        self.bin.connect("pad-added", self.on_pad)
        self.bin.connect("notify::connection-state", self.on_state)
        self.bin.connect("notify::ice-gathering-state", self.on_gathered)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self.on_error)
        self.pipeline.set_state(Gst.State.PLAYING)
        GLib.timeout_add(10, self.when_media_flows, offer)

    def transceiver(self, n):
        return self.bin.emit("get-transceiver", n)

    def fail(self, text):
        self.why.append(text)
        GLib.idle_add(self.end)

    def on_error(self, bus, message):
        self.why.append(": ".join(map(str, message.parse_error())))
        self.end()

    def on_state(self, *unused):
        state = self.bin.get_property("connection-state").value_nick
        emit(state)
        if state == "connected" and not self.connected:
            self.connected = True
            GLib.timeout_add(int(self.o.seconds * 1000), self.end)

    def when_media_flows(self, offer):
        """Each sink pad needs its caps before a description says anything."""
        if sum(bool(pad.get_current_caps()) for pad in self.bin.sinkpads) < 1 + self.o.video:
            return True
        if offer:
            self.set_remote(offer, lambda: self.create("answer"))
        else:
            self.create("offer")
        return False

    def create(self, kind):
        def done(promise):
            reply = promise.get_reply()     # owns what is in it
            if not reply.has_field(kind):
                return self.fail(f"create-{kind}: {reply.to_string()}")
            self.made = reply.get_value(kind)
            self.bin.emit("set-local-description", self.made,
                          Gst.Promise.new_with_change_func(lambda p: GLib.idle_add(self.on_gathered)))
        self.bin.emit("create-" + kind, None, Gst.Promise.new_with_change_func(done))

    def set_remote(self, d, then):
        kind = GstWebRTC.WebRTCSDPType.OFFER if d["type"] == "offer" else GstWebRTC.WebRTCSDPType.ANSWER
        message = GstSdp.SDPMessage.new_from_text(d["sdp"])[1]

        def done(promise):
            reply = promise.get_reply()
            if reply and reply.has_field("error"):
                return self.fail(f"set-remote-description: {reply.get_value('error').message}")
            GLib.idle_add(lambda: then() and False)
        self.bin.emit("set-remote-description", GstWebRTC.WebRTCSessionDescription.new(kind, message),
                      Gst.Promise.new_with_change_func(done))

    def on_gathered(self, *unused):
        local = self.bin.get_property("local-description")
        complete = self.bin.get_property("ice-gathering-state").value_nick == "complete"
        if self.printed or not local or not complete:
            return False
        self.printed = True
        calling = self.o.role == "call"
        print_description("offer" if calling else "answer", local.sdp.as_text())
        if calling:
            threading.Thread(target=self.read_answer, daemon=True).start()
        GLib.timeout_add(int((self.o.timeout + 60 * calling) * 1000), self.give_up)
        return False

    def read_answer(self):
        answer = read_description()
        GLib.idle_add(lambda: self.set_remote(answer, lambda: None) and False)

    def give_up(self):
        if not self.connected:
            self.why.append("state " + self.bin.get_property("connection-state").value_nick)
            self.end()
        return False

    def on_pad(self, unused, pad):
        if pad.direction != Gst.PadDirection.SRC:
            return
        caps = (pad.get_current_caps() or pad.query_caps(None)).get_structure(0)
        is_audio = caps.get_string("media") == "audio"
        if caps.get_string("encoding-name") not in (OPUS, VP8):
            chain = "fakesink sync=false async=false"
        elif is_audio:
            chain = ("queue ! rtpopusdepay ! opusdec plc=true use-inband-fec=true ! audioconvert ! audioresample "
                     "! audio/x-raw,format=S16LE,rate=48000,channels=1 ! identity name=tap signal-handoffs=true "
                     "! fakesink sync=false async=false")
        else:
            chain = ("queue ! rtpvp8depay wait-for-keyframe=true request-keyframe=true ! vp8dec ! videoconvert ! video/x-raw,format=I420 "
                     "! identity name=tap signal-handoffs=true ! fakesink sync=false async=false")
        branch = Gst.parse_bin_from_description(chain, True)
        tap = branch.get_by_name("tap")
        if tap:
            tap.connect("handoff", self.on_audio if is_audio else self.on_video)
        self.pipeline.add(branch)
        branch.sync_state_with_parent()
        pad.link(branch.get_static_pad("sink"))

    def on_audio(self, element, buffer):
        if not self.ended:
            self.recording.audio(buffer.extract_dup(0, buffer.get_size()))

    def on_video(self, element, buffer):
        caps = element.get_static_pad("src").get_current_caps().get_structure(0)
        width, height = caps.get_int("width")[1], caps.get_int("height")[1]
        if not self.ended:
            self.recording.video(width, height, tight_planes(buffer.extract_dup(0, buffer.get_size()), width, height))

    def end(self):
        if self.ended:
            return False
        self.ended = True
        self.recording.close()
        self.why += self.recording.complaints(self.o.video)
        self.status = 1 if self.why else 0
        emit("result", peer=Gst.version_string() + " webrtcbin", ok=not self.why, why=self.why,
             framesDecoded=self.recording.frames)
        self.loop.quit()
        return False


def tight_planes(data, width, height):
    """I420 as GStreamer lays it out (rows padded to 4 bytes) without the padding."""
    def rows(at, stride, w, h):
        return b"".join(data[at + r * stride:at + r * stride + w] for r in range(h)) if stride != w else data[at:at + w * h]
    half_w, half_h = (width + 1) // 2, (height + 1) // 2
    y_stride, c_stride = (width + 3) & ~3, (half_w + 3) & ~3
    y_bytes, c_bytes = y_stride * (height + height % 2), c_stride * half_h
    return (rows(0, y_stride, width, height), rows(y_bytes, c_stride, half_w, half_h),
            rows(y_bytes + c_bytes, c_stride, half_w, half_h))


def main():
    o = options()
    Gst.init(None)
    offer = None
    if o.role == "answer":
        emit("ready")
        offer = read_description()
    peer = Peer(o, offer)
    try:
        peer.loop.run()
    except KeyboardInterrupt:
        pass
    sys.stderr.flush()
    os._exit(peer.status)


main()
