"""Compares what was received with what was sent: speech by STOI, the picture by its stamps and PSNR."""
import itertools
import json
import os
import subprocess
import sys

import numpy as np
from scipy.io import wavfile
from scipy.ndimage import zoom
from scipy.signal import resample_poly

import alignment
import media

RATE = 10000                # at which STOI is defined
SILENT = 1e-5
SHORTEST_S = 2              # less speech says nothing
SEAM = RATE // 500


# ---- speech

def load(path):
    rate, x = wavfile.read(path)
    x = x / (32768.0 if x.dtype == np.int16 else 2147483648.0 if x.dtype == np.int32 else 1.0)
    if x.ndim > 1:
        x = x.mean(axis=1)
    common = np.gcd(rate, RATE)
    return resample_poly(x, RATE // common, rate // common)


def third_octave_bands(n_fft=512, bands=15, lowest=150):
    f = np.linspace(0, RATE, n_fft + 1)[:n_fft // 2 + 1]
    matrix = np.zeros((bands, len(f)))
    for k in range(bands):
        low, high = (2 ** ((2 * k + side) / 6.0) * lowest for side in (-1, 1))
        matrix[k, np.argmin((f - low) ** 2):np.argmin((f - high) ** 2)] = 1
    return matrix


def spectrogram(x, size=256, hop=128, n_fft=512):
    window = np.hanning(size + 2)[1:-1]
    return np.array([np.fft.rfft(window * x[i * hop:i * hop + size], n_fft) for i in range((len(x) - size) // hop)])


def stoi(clean, heard):
    """Short-time objective intelligibility (Taal et al. 2011), 0 to 1, of two aligned signals."""
    window = np.hanning(258)[1:-1]
    starts = range(0, len(clean) - 256, 128)
    energy = np.array([20 * np.log10(np.linalg.norm(window * clean[i:i + 256]) + 1e-12) for i in starts])
    spoken = [i for i, e in zip(starts, energy) if e > energy.max() - 40]
    x, y = np.zeros(len(spoken) * 128 + 128), np.zeros(len(spoken) * 128 + 128)
    for k, i in enumerate(spoken):
        x[k * 128:k * 128 + 256] += window * clean[i:i + 256]
        y[k * 128:k * 128 + 256] += window * heard[i:i + 256]
    bands = third_octave_bands()
    x, y = (np.sqrt(bands @ (np.abs(spectrogram(s)) ** 2).T) for s in (x, y))
    scores, clip = [], 1 + 10 ** (15 / 20.0)
    for m in range(30, x.shape[1] + 1):
        a, b = x[:, m - 30:m], y[:, m - 30:m]
        gain = np.linalg.norm(a, axis=1, keepdims=True) / (np.linalg.norm(b, axis=1, keepdims=True) + 1e-12)
        b = np.minimum(b * gain, a * clip)
        a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
        scores.append(((a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1) + 1e-12)).mean())
    return float(np.mean(scores)) if scores else 0.0


def speech(sent_path, got_path):
    """{stoi, gap_ms, delay_spread_ms, received_s}; gap_ms is digital silence where speech was sent.

    Delay may change without harm to what is said: each side is moved to the other's time, and the
    worse of the two scores counts, so that neither words left out nor sound put in go unseen.
    """
    if not os.path.exists(got_path):
        return {"stoi": 0.0, "error": "nothing was recorded"}
    sent, got = load(sent_path), load(got_path)
    sent = np.concatenate([sent, sent])             # the source starts again at its end
    if len(got) < SHORTEST_S * RATE or np.abs(got).max() < 1e-3:
        return {"stoi": 0.0, "error": "what was recorded is silent or too short"}
    starts, offsets = alignment.track(sent, got, RATE)
    as_heard = alignment.follow(sent, starts, offsets, len(got), SEAM)
    begin, end = max(int(offsets[0]), 0), min(len(got) + int(offsets[-1]), len(sent))
    said = sent[begin:end]
    as_said = alignment.follow(got, *alignment.track(got, said, RATE), len(said), SEAM)
    loud, quiet = alignment.envelope(as_heard), alignment.envelope(got) < SILENT
    first = int(np.argmax(~quiet))                  # before it nothing had come
    gap = (loud > loud.max() * 0.05) & quiet
    delays = np.repeat(offsets, np.diff(np.append(starts, len(got))))
    spread = np.percentile(delays, 95) - np.percentile(delays, 5)
    heard_stoi, said_stoi = stoi(as_heard, got), stoi(said, as_said)
    return {"stoi": round(min(heard_stoi, said_stoi), 4), "stoi_heard": round(heard_stoi, 4), "stoi_said": round(said_stoi, 4),
            "gap_ms": float(gap[first:].sum() * 10), "delay_spread_ms": round(float(spread) / RATE * 1000, 1),
            "received_s": round(len(got) / RATE, 1)}


# ---- keys of a telephone

ROWS_HZ, COLUMNS_HZ, KEYPAD = (697, 770, 852, 941), (1209, 1336, 1477, 1633), "123A456B789C*0#D"


def keys(path, block_s=0.02):
    """The keys whose pairs of tones (ITU-T Q.23) are heard for at least 60 ms each, one after the other."""
    x, n = load(path), int(RATE * block_s)
    tones = np.exp(-2j * np.pi * np.outer(ROWS_HZ + COLUMNS_HZ, np.arange(n)) / RATE)
    found, last, run = "", None, 0
    for block in x[:len(x) // n * n].reshape(-1, n):
        power = np.abs(tones @ block) ** 2 * 2 / n
        row, column = int(power[:4].argmax()), int(power[4:].argmax())
        clear = power[row] + power[4 + column] > 0.7 * (block ** 2).sum() > 1e-3 and 0.1 < power[row] / power[4 + column] < 10
        key = KEYPAD[4 * row + column] if clear else None
        run = run + 1 if key == last else 1
        last = key
        found += key if key and run == round(0.06 / block_s) else ""
    return found


def sides(path, seconds=2, block=1920):
    """How loud each of the two tones is on each side, in the middle of a recording."""
    rate, x = wavfile.read(path)
    x = x.reshape(len(x), -1).astype(float)
    middle = x[max(0, len(x) // 2 - seconds * rate // 2):][:seconds * rate // block * block]
    waves = np.exp(-2j * np.pi * np.outer(media.TONES_HZ, np.arange(block)) / rate)
    return [[float(round(level)) for level in 2 / block * np.abs(waves @ side.reshape(-1, block).T).mean(axis=1)] for side in middle.T]


# ---- picture

def frames(path):
    """The luma of each frame of a Y4M; a frame may carry its own size."""
    with open(path, "rb") as file:
        size = {word[0]: int(word[1:]) for word in file.readline().decode().split()[1:] if word[0] in "WH"}
        while True:
            line = file.readline()
            if not line.startswith(b"FRAME"):
                return
            size.update({word[0]: int(word[1:]) for word in line.decode().split()[1:] if word[0] in "WH"})
            w, h = size["W"], size["H"]
            picture = file.read(w * h + 2 * ((w + 1) // 2) * ((h + 1) // 2))
            if len(picture) < w * h:
                return
            yield np.frombuffer(picture[:w * h], np.uint8).reshape(h, w)


def psnr(reference, got):
    """Of the luma below the stamp; a picture of another size is scaled first, and its loss counts."""
    if got.shape != reference.shape:
        ratio = reference.shape[0] / got.shape[0], reference.shape[1] / got.shape[1]
        got = np.clip(zoom(got.astype(np.float32), ratio, order=1), 0, 255)
    top = max(reference.shape[0] // 16, 4)
    error = (reference[top:].astype(np.float64) - got[top:]) ** 2
    return 10 * np.log10(65025 / max(error.mean(), 1e-3))


def freezes(times):
    """As W3C's freezeCount: gaps of over three times the mean one, and 150 ms longer than it."""
    gaps = np.diff(times)
    return int((gaps > max(3 * gaps.mean(), gaps.mean() + 0.15)).sum()), round(float(gaps.max() * 1000))


def picture(sent_path, got_path, times=None, settle_s=0, span_s=30):
    """{received, distinct, unreadable, psnr_db, judged_s, freezes...}; PSNR is of every fifth frame in the `span_s`
    of the clip that follow `settle_s` after the first frame received; judged_s says which part that is."""
    if not os.path.exists(got_path):
        return {"received": 0, "distinct": 0, "error": "nothing was recorded"}
    kept, order, unreadable, received = {}, [], 0, 0
    for k, luma in enumerate(frames(got_path)):
        n = media.read_stamp(luma)
        received += 1
        if n is None:
            unreadable += 1
        elif n not in kept:
            kept[n] = luma if n % 5 == 0 else None
            order.append((n, k))
    out = {"received": received, "distinct": len(order), "unreadable": unreadable,
           "backwards": sum(b[0] < a[0] for a, b in zip(order, order[1:]))}
    begin = (order[0][0] if order else 0) + settle_s * media.FPS
    judged = {n for n, k in order if begin <= n < begin + span_s * media.FPS and kept[n] is not None}
    values = [psnr(luma, kept[n]) for n, luma in enumerate(itertools.islice(frames(sent_path), max(judged, default=0) + 1))
              if n in judged]
    out["psnr_db"] = round(float(np.mean(values)), 2) if values else 0
    out["judged_s"] = [round(begin / media.FPS, 2), round((max(judged, default=0) + 1) / media.FPS, 2)]
    if times and len(order) > 2:
        shown = [times[k] for n, k in order if k < len(times)]
        out["freezes"], out["longest_gap_ms"] = freezes(np.array(shown))
        out["fps"] = round((len(shown) - 1) / (shown[-1] - shown[0]), 2)
    return out


def direct_psnr(sent_path, bitrate_bps, begin_s, end_s, denoised, folder):
    """What the codec alone makes of that part of the clip at that rate, set up as for a call.  The speed is a fixed
    one (a negative number): otherwise libvpx takes it from the time it took, and a busy machine lowers the mark."""
    coded, decoded = os.path.join(folder, "direct.webm"), os.path.join(folder, "direct.y4m")
    quiet = ["ffmpeg", "-v", "error", "-y"]
    subprocess.run([*quiet, "-t", str(end_s), "-i", sent_path, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "-6",
                    "-lag-in-frames", "0", "-g", "100000", "-b:v", str(bitrate_bps), "-maxrate", str(bitrate_bps),
                    "-minrate", str(bitrate_bps), "-bufsize", str(bitrate_bps), "-rc_init_occupancy", str(bitrate_bps // 2),
                    "-undershoot-pct", "100", "-overshoot-pct", "15", "-max-intra-rate", "600", "-qmin", "2", "-qmax", "56",
                    "-noise-sensitivity", str(int(denoised)), coded], check=True)
    subprocess.run([*quiet, "-i", coded, "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", decoded], check=True)
    value = picture(sent_path, decoded, settle_s=begin_s, span_s=end_s - begin_s)["psnr_db"]
    os.unlink(decoded)
    return value


if __name__ == "__main__":
    judge_by_hand = {"speech": speech, "picture": picture}
    print(json.dumps(judge_by_hand[sys.argv[1]](*sys.argv[2:4])))
