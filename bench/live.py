#!/usr/bin/python3
"""A microphone and a camera, a loudspeaker and a screen: the far ends of a program's pipes.

  live.py feed audio FILE.wav FIFO LOG        10 ms blocks, raw s16le
  live.py feed video FILE.y4m FIFO LOG        Y4M at the rate of the file
  live.py collect audio FIFO PREFIX           PREFIX.wav, PREFIX.audio
  live.py collect video FIFO PREFIX           PREFIX.frames, PREFIX.luma

Times are CLOCK_MONOTONIC in seconds.  LOG has a line "time,position" for each block or frame that
was handed over, position in samples or frames of the file, which is repeated.  PREFIX.audio has a line
"time,sample" for each piece that came, the first sample it held.  PREFIX.frames has a line
"time,stamp,width,height,offset": the number that the picture carries (-1: unreadable) and where its
luma lies in PREFIX.luma, kept of every fifth picture only (-1: not kept).

A pipe hides as little delay as the system allows: 4 KiB of sound, about three pictures.
SIGSTOP pauses the camera; when it goes on it does not hurry after what was missed.
"""
import fcntl
import os
import signal
import sys
import time
import wave

SET_PIPE_SIZE = 1031            # F_SETPIPE_SZ
AUDIO_PIPE_BYTES = 4096
VIDEO_PIPE_BYTES = 1 << 20
BLOCK_SAMPLES = 480
CELLS = 20                      # of a stamp, see tests/interop/media.py
KEEP_EVERY = 5
PAUSE_S = 0.5                   # who is this late was paused, not slow


def now():
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]


def shrink(fd, size):
    try:
        fcntl.fcntl(fd, SET_PIPE_SIZE, size)
    except OSError:
        pass                    # no pipe, or the user's limit


# ---- feed

def audio_blocks(path):
    with wave.open(path) as file:
        data = file.readframes(file.getnframes())
    size = 2 * BLOCK_SAMPLES
    while True:
        for at in range(0, len(data) - size + 1, size):
            yield at // 2, data[at:at + size]


def y4m_header(line):
    words = line.decode().split()
    number = {word[0]: word[1:] for word in words[1:]}
    rate, scale = number["F"].split(":")
    return int(number["W"]), int(number["H"]), int(scale) / int(rate)


def video_frames(file, header_bytes, frame_bytes):
    count = (os.fstat(file.fileno()).st_size - header_bytes) // frame_bytes
    while True:
        for n in range(count):
            file.seek(header_bytes + n * frame_bytes)
            yield n, file.read(frame_bytes)


def feed(kind, path, fifo, log):
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    fd = os.open(fifo, os.O_WRONLY)
    if kind == "audio":
        shrink(fd, AUDIO_PIPE_BYTES)
        pieces, period = audio_blocks(path), BLOCK_SAMPLES / 48000
    else:
        shrink(fd, VIDEO_PIPE_BYTES)
        file = open(path, "rb")
        head = file.readline()
        width, height, period = y4m_header(head)
        write_all(fd, head)
        pieces = video_frames(file, len(head), 6 + width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2))
    with open(log, "w", buffering=1) as out:
        due = now()
        for position, piece in pieces:
            wait = due - now()
            if wait > 0:
                time.sleep(wait)
            elif wait < -PAUSE_S:
                due = now()
            out.write(f"{now():.6f},{position}\n")
            try:
                write_all(fd, piece)
            except BrokenPipeError:
                return
            due += period


# ---- collect

def wav_header(n_bytes):
    le = lambda value, size: value.to_bytes(size, "little")
    return (b"RIFF" + le(36 + n_bytes, 4) + b"WAVEfmt " + le(16, 4) + le(1, 2) + le(1, 2) + le(48000, 4)
            + le(96000, 4) + le(2, 2) + le(16, 2) + b"data" + le(n_bytes, 4))


def collect_audio(fd, prefix, skip):
    """skip: bytes of a header that comes first."""
    n_bytes, odd = 0, b""
    with open(prefix + ".wav", "wb") as out, open(prefix + ".audio", "w", buffering=1) as log:
        out.write(wav_header(0))
        while skip:
            skip -= len(os.read(fd, skip)) or skip
        while data := os.read(fd, 65536):
            log.write(f"{now():.6f},{n_bytes // 2}\n")
            data = odd + data
            odd = data[len(data) // 2 * 2:]
            out.write(data[:len(data) - len(odd)])
            n_bytes += len(data) - len(odd)
            out.flush()
        out.seek(0)
        out.write(wav_header(n_bytes))


def read_stamp(luma, width, height):
    """As media.read_stamp, from one row and without numpy, for it must keep pace."""
    row = luma[width * (max(height // 16, 4) // 2):][:width]
    value = 0
    for i in range(CELLS):
        a, b = i * width // CELLS, (i + 1) * width // CELLS
        quarter = max((b - a) // 4, 1)
        cell = row[a + quarter:b - quarter]
        value = value << 1 | (sum(cell) > 125 * len(cell))
    n = value >> 4
    return n if (n >> 12) + (n >> 8 & 15) + (n >> 4 & 15) + (n & 15) & 15 == value & 15 else -1


def collect_video(fd, prefix):
    with os.fdopen(fd, "rb", buffering=1 << 20) as file, open(prefix + ".luma", "wb") as kept, \
         open(prefix + ".frames", "w", buffering=1) as log:
        size = {word[0]: int(word[1:]) for word in file.readline().decode().split() if word[0] in "WH"}
        while (line := file.readline()).startswith(b"FRAME"):
            size.update({word[0]: int(word[1:]) for word in line.decode().split()[1:] if word[0] in "WH"})
            width, height = size["W"], size["H"]
            luma = file.read(width * height)
            chroma = 2 * ((width + 1) // 2) * ((height + 1) // 2)
            if len(file.read(chroma)) < chroma:
                break
            t, n, offset = now(), read_stamp(luma, width, height), -1
            if n >= 0 and n % KEEP_EVERY == 0:
                offset = kept.tell()
                kept.write(luma)
            log.write(f"{t:.6f},{n},{width},{height},{offset}\n")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.alarm(1200)          # never for ever
    job, kind = sys.argv[1:3]
    if job == "feed":
        return feed(kind, *sys.argv[3:6])
    fd = os.open(sys.argv[3], os.O_RDONLY)
    shrink(fd, AUDIO_PIPE_BYTES if kind == "audio" else VIDEO_PIPE_BYTES)
    if kind == "audio":
        return collect_audio(fd, sys.argv[4], int(sys.argv[5]) if len(sys.argv) > 5 else 0)
    return collect_video(fd, sys.argv[4])


if __name__ == "__main__":
    main()
