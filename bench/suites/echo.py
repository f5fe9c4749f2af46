"""A loudspeaker and a microphone in one simulated room: how much of the echo goes, and how much of a voice nearby stays."""
import json
import subprocess
import wave

import numpy as np
from scipy.signal import resample_poly

NEEDS_NETWORK = False
RATE = 48000
SECONDS = 24
SETTLED_S = 2                   # of far speech alone, then the limit holds
TALK_S = 4                      # double talk is judged from here on
ECHO_DB = -6                    # of the direct echo against what is played; the walls add to it
DELAYS_MS = (100, 250)
LEVELS = ("low", "moderate", "high")
ERLE_DB, STOI = 30, 0.85


def read(path):
    return np.fromfile(path, np.int16).astype(float)


def voices(bench, folder):
    """Two speakers of the same loudness: the reader far away; other sentences of hers, a fourth lower, nearby."""
    with wave.open(bench.wav) as file:
        x = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(float)
    far, near = x[:SECONDS * RATE], resample_poly(x[30 * RATE:], 4, 3)[:SECONDS * RATE]
    paths = []
    for name, voice in (("far", far), ("near", near)):
        paths.append(f"{folder}/{name}.pcm")
        loud = np.sqrt((voice[np.abs(voice) > 300] ** 2).mean())
        (voice / loud * 3000).clip(-32768, 32767).astype(np.int16).tofile(paths[-1])
    return paths


def process(bench, folder, far, near, delay_ms, near_db, level):
    prefix = f"{folder}/{level}-{delay_ms}-{near_db}"
    words = [bench.program("echo"), far, near, str(delay_ms), str(ECHO_DB), str(near_db), level, prefix]
    found = json.loads(subprocess.run(words, capture_output=True, text=True, check=True, timeout=120).stdout)
    return found, read(f"{prefix}-mic.pcm"), read(f"{prefix}-out.pcm")


def erle_db(mic, out):
    begin = SETTLED_S * RATE
    return round(10 * np.log10((mic[begin:] ** 2).sum() / max((out[begin:] ** 2).sum(), 1)), 1)


def lag_of(clean, heard, most=2400):
    """By how many samples the processing is behind, up to 50 ms."""
    n = 1 << (len(clean) + most).bit_length()
    match = np.fft.irfft(np.fft.rfft(heard, n) * np.conj(np.fft.rfft(clean, n)), n)[:most]
    return int(match.argmax())


def near_stoi(near, heard):
    import judge
    near, heard = near[TALK_S * RATE:], heard[TALK_S * RATE:]
    n = min(len(near), len(heard))
    lag = lag_of(near[:n], heard[:n])
    small = [resample_poly(x, 1, RATE // judge.RATE) for x in (near[:n - lag], heard[lag:n])]
    return round(judge.stoi(*small), 3)


def measure(bench, delay_ms, level):
    folder = bench.folder(delay_ms, level)
    try:
        far, near = voices(bench, folder)
        cost, mic, out = process(bench, folder, far, near, delay_ms, -100, level)
        _, both, cleaned = process(bench, folder, far, near, delay_ms, 0, level)
        voice = read(near)[:len(cleaned)]
        return {"erle_db": erle_db(mic, out), "stoi": near_stoi(voice, cleaned),
                "stoi_before": near_stoi(voice, both), **cost}
    finally:
        bench.done_with(folder)


def run(bench):
    for delay_ms in DELAYS_MS:
        for level in bench.pick(LEVELS[:1], LEVELS, LEVELS):
            case = f"{delay_ms} ms, {level}" + (" (default)" if level == "low" else "")
            limits = (ERLE_DB, STOI) if level == "low" else (None, None)
            results = {"yodel": bench.attempt(case, lambda: measure(bench, delay_ms, level))}
            bench.row(case, "echo taken out (ERLE), far speech alone, after 2 s, at least", "dB", results, "erle_db", limits[0])
            bench.row(case, "voice nearby in double talk, at least", "STOI", results, "stoi", limits[1])
            bench.row(case, "the same before processing", "STOI", results, "stoi_before")
            bench.row(case, "processor", "% of a core", results, "core_pct")
