"""What a call costs beside its own codecs and SRTP alone, and the memory of an audio call."""
import json
import subprocess
import time

from link import Cable, Loopback
from peer import Call, Media

NEEDS_NETWORK = False
SETTLE_S = 6
PACKET_OVERHEAD_BYTES = 14 + 20 + 8 + 12 + 8 + 10      # Ethernet, IP, UDP, RTP, its extensions, the SRTP tag
AUDIO_BPS = 32000


def counters(namespace):
    """Bytes and packets that left."""
    if namespace is None:
        return 0, 0
    out = subprocess.run(["ip", "-n", namespace, "-s", "-j", "link", "show", "dev", "eth0"], capture_output=True, text=True).stdout
    tx = json.loads(out)[0]["stats64"]["tx"]
    return tx["bytes"], tx["packets"]


def usage(call):
    return time.monotonic(), sum(end.cpu_s() for end in call.ends), *counters(call.namespaces[0])


def measure(bench, kind, name, media, window_s):
    folder = bench.folder(kind, name)
    net = Cable() if bench.has_network else Loopback()
    try:
        with net, Call(kind, media, net, folder, SETTLE_S + window_s + 2, record=False) as call:
            call.start()
            call.wait(SETTLE_S)
            before = usage(call)
            call.wait(SETTLE_S + window_s)
            after = usage(call)
            seconds = after[0] - before[0]
            out = {"cpu_pct": round(100 * (after[1] - before[1]) / seconds, 2), "rss_mib": round(max(end.rss_mib() for end in call.ends), 1),
                   "kbps": round((after[2] - before[2]) * 8 / 1000 / seconds), "packets_s": round((after[3] - before[3]) / seconds)}
    finally:
        bench.done_with(folder)
    return out


def video_bps(result, media):
    """Of the encoder, from what left; the packets' own bytes taken off."""
    if not result.get("kbps"):
        return media.max_bps
    return max(100000, int(result["kbps"] * 1000 - result["packets_s"] * PACKET_OVERHEAD_BYTES * 8 - AUDIO_BPS))


def floor(bench, media, bps, paced=False):
    words = [bench.program("floor"), *(["--paced"] if paced else []), media.wav, str(AUDIO_BPS), str(bench.pick(8, 10, 30))]
    words += [media.y4m, str(bps)] if media.y4m and not paced else []
    out = json.loads(subprocess.run(words, capture_output=True, text=True, check=True, timeout=180).stdout)
    # Both ends encode, protect, unprotect and decode.
    out["pair_pct"] = round(200 * sum(value for name, value in out.items() if name.endswith("_cpu")), 3)
    return out


def run(bench):
    cases = {"audio": (Media(bench.wav), 1.5, 1.3),
             "audio + 640x360@30": (Media(bench.wav, bench.y4m, max_bps=860000), 1.25, 1.15)}
    if bench.mode != "quick":
        cases["audio + 1280x720@30"] = (Media(bench.wav, bench.hd_y4m(), max_bps=2000000), 1.25, 1.15)
    for name, (media, limit, goal) in cases.items():
        results = {}
        for kind in bench.kinds:
            if kind == "libwebrtc" and not bench.has_network:
                continue
            results[kind] = bench.attempt(f"{kind}, {name}", lambda: measure(bench, kind, name, media, bench.pick(8, 10, 30)))
        alone = bench.attempt(f"codecs and SRTP alone, {name}", lambda: floor(bench, media, video_bps(results.get("yodel", {}), media)))
        paced = {} if media.y4m else bench.attempt(f"codecs and SRTP at the pace of a call, {name}", lambda: floor(bench, media, 0, True))
        for result in results.values():
            if "pair_pct" in paced and "cpu_pct" in result:
                result["paced_ratio"] = round(result["cpu_pct"] / paced["pair_pct"], 2)
            if "pair_pct" in alone and "cpu_pct" in result:
                result["ratio"] = round(result["cpu_pct"] / alone["pair_pct"], 2)
        bench.row(name, "processor of both ends", "% of a core", results, "cpu_pct", alone.get("pair_pct"))
        bench.row(name, f"against codecs and SRTP alone (goal {goal})", "x", results, "ratio", limit)
        if not media.y4m:
            bench.row(name, "against the same at the pace of a call", "x", results, "paced_ratio")
        bench.row(name, "sent by one end", "kbit/s", results, "kbps")
        bench.row(name, "memory (RSS)", "MiB", results, "rss_mib", 20 if not media.y4m else None)
