"""How soon the rate is found, and found again: a start, loss that is no congestion, a thin and a dead link."""
import json
import os

import numpy as np

import plot
from figures import first_showings, freezes, mean_kbps, over_s, queue_percentile, read_rows, read_sound, sample_at
from link import Link, read_log
from peer import Call, Media

NEEDS_NETWORK = True
MAX_BPS = 4000000
AT_A_TIME = 1
SILENT = 20                     # of 32768: the level of a block of nothing; the pauses of the speech are louder
HEARD = 200
SMALLER = 0.9                   # of the full height

# settings; steps: [(second, settings)]; back: the second from which on all is to be as before
CASES = {
    "start, 3 Mbit/s": dict(settings="up.rate=3mbit up.qms=300 delay=20ms", steps=[], seconds=8),
    "loss 10 %, 2 Mbit/s": dict(settings="up.rate=2mbit up.qms=300 delay=50ms", steps=[(0, "up.loss=10")], seconds=40),
    "150 kbit/s for 20 s": dict(settings="up.rate=2mbit up.qms=300 delay=25ms", steps=[(15, "up.rate=150kbit"), (35, "up.rate=2mbit")],
                                seconds=50, fall=15, back=35),
    "dead for 12 s": dict(settings="up.rate=1500kbit up.qms=300 delay=25ms", steps=[(15, "blackout=1"), (27, "blackout=0")],
                          seconds=42, fall=15, back=27),
}
LIMITS = {("start, 3 Mbit/s", "kbps_2s"): 2500, ("loss 10 %, 2 Mbit/s", "believed"): 0.8, ("150 kbit/s for 20 s", "sound_gap_ms"): 60,
          ("150 kbit/s for 20 s", "full_size_s"): 5, ("dead for 12 s", "picture_s"): 1, ("dead for 12 s", "rate_s"): 5}


def estimates(path):
    """[(second of the call, bit/s)] that the sender believes in, of Yodel's snapshots; they come once a second."""
    out = []
    if os.path.exists(path):
        with open(path) as file:
            for n, line in enumerate(file):
                found = json.loads(line) if line.endswith("\n") else {}
                entries = found.get("stats", found)
                entries = entries.values() if isinstance(entries, dict) else entries
                out += [(n + 1, e["availableOutgoingBitrate"]) for e in entries
                        if isinstance(e, dict) and "availableOutgoingBitrate" in e]
    return out


def sizes(path):
    """[(second of the call, width)] that the receiver shows, of Yodel's snapshots: its sink keeps to one size."""
    out = []
    if os.path.exists(path):
        with open(path) as file:
            for n, line in enumerate(file):
                found = json.loads(line) if line.endswith("\n") else {}
                entries = found.get("stats", found)
                entries = entries.values() if isinstance(entries, dict) else entries
                out += [(n + 1, e["frameWidth"]) for e in entries if isinstance(e, dict) and e.get("type") == "inbound-rtp"
                        and "frameWidth" in e]
    return out


def levels(prefix, begin, end):
    """Of each 10 ms of what was heard."""
    rows, samples = read_rows(prefix + ".audio"), read_sound(prefix + ".wav")
    if len(rows) < 2:
        return np.zeros(0)
    piece = samples[max(0, sample_at(rows, begin)):max(0, sample_at(rows, end))]
    n = len(piece) // 480
    return np.sqrt((piece[:n * 480].astype(float).reshape(n, 480) ** 2).mean(axis=1))


def sound_gap_ms(prefix, begin, end):
    """The longest silence."""
    quiet = levels(prefix, begin, end) < SILENT
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.astype(int), [0]))))
    return int(max(edges[1::2] - edges[::2], default=0)) * 10


def coming_back(case, call, link, rows):
    """Seconds from the link's return until picture, its full size, and the rate are there."""
    begin, back, shown = call.connected, case["back"], first_showings(call.prefix, call.connected, call.connected + case["seconds"])
    full = max((row[3] for row in shown), default=0)
    after = [row for row in shown if row[0] > begin + back]
    before = mean_kbps([r for r in rows if case["fall"] - 5 <= r["t"] <= case["fall"]], "out")
    rate_s = next((r["t"] - back for i, r in enumerate(rows) if r["t"] > back + 1
                   and np.mean([x["out_kbps"] for x in rows[i - 9:i + 1]]) >= 0.85 * before), None)
    out = {"picture_s": round(after[0][0] - begin - back, 2) if after else None, "rate_s": rate_s and round(rate_s, 1),
           "full_size_s": next((round(row[0] - begin - back, 1) for i, row in enumerate(after)
                                if all(later[3] >= SMALLER * full for later in after[i:i + 30])), None)}
    told = sizes(os.path.join(call.folder, "answer.stats"))
    if told:
        widest = max(width for _, width in told)
        out["full_size_s"] = next((second - back for second, width in told if second > back and width >= SMALLER * widest), None)
    heard = np.flatnonzero(levels(call.prefix, begin + back, begin + case["seconds"]) > HEARD)
    out["sound_s"] = round(float(heard[0]) / 100, 2) if len(heard) else None
    during = [row[0] for row in shown if begin + case["fall"] <= row[0] <= begin + back]
    if len(during) > 2:
        out["frozen_s"] = round(sum(gap for _, gap in freezes(during, begin + case["fall"], begin + back)), 2)
    return out


def measure(bench, kind, name):
    case, folder = CASES[name], bench.folder(kind, name.replace(",", "").replace("%", ""))
    media = Media(bench.wav, bench.y4m, bench.small_y4m, max_bps=MAX_BPS)
    try:
        with Link(folder, case["settings"], seed=bench.seed) as link, Call(kind, media, link, folder, case["seconds"] + 1) as call:
            call.start()
            link.play(case["steps"], call.connected)
            call.wait(case["seconds"] + 0.3)
        rows = read_log(link.log, link.zero, call.connected, call.connected + case["seconds"])
        plot.write(os.path.join(bench.out_folder, f"bench-rates-{name.replace(',', '').replace(' %', '').replace('/', '-').replace(' ', '-')}-{kind}.svg"),
                   f"{name}: {kind}", case["seconds"], rows, [(kind, rows)])
        return figures(case, kind, call, link, rows)
    finally:
        bench.done_with(folder)


def figures(case, kind, call, link, rows):
    late = [r for r in rows if r["t"] >= 20]
    found = [bps for second, bps in estimates(os.path.join(call.folder, "call.stats")) if second <= 3]
    out = {"kbps_2s": round(max(found) / 1000) if found else None,
           "sent_kbps_2s": mean_kbps([r for r in rows if 2 <= r["t"] <= 3])}
    if case["steps"] and "fall" not in case:
        believed = [bps for second, bps in estimates(os.path.join(call.folder, "call.stats")) if second >= 20]
        out = {"believed": round(float(np.mean(believed)) / 1000 / late[0]["rate_kbps"], 3) if believed else None,
               "use": round(mean_kbps(late) / late[0]["rate_kbps"], 3), "queue_p95": round(queue_percentile(late, 0.95), 1)}
    if "fall" in case:
        begin = call.connected
        out = {**coming_back(case, call, link, rows), "over100_s": over_s(rows, case["fall"], case["back"])}
        out["sound_gap_ms"] = sound_gap_ms(call.prefix, begin + case["fall"], begin + case["back"])
    return out


def run(bench):
    names = list(CASES) if not os.environ.get("BENCH_CASES") else [n for n in CASES if n.split(",")[0].split()[0] in os.environ["BENCH_CASES"].split()]
    jobs = {f"{kind}, {name}": lambda kind=kind, name=name: measure(bench, kind, name) for name in names for kind in bench.kinds}
    found = bench.attempt_all(jobs, AT_A_TIME)
    for name in names:
        results = {kind: found[f"{kind}, {name}"] for kind in bench.kinds}
        for key, figure, unit in (("kbps_2s", "estimate within 2 s", "kbit/s"), ("sent_kbps_2s", "sent in the third second", "kbit/s"),
                                  ("believed", "estimate, of the link, from 20 s on", ""),
                                  ("use", "sent, of the link, from 20 s on", ""), ("queue_p95", "queueing delay, p95", "ms"),
                                  ("over100_s", "queue over 100 ms meanwhile", "s"), ("sound_gap_ms", "longest silence meanwhile", "ms"),
                                  ("frozen_s", "frozen meanwhile", "s"), ("sound_s", "sound back after", "s"),
                                  ("picture_s", "picture back after", "s"),
                                  ("full_size_s", "full size back after", "s"), ("rate_s", "rate of before back after", "s")):
            if any(result.get(key) is not None for result in results.values()):
                bench.row(name, figure, unit, results, key, LIMITS.get((name, key)))
