"""Picture over a lossy link of 1.5 Mbit/s: freezes, rate and likeness."""
import os

from figures import mean_kbps, picture, queue_percentile
from link import Link, read_log
from peer import Call, Media

NEEDS_NETWORK = True
SETTLE_S = 8
AT_A_TIME = 1                   # two calls at once wait for the processor, and that is seen as freezes
MAX_BPS = 4000000
FREEZES = {(50, 2): 0, (50, 5): 0, (50, 10): 2, (150, 2): 0, (150, 5): 2, (150, 10): 2}


def measure(bench, kind, rtt_ms, loss, window_s):
    folder, media = bench.folder(kind, rtt_ms, loss), Media(bench.wav, bench.y4m, bench.small_y4m, max_bps=MAX_BPS)
    try:
        settings = f"up.rate=1500kbit up.qms=300 delay={rtt_ms / 2}ms"
        with Link(folder, settings, seed=bench.seed) as link, Call(kind, media, link, folder, SETTLE_S + window_s + 1) as call:
            call.start()
            link.play([(0, f"loss={loss}")], call.connected)
            call.wait(SETTLE_S + window_s + 0.3)
        begin = call.connected + SETTLE_S
        end = begin + window_s
        rows = read_log(link.log, link.zero, begin, end)
        queue_ms = queue_percentile(rows, 0.95)
        return {**picture(media.y4m, call.prefix, begin, end), "kbps": mean_kbps(rows),
                "queue_p95": queue_ms and round(queue_ms, 1)}
    finally:
        bench.done_with(folder)


def run(bench):
    window_s = bench.pick(12, 16, 40)
    cases = bench.pick([(50, 5), (150, 5)], list(FREEZES), list(FREEZES))
    if os.environ.get("BENCH_CASES"):
        wanted = os.environ["BENCH_CASES"].split(";")
        cases = [(rtt, loss) for rtt, loss in FREEZES if any(word in f"RTT {rtt}, loss {loss} %" for word in wanted)]
    jobs = {f"{kind}, RTT {rtt}, loss {loss} %": lambda kind=kind, rtt=rtt, loss=loss: measure(bench, kind, rtt, loss, window_s)
            for rtt, loss in cases for kind in bench.kinds}
    found = bench.attempt_all(jobs, AT_A_TIME)
    for rtt, loss in cases:
        case = f"RTT {rtt}, loss {loss} %"
        results = {kind: found[f"{kind}, {case}"] for kind in bench.kinds}
        bench.row(case, "freezes", "", results, "freezes", FREEZES[rtt, loss])
        bench.row(case, "frozen", "s", results, "frozen_s")
        bench.row(case, "frames a second", "", results, "fps")
        bench.row(case, "sent", "kbit/s", results, "kbps", 900 if loss == 10 else None)
        bench.row(case, "PSNR", "dB", results, "psnr_db")
