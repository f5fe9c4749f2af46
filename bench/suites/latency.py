"""Mouth to ear and camera to screen, less the network's delay, on a clean link; mouth to ear on a lossy one."""
from figures import delay_track, percentile, picture, screen_delays
from link import Link
from peer import Call, Media

NEEDS_NETWORK = True
SETTLE_S = 6
LOSS_PCT = 10
LIMITS = {"ear_p50": 45, "ear_p95": 60, "screen_p50": 40, "screen_p95": 60, "lips": 45}


def measure(bench, kind, name, rtt_ms, media, window_s, loss_pct=0):
    folder = bench.folder(kind, name, rtt_ms)
    try:
        with Link(folder, f"delay={rtt_ms / 2}ms loss={loss_pct}", seed=bench.seed) as link, Call(kind, media, link, folder, SETTLE_S + window_s + 1) as call:
            call.start()
            call.wait(SETTLE_S + window_s + 0.5)
        begin = call.connected + SETTLE_S
        end, way_ms = begin + window_s, rtt_ms / 2
        ear = [delay - way_ms for _, delay in delay_track(media.wav, call.sent, call.prefix, begin, end)]
        out = {"ear_p50": percentile(ear, 50), "ear_p95": percentile(ear, 95), "ear_n": len(ear)}
        if media.y4m:
            screen = [delay - way_ms for delay in screen_delays(call.sent, call.prefix, begin, end)]
            out.update({"screen_p50": percentile(screen, 50), "screen_p95": percentile(screen, 95), "screen_n": len(screen)},
                       lips=abs(percentile(screen, 50) - percentile(ear, 50)) if screen and ear else None,
                       **picture(media.y4m, call.prefix, begin, end, psnr=False))
        return out
    finally:
        bench.done_with(folder)


def run_lossy(bench, window_s):
    """Sound alone, under loss: here the median is held to the limit of the clean link's 95th percentile."""
    case = f"audio, RTT 50, loss {LOSS_PCT} %"
    results = {kind: bench.attempt(f"{kind}, {case}", lambda: measure(bench, kind, "lossy", 50, Media(bench.wav), window_s, LOSS_PCT))
               for kind in bench.kinds}
    bench.row(case, "mouth to ear, median", "ms", results, "ear_p50", 60)
    bench.row(case, "mouth to ear, p95", "ms", results, "ear_p95", 60)


def run(bench):
    window_s = bench.pick(10, 12, 40)
    run_lossy(bench, window_s)
    for rtt_ms in bench.pick((50,), (0, 50), (0, 50)):
        for name, media in (("audio", Media(bench.wav)), ("video call", Media(bench.wav, bench.y4m, bench.small_y4m))):
            case = f"{name}, RTT {rtt_ms}"
            results = {kind: bench.attempt(f"{kind}, {case}", lambda: measure(bench, kind, name, rtt_ms, media, window_s))
                       for kind in bench.kinds}
            for key, figure in (("ear_p50", "mouth to ear, median"), ("ear_p95", "mouth to ear, p95"),
                                ("screen_p50", "camera to screen, median"), ("screen_p95", "camera to screen, p95"),
                                ("lips", "sound and picture apart, median")):
                if media.y4m or key.startswith("ear"):
                    bench.row(case, figure, "ms", results, key, LIMITS[key])
            if media.y4m:
                bench.row(case, "frames a second", "", results, "fps")
