"""Two recordings of the same speech brought together in time, where one was played from a buffer
whose delay moves: found by correlation every 20 ms, as the path that explains all of it best."""
import numpy as np
from scipy.signal import correlate

HOP_S = 0.02
WINDOW_S = 0.1
RANGE_S = 1.2               # how far the delay may move either way from where it mostly is
BIN_S = 0.001
CHANGE_COST = 0.6           # a change of delay must explain this much more, in windows
SECOND_COST = 2.0           # and this for each second of it
QUIET = 0.05                # of the loudest window: less of a voice to compare by ...
SILENT = 0.02               # ... and none at all: the noise of a pause is not what was sent after any codec


def envelope(x, hop=100):
    n = len(x) // hop
    return np.sqrt((x[:n * hop].reshape(n, hop) ** 2).mean(axis=1))


def coarse_offset(reference, sound):
    """Samples by which `sound` begins later in `reference`, within 10 ms."""
    a, b = envelope(reference), envelope(sound)
    c = correlate(a - a.mean(), b - b.mean(), mode="full", method="fft")
    return int(np.argmax(c) - (len(b) - 1)) * 100


def matches(reference, sound, starts, window, low, n_bins, per_bin):
    """For each window of `sound` and each bin of offsets from `low` on: how alike, and the best sample offset."""
    score, best = np.zeros((len(starts), n_bins)), np.zeros((len(starts), n_bins), int)
    loud = np.array([np.sqrt((sound[s:s + window] ** 2).mean()) for s in starts])
    weight = np.clip((loud / (loud.max() + 1e-12) - SILENT) / (QUIET - SILENT), 0, 1) ** 2
    padded = np.concatenate([np.zeros(max(0, -(starts[0] + low))), reference, np.zeros(n_bins * per_bin + window)])
    shift = max(0, -(starts[0] + low))
    for k, s in enumerate(starts):
        begin = s + low + shift
        near = padded[begin:begin + n_bins * per_bin + window - 1]
        if len(near) < n_bins * per_bin + window - 1:
            near = np.concatenate([near, np.zeros(n_bins * per_bin + window - 1 - len(near))])
        energy = np.concatenate(([0], np.cumsum(near ** 2)))
        norm = np.sqrt(np.maximum(energy[window:] - energy[:-window], 1e-9)) * np.linalg.norm(sound[s:s + window]) + 1e-9
        alike = (correlate(near, sound[s:s + window], mode="valid", method="fft") / norm).reshape(n_bins, per_bin)
        score[k] = weight[k] * alike.max(axis=1)
        best[k] = low + np.arange(n_bins) * per_bin + alike.argmax(axis=1)
    return score, best


def running_best(values):
    """The largest value so far, and where it is."""
    most = np.maximum.accumulate(values)
    return most, np.maximum.accumulate(np.where(values == most, np.arange(len(values)), 0))


def best_path(score, bin_cost):
    """The bin of each window: the largest sum of scores, less what the changes cost."""
    n, n_bins = score.shape
    cost, total, came_from = np.arange(n_bins) * bin_cost, score[0].copy(), np.zeros((n, n_bins), int)
    for k in range(1, n):
        below, from_below = running_best(total + cost)
        above, from_above = (part[::-1] for part in running_best((total - cost)[::-1]))
        below, above, from_above = below - cost, above + cost, n_bins - 1 - from_above
        moved, origin = np.maximum(below, above) - CHANGE_COST, np.where(below >= above, from_below, from_above)
        came_from[k] = np.where(total >= moved, np.arange(n_bins), origin)
        total = np.maximum(total, moved) + score[k]
    path = [int(np.argmax(total))]
    for k in range(n - 1, 0, -1):
        path.append(int(came_from[k][path[-1]]))
    return np.array(path[::-1])


def sharpen(reference, sound, edge, before, after, reach):
    """Where exactly one offset gives way to the other: the place that leaves the least difference."""
    begin, end = max(edge - reach, 0), min(edge + reach, len(sound))
    at = np.arange(begin, end)
    error = [(sound[begin:end] - reference[np.clip(at + offset, 0, len(reference) - 1)]) ** 2 for offset in (before, after)]
    return begin + int(np.argmin(np.concatenate(([0], np.cumsum(error[0] - error[1])))))


def track(reference, sound, rate):
    """(starts, offsets): from each start on, sound[i] is reference[i + offset]; whole samples."""
    hop, window, per_bin = int(HOP_S * rate), int(WINDOW_S * rate), int(BIN_S * rate)
    n_bins = int(2 * RANGE_S / BIN_S)
    low = coarse_offset(reference, sound) - n_bins * per_bin // 2
    begins = np.arange(0, max(len(sound) - window, 1), hop)
    score, best = matches(reference, sound, begins, window, low, n_bins, per_bin)
    path = best_path(score, SECOND_COST * BIN_S)
    found, starts, offsets = best[np.arange(len(path)), path], [], []
    edges = [0, *(np.flatnonzero(np.abs(np.diff(path)) > 1) + 1), len(path)]
    for a, b in zip(edges, edges[1:]):                      # one delay for as long as it is one
        offset = int(np.median(found[a:b]))
        edge = begins[a] + (window - hop) // 2
        starts.append(sharpen(reference, sound, edge, offsets[-1], offset, window) if a else 0)
        offsets.append(offset)
    return np.maximum.accumulate(np.array(starts)), np.array(offsets)


def follow(reference, starts, offsets, length, fade):
    """`reference` as it would have been heard: its pieces moved by the offsets, with seams of `fade` samples."""
    def piece(begin, end, offset):
        at = np.arange(begin, end) + offset
        return np.where((at >= 0) & (at < len(reference)), reference[np.clip(at, 0, len(reference) - 1)], 0)

    out, edges = np.zeros(length), np.append(starts, length)
    for a, b, offset in zip(edges, edges[1:], offsets):
        out[a:b] = piece(a, b, offset)
    for edge, before in zip(starts[1:], offsets):
        n = min(fade, length - edge)
        down = np.linspace(1, 0, n, endpoint=False)
        out[edge:edge + n] = down * piece(edge, edge + n, before) + (1 - down) * out[edge:edge + n]
    return out
