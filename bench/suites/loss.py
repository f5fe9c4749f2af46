"""Speech on a lossy or jittery link, RTT 50: how much of it is understood, and what protecting it costs."""
import os

from figures import delay_track, intelligibility, mean_kbps, percentile
from link import Link, read_log
from peer import Call, Media

NEEDS_NETWORK = True
SETTLE_S = 6
AT_A_TIME = 4
SPIKES_S = 10

# name: (settings once connected, goal of STOI).  Bursts of three in the mean: ge=P,R,LOSS IN BAD.
LOSSES = {
    "no loss": ("loss=0", 0.990),
    "5 %": ("loss=5", 0.982),
    "10 %": ("loss=10", 0.978),
    "20 %": ("loss=20", 0.970),
    "30 %": ("loss=30", 0.955),
    "10 % in bursts of 3": ("ge=3.704,33.33,100", 0.965),
    "20 % in bursts of 3": ("ge=8.333,33.33,100", 0.935),
}
JITTER, SPIKES, STALL, ALL = JITTERS = ("jitter, sd 30 ms", "spikes of 200 ms", "stall of 400 ms", "jitter, spikes and a stall")
JITTERED = "delay=90ms jitter=30ms dist=normal"
THIN = "24 kbit/s, RTT 100, 2 %"
STOI_THIN = 0.85
LINKS = {THIN: "rate=24kbit qms=500 delay=50ms loss=2"}     # else RTT 50, and what is to come comes once connected
PRESS_S = 0.06              # what is sent in this time is late; all after it waits behind, and then comes at once
# Nothing can be heard of what has not come: where the path holds everything, the made up part has no limit but in ALL.
CONCEALED_PCT = {JITTER: 1.5, ALL: 1.5}


def steps_of(case, window_s):
    if case in LINKS:
        return []
    if case in LOSSES:
        return [(0, LOSSES[case][0])]
    if case == JITTER:
        return [(0, JITTERED)]
    middle, base_ms = SETTLE_S + window_s / 2, 25 if case in (SPIKES, STALL) else 90
    held = []
    if case in (SPIKES, ALL):
        held += [(t, 200) for t in range(SETTLE_S + 2, SETTLE_S + int(window_s), SPIKES_S)]
    if case in (STALL, ALL):
        held.append((middle, 400))
    steps = [(0, JITTERED)] if case == ALL else []
    for t, ms in held:
        steps += [(t, f"up.delay={base_ms + ms}ms"), (t + PRESS_S, f"up.delay={base_ms}ms")]
    return steps


def back_s(track, event):
    """Seconds after the event until the delay is within 30 ms of what it was before, for good."""
    before, after = [d for t, d in track if t < event - 0.6], [(t, d) for t, d in track if t >= event]
    if not before or not after:
        return None
    late = [t for t, d in after if d > percentile(before, 50) + 30]
    return round(max(late) - event + 0.1, 1) if late else 0.0


def concealed_pct(call):
    concealed = call.stat("answer", "audio", "concealedSamples", "concealed")
    total = call.stat("answer", "audio", "totalSamplesReceived", "samples")
    return round(100 * concealed / total, 2) if concealed is not None and total else None


def measure(bench, kind, case, window_s, seed):
    window_s = max(window_s, 44) if case == ALL else window_s
    folder, media = bench.folder(kind, case, seed), Media(bench.wav)
    try:
        with Link(folder, LINKS.get(case, "delay=25ms"), seed=seed) as link, Call(kind, media, link, folder, SETTLE_S + window_s + 1) as call:
            call.start()
            link.play(steps_of(case, window_s), call.connected)
            call.wait(SETTLE_S + window_s + 0.5)
            for end in call.ends:       # let it print its totals
                end.process.wait(10)
        begin = call.connected + SETTLE_S
        end = begin + window_s
        heard = intelligibility(media.wav, call.prefix, begin, end)
        track = delay_track(media.wav, call.sent, call.prefix, begin, end)
        delays = [delay for _, delay in track]
        rows = read_log(link.log, link.zero, begin, end)
        out = {**heard, "kbps": mean_kbps(rows), "delay_p50": percentile(delays, 50), "delay_p95": percentile(delays, 95),
               "concealed_pct": concealed_pct(call)}
        out["survival"] = sum(event["event"] == "survival-mode" for event in call.ends[0].events)
        if case == STALL:
            out["back_s"] = back_s(track, begin + window_s / 2 + 0.4)
        return out
    finally:
        bench.done_with(folder)


def mean_of(found):
    """Of one case with several seeds, and its worst intelligibility."""
    good = [result for result in found if "error" not in result]
    if not good:
        return found[0]
    means = {key: [result[key] for result in good if isinstance(result.get(key), (int, float))] for key in good[0]}
    return {"stoi_least": min(result["stoi"] for result in good),
            **{key: round(sum(values) / len(values), 4) for key, values in means.items() if values}}


def run(bench):
    window_s = bench.pick(12, 20, 44)
    cases = bench.pick(["no loss", "10 %", "20 % in bursts of 3", JITTER], [*LOSSES, *JITTERS, THIN], [*LOSSES, *JITTERS, THIN])
    if os.environ.get("BENCH_CASES"):
        wanted = os.environ["BENCH_CASES"].split(";")
        cases = [case for case in (*LOSSES, *JITTERS, THIN) if any(word in case for word in wanted)]
    jobs = {(kind, case, seed): lambda kind=kind, case=case, seed=seed: measure(bench, kind, case, window_s, seed)
            for case in cases for seed in bench.seeds for kind in bench.kinds}
    found = bench.attempt_all({", ".join(map(str, job)): measure_it for job, measure_it in jobs.items()}, AT_A_TIME)
    for case in cases:
        results = {kind: mean_of([found[f"{kind}, {case}, {seed}"] for seed in bench.seeds]) for kind in bench.kinds}
        bench.row(case, "STOI", "", results, "stoi", LOSSES[case][1] if case in LOSSES else STOI_THIN if case == THIN else None)
        if len(bench.seeds) > 1:
            bench.row(case, "STOI, the worst", "", results, "stoi_least")
        bench.row(case, "sent, with IP", "kbit/s", results, "kbps", 24 if case == THIN else 160)
        bench.row(case, "mouth to ear with the network, median", "ms", results, "delay_p50")
        bench.row(case, "concealed", "%", results, "concealed_pct", CONCEALED_PCT.get(case))
        if case == THIN:
            bench.row(case, "says that it is in survival mode", "times", results, "survival", 1)
        if case == STALL:
            bench.row(case, "delay back after", "s", results, "back_s", 2)
