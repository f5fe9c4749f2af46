"""Set-up: from the answer line in the caller's hands to the first sound played on the later side."""
import concurrent.futures

from figures import spread
from link import Link
from peer import Call, Failed, Media

NEEDS_NETWORK = True
RTTS_MS = (0, 100, 200)
LOSSES = (0, 10, 25)
FIRST_SOUND_S = 15              # until then it has failed
AT_A_TIME = 2


def limit(rtt_ms, loss):
    """In ms, of the median without loss, of the 95th percentile with loss."""
    if loss == 0:
        return "p50", 2.5 * rtt_ms + 80
    if loss == 10:
        return "p95", 3 * rtt_ms + 200
    return ("p95", 1100) if rtt_ms == 100 else ("p95", None)


def one_call(bench, kind, rtt_ms, loss, n):
    folder = bench.folder(kind, rtt_ms, loss, n)
    try:
        with Link(folder, f"delay={rtt_ms / 2}ms loss={loss}", seed=100 + n) as link, \
             Call(kind, Media(bench.wav), link, folder, FIRST_SOUND_S, record=False, live=False) as call:
            call.start()
            heard = call.await_event("first-audio", timeout_s=FIRST_SOUND_S)
            return {"ms": round((heard - call.answered) * 1000, 1), "connected_ms": round((call.connected - call.answered) * 1000, 1)}
    except (Failed, RuntimeError, OSError) as error:
        return {"error": str(error)}
    finally:
        bench.done_with(folder)


def cell(bench, kind, rtt_ms, loss, calls):
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        results = list(pool.map(lambda n: one_call(bench, kind, rtt_ms, loss, n), range(calls)))
    times = [result["ms"] for result in results if "ms" in result]
    out = {**spread(times), "failed": len(results) - len(times), "calls": calls, "times": times}
    out["errors"] = sorted({result["error"] for result in results if "error" in result})
    if rtt_ms and times:
        out["rtts"] = round(out["p50"] / rtt_ms, 2)
    return out


def run(bench):
    calls = {"yodel": bench.pick(5, 20, 40), "libwebrtc": bench.pick(3, 6, 20)}
    for rtt_ms in RTTS_MS:
        for loss in LOSSES:
            name = f"RTT {rtt_ms}, loss {loss} %"
            results = {kind: bench.attempt(f"{kind}, {name}", lambda: cell(bench, kind, rtt_ms, loss, calls[kind]))
                       for kind in bench.kinds}
            which, most = limit(rtt_ms, loss)
            bench.row(name, "first sound, median", "ms", results, "p50", most if which == "p50" else None)
            bench.row(name, "first sound, p95", "ms", results, "p95", most if which == "p95" else None)
            if rtt_ms:
                bench.row(name, "median", "RTT", results, "rtts")
            bench.row(name, "calls that failed", "", results, "failed", 0)
