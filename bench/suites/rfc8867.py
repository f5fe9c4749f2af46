"""The test cases of RFC 8867 section 5, over the emulated link with a real encoder and a moving picture.

At full length (BENCH_FULL=1) the timelines are the RFC's; otherwise each is played SPEED times as
fast, which is harder: the same steps in less time to find the rate.
"""
import os
import random
import signal
import subprocess
import time

import numpy as np

import plot
from figures import climb_s, link_use, mean_kbps, over_s, picture, queue_loss_pct, queue_percentile
from link import Link, read_log
from peer import PYTHON, Call, Failed, Media

NEEDS_NETWORK = True
SPEED = 2
MAX_BPS = 4000000
MIN_KBPS = 150                  # of a call with picture, section 4.3
LOWEST_WINDOW_S = 2
EQUAL_WINDOW_S = 5
TCP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tcp.py")
VARIABLE = [(0, 1000), (40, 2500), (60, 600), (80, 1000)]
SHORT_FLOWS = 10                # of section 5.7

# up, down: [(second, kbit/s)]; flows: the second each begins at; ways: one-way delay of each flow's access in ms
CASES = {
    "5.1": dict(up=VARIABLE, delay="delay=50ms", seconds=100, flows=[0]),
    "5.1 with jitter": dict(up=VARIABLE, delay="delay=65ms jitter=15ms", seconds=100, flows=[0]),
    "5.2": dict(up=[(0, 4000), (25, 2000), (50, 3500), (75, 1000), (100, 2000)], seconds=125, flows=[0, 0], ways=[0, 0]),
    "5.3": dict(up=[(0, 2000), (20, 1000), (40, 500), (60, 2000)], down=[(0, 2000), (35, 800), (70, 2000)], seconds=100, flows=[0],
                both_ways=True),
    "5.4": dict(up=[(0, 3500)], seconds=120, flows=[0, 20, 40], ways=[0, 0, 0], max_min=1.3),
    "5.5": dict(up=[(0, 4000)], delay="delay=5ms", seconds=300, flows=[0, 10, 20, 30, 40], ways=[5, 20, 45, 95, 145], max_min=2.0),
    "5.6": dict(up=[(0, 2000)], seconds=120, flows=[5], tcp="long"),
    "5.6, queue 1 s": dict(up=[(0, 2000)], seconds=120, flows=[5], tcp="long", queue_ms=1000),
    "5.7": dict(up=[(0, 2000)], seconds=300, flows=[5, 5], ways=[0, 0], tcp="short"),
    "5.8": dict(up=[(0, 3500)], seconds=120, flows=[0, 0, 0], ways=[0, 0, 0], pause=(1, 40, 60), max_min=1.3),
}
QUICK = ("5.1", "5.6")
DEFAULT = ("5.1", "5.1 with jitter", "5.4", "5.6")
LIMITS = {("5.1", "use"): 0.90, ("5.1 with jitter", "use"): 0.85, ("5.2", "use"): 0.90, ("5.3", "use"): 0.90, ("5.6", "fair_share"): 0.35,
          ("5.7", "lowest_kbps"): MIN_KBPS, **{(name, "climb_s"): 3 for name in ("5.1", "5.1 with jitter")},
          **{(name, "over100_s"): 1.5 for name in ("5.1", "5.1 with jitter")},
          **{(name, "max_min"): case["max_min"] for name, case in CASES.items() if "max_min" in case},
          **{(name, "equal_s"): 10 for name, case in CASES.items() if "max_min" in case}}


def settings(case, seconds_scale):
    """The link's settings at the start, and the steps after."""
    text = f"{case.get('delay', 'delay=50ms')} up.rate={case['up'][0][1]}kbit up.qms={case.get('queue_ms', 300)}"
    steps = [(t * seconds_scale, f"up.rate={kbps}kbit") for t, kbps in case["up"][1:]]
    if "down" in case:
        text += f" down.rate={case['down'][0][1]}kbit down.qms=300"
        steps += [(t * seconds_scale, f"down.rate={kbps}kbit") for t, kbps in case["down"][1:]]
    return text, steps


class Tcp:
    """TCP flows beside the calls: one long one, or ten that come and go (RFC 8867 section 5.7)."""

    def __init__(self, kind, a, b, address, seconds, folder):
        self.processes, self.log = [], os.path.join(folder, "tcp.log")
        self.ports = [5001] if kind == "long" else range(5001, 5001 + SHORT_FLOWS)
        with open(self.log, "w") as log:
            self.start(b, "receive", *self.ports, stdout=log)
        time.sleep(0.3)
        dice = random.Random(7)
        for i, port in enumerate(self.ports):
            words = ["send", address, port] if kind == "long" else ["bursts", address, port, dice.randrange(10 ** 6), int(i < 2)]
            self.start(a, *words, seconds)

    def start(self, namespace, *words, stdout=subprocess.DEVNULL):
        self.processes.append(subprocess.Popen(["ip", "netns", "exec", namespace, PYTHON, "-S", "-E", TCP, *map(str, words)], stdout=stdout))

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait()

    def kbps(self, begin, end):
        """As the link counts it: with headers."""
        total = 0
        with open(self.log) as log:
            for line in log:
                t, n = line.split()
                total += int(n) if begin <= float(t) <= end else 0
        return total * 8 / 1000 * 1500 / 1448 / (end - begin)


def flow_figures(rows, seconds, steps, ups):
    """Of the whole link: audio, feedback and headers count."""
    queue_ms = queue_percentile(rows, 0.95)
    # Steady: without the 5 seconds after each change.
    steady = [r for r in rows if not any(t <= r["t"] < t + 5 for t, _ in ups)]
    steady_ms = queue_percentile(steady, 0.95)
    out = {"use": link_use(rows), "queue_p95": queue_ms and round(queue_ms, 1), "steady_queue_p95": steady_ms and round(steady_ms, 1),
           "loss_pct": queue_loss_pct(rows)}
    for (_, was), (t, now), until in zip(ups, ups[1:], [t for t, _ in ups[2:]] + [seconds]):
        if now > was:
            out.setdefault("climb_s", climb_s(rows, t, until))
        else:
            out.setdefault("over100_s", over_s(rows, t, until))
    return out


def rates(link, begin, end):
    return [mean_kbps(read_log(log, zero, begin, end), "out") for log, zero in link.flow_logs]


def run_call(call, start, after, until):
    """Begins and ends in the timeline's seconds.  Returns: why it failed, or None."""
    try:
        time.sleep(max(0, start[0] + after - time.monotonic()))
        call.start()
        call.wait(start[0] + until - call.connected)
    except Failed as error:
        return str(error)
    return None


def measure(bench, kind, name, scale):
    case, folder = CASES[name], bench.folder(kind, name)
    seconds, (text, steps) = case["seconds"] * scale, settings(case, scale)
    ups = [(t * scale, kbps) for t, kbps in case["up"]]
    back = bench.y4m if case.get("both_ways") else bench.small_y4m
    media = Media(bench.wav, bench.y4m, back, max_bps=MAX_BPS)
    access = [f"delay={way}ms" for way in case["ways"]] if "ways" in case else None
    if access and case.get("tcp"):
        access.append("delay=0ms")
    try:
        with Link(folder, text, seed=bench.seed, access=access) as link:
            return play(bench, kind, name, case, link, folder, media, seconds, steps, ups, scale)
    finally:
        bench.done_with(folder)


def play(bench, kind, name, case, link, folder, media, seconds, steps, ups, scale):
    calls = [Call(kind, media, link, os.path.join(folder, f"call{i}"), seconds, record=i == 0, pair=i) for i in range(len(case["flows"]))]
    tcp = None
    if "tcp" in case:
        a, b = link.pair(len(calls) if link.access else 0)
        tcp = Tcp(case["tcp"], a, b, f"10.92.{len(calls)}.1" if link.access else "10.77.0.2", seconds + 20, folder)
    try:
        return conduct(bench, kind, name, case, link, calls, seconds, steps, ups, scale, tcp)
    finally:
        for call in calls:
            call.__exit__()
        if tcp:
            tcp.stop()


def conduct(bench, kind, name, case, link, calls, seconds, steps, ups, scale, tcp):
    from concurrent.futures import ThreadPoolExecutor
    for call in calls:
        call.__enter__()
    # The timeline's zero is when the first call is connected.
    calls[0].start()
    start = [calls[0].connected - case["flows"][0] * scale]
    if "pause" in case:
        which, begin, end = case["pause"]
        steps = steps + [(begin * scale, lambda: calls[which].pause_camera(True)), (end * scale, lambda: calls[which].pause_camera(False))]
    link.play(steps, start[0])
    with ThreadPoolExecutor(len(calls)) as pool:
        others = [pool.submit(run_call, call, start, after * scale, seconds) for call, after in zip(calls[1:], case["flows"][1:])]
        calls[0].wait(start[0] + seconds - calls[0].connected)
        faults = [future.result() for future in others if future.result()]
    if faults:
        raise Failed("; ".join(faults))

    begin, end = start[0], start[0] + seconds
    rows = read_log(link.log, link.zero, begin, end)
    out = flow_figures(rows, seconds, steps, ups)
    if case.get("both_ways"):
        out["back_use"] = link_use(read_log(link.log, link.zero, begin, end, "down"))
    out.update(fairness(case, link, begin, end, scale))
    if tcp:
        out.update(beside_tcp(case, link, tcp, rows, begin, end, scale))
    shown = picture(calls[0].media.y4m, calls[0].prefix, calls[0].connected + 5, end - 1, psnr=False)
    out.update({key: shown[key] for key in ("freezes", "frozen_s") if key in shown})
    concealed, total = (calls[0].stat("answer", "audio", n) for n in ("concealedSamples", "totalSamplesReceived"))
    if concealed is not None and total:
        out["concealed_pct"] = round(100 * concealed / total, 2)
    flows = [(f"call {i + 1}", read_log(log, zero, begin, end)) for i, (log, zero) in enumerate(link.flow_logs)] or [(kind, rows)]
    path = os.path.join(bench.out_folder, f"bench-rfc8867-{name.replace(', ', '-').replace(' ', '-')}-{kind}.svg")
    plot.write(path, f"RFC 8867 {name}: {kind}", seconds, rows, flows)
    return out


def fairness(case, link, begin, end, scale):
    """Once the last has come, and half of what is left has gone by."""
    if len(case["flows"]) < 2 or case.get("tcp"):
        return {}
    last = max(case["flows"]) * scale
    settled = begin + max((last + (end - begin)) / 2, (case["pause"][2] * scale + 10) if "pause" in case else 0)
    found = rates(link, settled, end)
    out = {"rates_kbps": found, "max_min": round(max(found) / max(1, min(found)), 2)}
    return {**out, "equal_s": equal_s(case, link, begin, end, scale)} if "max_min" in case else out


def equal_s(case, link, begin, end, scale):
    """From the last one's coming, or coming back, until the rates over EQUAL_WINDOW_S are as equal as they are to be."""
    since = begin + (case["pause"][2] if "pause" in case else max(case["flows"])) * scale
    logs = [read_log(log, zero, since, end) for log, zero in link.flow_logs]
    for after in range(EQUAL_WINDOW_S, int(end - since)):
        found = [mean_kbps([r for r in rows if after - EQUAL_WINDOW_S <= r["t"] < after], "out") for rows in logs]
        if max(found) <= case["max_min"] * min(found):
            return after
    return None


def beside_tcp(case, link, tcp, rows, begin, end, scale):
    settled = begin + case["flows"][0] * scale + 5
    if link.access:
        calls = rates(link, settled, end)[:len(case["flows"])]
        return {"media_kbps": round(sum(calls)), "rates_kbps": calls, "lowest_kbps": lowest_kbps(case, link, settled, end)}
    later = [r for r in rows if r["t"] >= settled - begin]
    media_kbps = mean_kbps(later, "out") - tcp.kbps(settled, end)
    return {"media_kbps": round(media_kbps), "fair_share": round(media_kbps / (later[0]["rate_kbps"] / 2), 2)}


def lowest_kbps(case, link, begin, end):
    """Of any call, over any LOWEST_WINDOW_S."""
    n, lowest = LOWEST_WINDOW_S * 10, []
    for log, zero in link.flow_logs[:len(case["flows"])]:
        kbps = np.array([r["out_kbps"] for r in read_log(log, zero, begin, end)])
        lowest.append(np.convolve(kbps, np.ones(n) / n, "valid").min())
    return round(float(min(lowest)))


def run(bench):
    scale = 1 if bench.mode == "full" else 1 / SPEED
    names = bench.pick(QUICK, DEFAULT, tuple(CASES))
    if wanted := os.environ.get("BENCH_CASES"):
        wanted = wanted.split(";" if ";" in wanted else None)
        names = [name for name in CASES if name in wanted or name.split(",")[0].split()[0] in wanted]
    bench.say(f"rfc8867: timelines at {1 / scale:g} times their speed")
    found = {}
    # Alone or in pairs, as far as two cores carry the encoders.
    light = [name for name in names if len(CASES[name]["flows"]) == 1]
    heavy = [name for name in names if name not in light]
    for group, at_a_time in ((light, 1 if bench.mode == "full" else 2), (heavy, 1)):
        jobs = {f"{kind}, {name}": lambda kind=kind, name=name: measure(bench, kind, name, scale) for name in group for kind in bench.kinds}
        found.update(bench.attempt_all(jobs, at_a_time))
    for name in names:
        results = {kind: found[f"{kind}, {name}"] for kind in bench.kinds}
        for key, figure, unit in (("use", "use of the link", ""), ("queue_p95", "queueing delay, p95", "ms"),
                                  ("steady_queue_p95", "the same, steady", "ms"), ("loss_pct", "lost in the queue", "%"),
                                  ("climb_s", "to 85 % of the larger capacity", "s"), ("over100_s", "queue over 100 ms after the drop", "s"),
                                  ("back_use", "use of the way back", ""), ("max_min", "largest : smallest rate", ""), ("equal_s", "equal again after", "s"),
                                  ("fair_share", "of its fair share beside TCP", ""), ("media_kbps", "calls beside TCP", "kbit/s"),
                                  ("lowest_kbps", "lowest two seconds of a call", "kbit/s"),
                                  ("frozen_s", "frozen", "s"), ("concealed_pct", "sound concealed", "%")):
            if any(result.get(key) is not None for result in results.values()):
                bench.row(name, figure, unit, results, key, LIMITS.get((name, key)))
        if all("error" in result for result in results.values()):
            bench.row(name, "use of the link", "", results, "use", LIMITS.get((name, "use")))
