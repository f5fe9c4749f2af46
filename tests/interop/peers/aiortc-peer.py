#!/usr/bin/python3
"""aiortc. See contract.mjs."""
import asyncio
import ctypes
import fractions
import os
import sys
import time
import traceback
import wave

import aiortc
import aiortc.codecs
import aiortc.codecs.opus as opus
import aiortc.codecs.vpx as vpx
import av
import numpy as np
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from contract import Recording, emit, options, print_description, read_description

OPUS_SET_BITRATE = 4002


def set_rates(o):
    """aiortc has no way to ask for bit rates: its codec modules have defaults."""
    vpx.DEFAULT_BITRATE = vpx.MAX_BITRATE = o.video_bps
    vpx.MIN_BITRATE = min(vpx.MIN_BITRATE, o.video_bps)
    first_init, library = opus.OpusEncoder.__init__, ctypes.CDLL("libopus.so.0")

    def init(self):
        first_init(self)
        encoder = ctypes.c_void_p(int(opus.ffi.cast("intptr_t", self.encoder)))
        library.opus_encoder_ctl(encoder, OPUS_SET_BITRATE, ctypes.c_int(o.audio_bps))

    opus.OpusEncoder.__init__ = init


def mend_extension_ids():
    """Version 1.4.0 offers one id for different extensions of a BUNDLE group, and then dies on them."""
    for extension in aiortc.codecs.HEADER_EXTENSIONS["video"]:
        if "abs-send-time" in extension.uri:
            extension.id = 3


class Paced(MediaStreamTrack):
    """Hands out one item each period of real time."""

    def __init__(self, period):
        super().__init__()
        self.period, self.n, self.start = period, 0, None

    async def turn(self):
        if self.readyState != "live":
            raise MediaStreamError
        self.start = self.start or time.monotonic()
        await asyncio.sleep(max(0, self.start + self.n * self.period - time.monotonic()))
        self.n += 1
        return self.n - 1


class Speech(Paced):
    kind = "audio"

    def __init__(self, path):
        super().__init__(0.02)
        with wave.open(path) as file:
            self.pcm = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        self.pcm = self.pcm[:len(self.pcm) // 960 * 960].reshape(-1, 960)

    async def recv(self):
        n = await self.turn()
        frame = av.AudioFrame.from_ndarray(self.pcm[n % len(self.pcm)].reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, n * 960, fractions.Fraction(1, 48000)
        return frame


class Clip(Paced):
    kind = "video"

    def __init__(self, path):
        self.file = open(path, "rb")
        head = dict((word[0], word[1:]) for word in self.file.readline().decode().split()[1:])
        self.width, self.height, fps = int(head["W"]), int(head["H"]), int(head["F"].split(":")[0])
        self.base, self.ticks = self.file.tell(), 90000 // fps
        super().__init__(1 / fps)

    async def recv(self):
        n = await self.turn()
        if not self.file.readline():
            self.file.seek(self.base)
            self.file.readline()
        picture = np.frombuffer(self.file.read(self.width * self.height * 3 // 2), np.uint8)
        frame = av.VideoFrame.from_ndarray(picture.reshape(-1, self.width), format="yuv420p")
        frame.pts, frame.time_base = n * self.ticks, fractions.Fraction(1, 90000)
        return frame


async def record(track, recording):
    try:
        while True:
            frame = await track.recv()
            if track.kind == "audio":
                channels = len(frame.layout.channels)
                recording.audio(np.ascontiguousarray(frame.to_ndarray().reshape(-1)[::channels]).tobytes())
            else:
                recording.video(frame.width, frame.height,
                                [np.frombuffer(p, np.uint8).reshape(-1, p.line_size)[:, :p.width].tobytes() for p in frame.planes])
    except MediaStreamError:
        pass


async def exchange(pc, o, add_tracks):
    loop = asyncio.get_event_loop()
    if o.role == "call":
        add_tracks()
        await pc.setLocalDescription(await pc.createOffer())
        print_description("offer", pc.localDescription.sdp)
        answer = await loop.run_in_executor(None, read_description)
        await pc.setRemoteDescription(RTCSessionDescription(**answer))
    else:
        emit("ready")
        offer = await loop.run_in_executor(None, read_description)
        await pc.setRemoteDescription(RTCSessionDescription(**offer))
        add_tracks()
        await pc.setLocalDescription(await pc.createAnswer())
        print_description("answer", pc.localDescription.sdp)


async def main(o):
    pc, recording, tasks, why = RTCPeerConnection(), Recording(o.record), [], []
    pc.on("connectionstatechange", lambda: emit(pc.connectionState))
    pc.on("track", lambda track: tasks.append(asyncio.ensure_future(record(track, recording))))

    def add_tracks():
        pc.addTrack(Speech(o.wav))
        if o.video:
            pc.addTrack(Clip(o.y4m))

    await exchange(pc, o, add_tracks)
    end = time.monotonic() + o.timeout
    while time.monotonic() < end and pc.connectionState not in ("connected", "failed"):
        await asyncio.sleep(0.01)
    if pc.connectionState == "connected":
        await asyncio.sleep(o.seconds)
    else:
        why.append("state " + pc.connectionState)
    for s in (await pc.getStats()).values():
        if s.type == "outbound-rtp" and not s.packetsSent > 10:
            why.append(f"no {s.kind} out")
    recording.close()
    why += recording.complaints(o.video)
    emit("result", peer="aiortc " + aiortc.__version__, ok=not why, why=why, framesDecoded=recording.frames)
    return 1 if why else 0


status = 1
try:
    options_ = options()
    set_rates(options_)
    mend_extension_ids()
    status = asyncio.get_event_loop().run_until_complete(main(options_))
except KeyboardInterrupt:
    pass
except Exception:
    emit("error", text=traceback.format_exc())
sys.stderr.flush()
os._exit(status)
