"""The speech and the picture that the calls carry, made once in a scratch folder.

Speech: LibriVox readings (Debian's pocketsphinx-testdata), 48 kHz mono. Picture: a hand-held clip
(Debian's opencv-doc), 640x360 at 30 frames a second, in which every frame carries its own number: 20
black or white cells along the top sixteenth (16 bits, then their four nibbles' sum mod 16),
which survives scaling and heavy compression.
"""
import glob
import gzip
import os
import shutil
import subprocess
import wave

import numpy as np

SPEECH = "/usr/share/pocketsphinx/test/data/librivox/*.wav"
CLIP = "/usr/share/doc/opencv-doc/opencv4/html/box.mp4.gz"
WIDTH, HEIGHT, FPS = 640, 360, 30
CELLS = 20


def stamp(luma, n):
    h, w = luma.shape
    rows = max(h // 16, 4)
    value = n << 4 | check_bits(n)
    for i in range(CELLS):
        luma[:rows, i * w // CELLS:(i + 1) * w // CELLS] = 235 if value >> (CELLS - 1 - i) & 1 else 16


def read_stamp(luma):
    """The number in a picture; None where it cannot be read."""
    h, w = luma.shape
    rows = max(h // 16, 4)
    value = 0
    for i in range(CELLS):
        a, b = i * w // CELLS, (i + 1) * w // CELLS
        quarter = max((b - a) // 4, 1)
        cell = luma[rows // 4:max(rows * 3 // 4, rows // 4 + 1), a + quarter:b - quarter]
        value = value << 1 | int(cell.mean() > 125)
    n = value >> 4
    return n if check_bits(n) == value & 15 else None


def check_bits(n):
    return (n >> 12) + (n >> 8 & 15) + (n >> 4 & 15) + (n & 15) & 15


def have():
    return bool(glob.glob(SPEECH)) and os.path.exists(CLIP) and shutil.which("ffmpeg") is not None


def make(folder, seconds):
    """Returns the paths of a WAV and a Y4M, each of at least so many seconds."""
    os.makedirs(folder, exist_ok=True)
    wav, y4m = os.path.join(folder, f"speech-{seconds}.wav"), os.path.join(folder, f"clip-{seconds}.y4m")
    if not os.path.exists(wav):
        make_speech(wav, seconds)
    if not os.path.exists(y4m):
        make_clip(folder, y4m, seconds)
    return wav, y4m


def make_speech(path, seconds):
    files = sorted(glob.glob(SPEECH))
    inputs = [word for file in files for word in ("-i", file)]
    raw = subprocess.run(["ffmpeg", "-v", "error", *inputs, "-filter_complex", f"concat=n={len(files)}:v=0:a=1",
                          "-ar", "48000", "-ac", "1", "-f", "s16le", "-"], stdout=subprocess.PIPE, check=True).stdout
    samples = np.frombuffer(raw, np.int16).astype(np.float64)
    samples = (samples * (0.7 * 32767 / np.abs(samples).max())).astype(np.int16)
    samples = np.tile(samples, seconds * 48000 // len(samples) + 1)[:seconds * 48000]
    with wave.open(path + ".new", "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48000)
        out.writeframes(samples.tobytes())
    os.rename(path + ".new", path)


TONES_HZ = 450, 1150    # on the left and on the right; Chromium plays them itself
TONE = 8000


def make_tones(path, seconds):
    t = np.arange(seconds * 48000) / 48000
    samples = np.stack([TONE * np.sin(2 * np.pi * hertz * t) for hertz in TONES_HZ], 1).astype("<i2")
    with wave.open(path, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(48000)
        out.writeframes(samples.tobytes())


def make_clip(folder, path, seconds, width=WIDTH, height=HEIGHT, fps=FPS):
    source = os.path.join(folder, "clip.mp4")
    with gzip.open(CLIP) as packed, open(source, "wb") as out:
        shutil.copyfileobj(packed, out)
    scale = f"scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height},fps={fps}"
    decoder = subprocess.Popen(["ffmpeg", "-v", "fatal", "-stream_loop", "-1", "-i", source, "-t", str(seconds), "-an",
                                "-vf", scale, "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"], stdout=subprocess.PIPE)
    luma, chroma = width * height, (width // 2) * (height // 2)
    with open(path + ".new", "wb") as out:
        out.write(b"YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420jpeg\n" % (width, height, fps))
        for n in range(seconds * fps):
            picture = np.frombuffer(decoder.stdout.read(luma + 2 * chroma), np.uint8).copy()
            stamp(picture[:luma].reshape(height, width), n)
            for at in (luma, luma + chroma):
                picture[at:at + chroma].reshape(height // 2, width // 2)[:max(height // 16, 4) // 2] = 128
            out.write(b"FRAME\n" + picture.tobytes())
    decoder.stdout.close()
    decoder.wait()
    os.rename(path + ".new", path)


def cut(path, seconds, skipped_s=0):
    """The path of what was recorded in the first `seconds` from the first sound on, less the first `skipped_s` of them:
    before it nobody had spoken, and after it the other side may have gone."""
    if not os.path.exists(path):
        return path
    with wave.open(path) as whole:
        samples = np.frombuffer(whole.readframes(whole.getnframes()), np.int16)
        begin = int(np.argmax(samples != 0)) if len(samples) else 0
        per_second = whole.getframerate() * whole.getnchannels()
        part = samples[begin + skipped_s * per_second:begin + seconds * per_second]
        with wave.open(path + ".cut", "wb") as out:
            out.setparams(whole.getparams())
            out.writeframes(part.tobytes())
    return path + ".cut"
