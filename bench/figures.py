"""Figures from what was collected and from the link's log.  Intelligibility and PSNR are the judges' of tests/interop."""
import os
import wave
from bisect import bisect_right

import numpy as np
from scipy.signal import correlate

import judge
import media

RATE = judge.RATE               # sound is compared at this rate
PER_SAMPLE = RATE / 48000
DELAY_WINDOW_S = 0.4
DELAY_HOP_S = 0.1
DELAY_MAX_S = 2.5
CERTAIN = 0.5                   # correlation under which a delay is a guess
PSNR_EVERY = 5                  # as live.py keeps them
CLIP_BEGINS_AGAIN = 900         # frames back: not late, but the next round of the clip


def percentile(values, p):
    return round(float(np.percentile(values, p)), 1) if len(values) else None


def spread(values):
    """Median, 95th percentile, range and number."""
    if not len(values):
        return {"n": 0}
    return {"p50": percentile(values, 50), "p95": percentile(values, 95), "min": round(float(min(values)), 1),
            "max": round(float(max(values)), 1), "n": len(values)}


def read_rows(path):
    if not os.path.exists(path):
        return np.zeros((0, 2))
    with open(path) as file:
        rows = [line.strip().split(",") for line in file if line.endswith("\n")]
    return np.array([[float(value) for value in row] for row in rows]) if rows else np.zeros((0, 2))


def sample_at(rows, t):
    i = max(0, bisect_right(rows[:, 0], t) - 1)
    return int(rows[i, 1] + (t - rows[i, 0]) * 48000)


def time_of(rows, sample):
    i = max(0, bisect_right(rows[:, 1], sample) - 1)
    return rows[i, 0] + (sample - rows[i, 1]) / 48000


# ---- sound

def read_sound(path):
    """A recording, also one that was cut off before its header was right."""
    with open(path, "rb") as file:
        return np.frombuffer(file.read()[44:], np.int16, count=(os.path.getsize(path) - 44) // 2)


def cut(prefix, begin, end, path):
    rows = read_rows(prefix + ".audio")
    if len(rows) < 2:
        return None
    samples = read_sound(prefix + ".wav")
    piece = samples[max(0, sample_at(rows, begin)):max(0, sample_at(rows, end))]
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48000)
        out.writeframes(piece.tobytes())
    return path


def intelligibility(wav, prefix, begin, end):
    path = cut(prefix, begin, end, prefix + ".cut.wav")
    return judge.speech(wav, path) if path else {"stoi": 0.0, "error": "nothing was recorded"}


def delay_track(wav, sent, prefix, begin, end):
    """[(time, delay in ms)] of sound, mouth to ear: windows of what came, found in what was sent."""
    out, got_rows, sent_rows = [], read_rows(prefix + ".audio"), read_rows(sent + ".audio")
    if len(got_rows) < 2 or len(sent_rows) < 2:
        return out
    got = judge.resample_poly(read_sound(prefix + ".wav") / 32768, RATE, 48000)
    once = judge.load(wav)
    # The file is repeated: count its samples on.
    block = int(sent_rows[1, 1] - sent_rows[0, 1])
    sent_rows = np.column_stack((sent_rows[:, 0], sent_rows[0, 1] + block * np.arange(len(sent_rows))))
    whole = int(round((len(once) / PER_SAMPLE) // block * block * PER_SAMPLE))
    reference = np.tile(once[:whole], int(sent_rows[-1, 1] * PER_SAMPLE / whole) + 2)
    window, quiet = int(DELAY_WINDOW_S * RATE), 0.02 * np.abs(got).max()
    for t in np.arange(begin, end, DELAY_HOP_S):
        at = int(sample_at(got_rows, t) * PER_SAMPLE)
        low = max(0, int(sample_at(sent_rows, t - DELAY_MAX_S) * PER_SAMPLE))
        high = int(sample_at(sent_rows, t + 0.1) * PER_SAMPLE) + window
        heard, near = got[at:at + window], reference[low:high]
        if len(heard) < window or len(near) < window + 10 or np.sqrt((heard ** 2).mean()) < quiet:
            continue
        energy = np.concatenate(([0], np.cumsum(near ** 2)))
        norm = np.sqrt(np.maximum(energy[window:] - energy[:-window], 1e-9)) * np.linalg.norm(heard) + 1e-9
        match = correlate(near, heard, mode="valid", method="fft") / norm
        k = int(np.argmax(match))
        if match[k] > CERTAIN:
            out.append((t, (t - time_of(sent_rows, (low + k) / PER_SAMPLE)) * 1000))
    return out


# ---- picture

def first_showings(prefix, begin, end):
    """Rows of the frames log, of each picture that is newer than all before it."""
    newest, out = -1, []
    for row in read_rows(prefix + ".frames"):
        n = int(row[1])
        if n < 0 or newest - CLIP_BEGINS_AGAIN < n <= newest:
            continue
        newest = n
        if begin <= row[0] <= end:
            out.append(row)
    return out


def freezes(times, begin, end):
    """[(since `begin`, seconds)], by the rule of W3C's freezeCount; the window's edges count."""
    edges = np.array([begin, *times, end])
    gaps, mean = np.diff(edges), np.diff(times).mean()
    return [(round(float(at - begin), 2), round(float(gap), 3)) for at, gap in zip(edges, gaps) if gap > max(3 * mean, mean + 0.15)]


def picture(y4m, prefix, begin, end, psnr=True):
    shown = first_showings(prefix, begin, end)
    if len(shown) < 3:
        return {"frames": len(shown), "freezes": 1, "frozen_s": round(end - begin, 2)}
    times = [row[0] for row in shown]
    frozen = freezes(times, begin, end)
    out = {"frames": len(shown), "fps": round((len(shown) - 1) / (times[-1] - times[0]), 1), "freezes": len(frozen),
           "frozen_s": round(sum(gap for _, gap in frozen), 2), "frozen": frozen, "height": int(np.median([row[3] for row in shown]))}
    if psnr:
        values = psnrs(y4m, prefix, shown)
        out["psnr_db"] = round(float(np.mean(values)), 2) if values else None
    return out


def psnrs(y4m, prefix, shown):
    kept = {int(row[1]): row for row in shown if row[4] >= 0}
    values = []
    with open(prefix + ".luma", "rb") as luma:
        for n, reference in enumerate_every(y4m, PSNR_EVERY):
            if n not in kept:
                continue
            width, height, offset = (int(value) for value in kept[n][2:5])
            luma.seek(offset)
            data = luma.read(width * height)
            if len(data) == width * height:
                values.append(judge.psnr(reference, np.frombuffer(data, np.uint8).reshape(height, width)))
    return values


def enumerate_every(y4m, step):
    """(number, luma) of every `step`th frame of a Y4M of one size, without reading the others."""
    with open(y4m, "rb") as file:
        size = {word[0]: int(word[1:]) for word in file.readline().decode().split()[1:] if word[0] in "WH"}
        width, height, base = size["W"], size["H"], file.tell()
        stride = 6 + width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2)
        for n in range(0, (os.path.getsize(y4m) - base) // stride, step):
            file.seek(base + n * stride + 6)
            yield n, np.frombuffer(file.read(width * height), np.uint8).reshape(height, width)


def screen_delays(sent, prefix, begin, end):
    """Milliseconds from a frame's handing over to its showing."""
    times = {}
    for t, n in read_rows(sent + ".video"):
        times.setdefault(int(n), []).append(t)
    out = []
    for row in first_showings(prefix, begin, end):
        before = [t for t in times.get(int(row[1]), []) if t <= row[0]]
        if before and row[0] - before[-1] < 10:
            out.append((row[0] - before[-1]) * 1000)
    return out


# ---- the link

def queue_percentile(rows, p):
    """Over packets: each counts with the mean delay of its 100 ms."""
    delay, weight = np.array([r["qdelay_avg_ms"] for r in rows]), np.array([r["out_pkts"] for r in rows])
    if not len(rows) or not weight.sum():
        return None
    order = np.argsort(delay)
    return float(delay[order][np.searchsorted(np.cumsum(weight[order]) / weight.sum(), p)])


def link_use(rows):
    capacity = sum(r["rate_kbps"] for r in rows)
    return round(sum(r["out_kbps"] for r in rows) / capacity, 3) if capacity else None


def mean_kbps(rows, way="in"):
    return round(float(np.mean([r[way + "_kbps"] for r in rows])), 0) if rows else 0.0


def queue_loss_pct(rows):
    return round(100 * sum(r["drop_queue"] + r["drop_codel"] for r in rows) / max(1, sum(r["in_pkts"] for r in rows)), 2)


def climb_s(rows, begin, end, part=0.85, window_s=1.0):
    """Seconds from `begin` until the mean of a window reaches that part of the capacity."""
    inside, n = [r for r in rows if begin <= r["t"] <= end], int(window_s * 10)
    for i in range(n, len(inside) + 1):
        if np.mean([r["out_kbps"] for r in inside[i - n:i]]) >= part * inside[i - 1]["rate_kbps"]:
            return round(inside[i - 1]["t"] - begin, 1)
    return None


def over_s(rows, begin, end, limit_ms=100):
    """Seconds in which the queue was longer."""
    return sum(r["qdelay_avg_ms"] > limit_ms or (r["out_pkts"] == 0 and r["queue_bytes"] > 0)
               for r in rows if begin <= r["t"] <= end) / 10


FPS = media.FPS
