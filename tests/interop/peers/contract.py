"""The promises of contract.mjs, for the peers written in Python."""
import argparse
import json
import sys
import time
import wave


def emit(event, **fields):
    line = json.dumps({"event": event, "t": round(time.monotonic(), 6), **fields})
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=("call", "answer"))
    parser.add_argument("how", choices=("manual:",))
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--timeout", type=float, default=20)
    parser.add_argument("--wav", required=True)
    parser.add_argument("--y4m")
    parser.add_argument("--record")
    parser.add_argument("--no-video", dest="video", action="store_false")
    parser.add_argument("--audio-bps", type=int, default=32000)
    parser.add_argument("--video-bps", type=int, default=800000)
    return parser.parse_args()


def print_description(kind, sdp):
    print(json.dumps({"type": kind, "sdp": sdp}), flush=True)


def read_description():
    return json.loads(sys.stdin.readline())


class Recording:
    """What was received: PREFIX.wav, PREFIX.y4m, PREFIX.times. Without a prefix it only counts."""

    def __init__(self, prefix):
        self.blocks = self.frames = self.energy = 0
        self.prefix, self.times, self.y4m = prefix, [], None
        self.wav = wave.open(prefix + ".wav", "wb") if prefix else None
        if self.wav:
            self.wav.setnchannels(1)
            self.wav.setsampwidth(2)
            self.wav.setframerate(48000)

    def audio(self, samples):
        """samples: 48 kHz mono, bytes of signed 16 bit"""
        self.blocks += 1
        if not self.energy and any(samples):
            self.energy = 1
            emit("first-audio")
        if self.wav:
            self.wav.writeframesraw(samples)

    def video(self, width, height, planes):
        self.frames += 1
        if self.frames == 1:
            emit("first-video-frame", width=width, height=height)
        if not self.prefix:
            return
        if not self.y4m:
            self.y4m = open(self.prefix + ".y4m", "wb")
            self.y4m.write(b"YUV4MPEG2 W%d H%d F30:1 Ip A1:1 C420jpeg\n" % (width, height))
        self.y4m.write(b"FRAME W%d H%d\n" % (width, height))
        for plane in planes:
            self.y4m.write(plane)
        self.times.append("%.4f" % time.monotonic())

    def close(self):
        if self.wav:
            self.wav.close()
        if self.y4m:
            self.y4m.close()
        if self.prefix:
            with open(self.prefix + ".times", "w") as times:
                times.write("\n".join(self.times) + "\n")

    def complaints(self, video):
        why = []
        if self.blocks < 10:
            why.append("no audio in")
        elif not self.energy:
            why.append("received audio is silent")
        if video and self.frames < 5:
            why.append(f"{self.frames} frames decoded")
        return why
