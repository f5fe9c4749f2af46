"""Audio calls in one process, both ends of each, until the sound comes late."""
import json
import os
import subprocess

from peer import Media
from suites import cpu

NEEDS_NETWORK = False
LEVELS = 8
TIMEOUT_S = 240


def levels(bench, step, most, seconds):
    words = [bench.program("calls"), bench.wav, str(step), str(most), str(seconds)]
    # Each session has its sockets and its wake-up descriptors.
    words = ["sh", "-c", 'ulimit -n 65536 2>/dev/null || ulimit -n $(ulimit -H -n); exec "$0" "$@"'] + words
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        out, said = process.communicate(timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        out, said = process.communicate()
    found = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    if not found:
        raise RuntimeError(f"status {process.returncode}: {said[-200:]}")
    return {"levels": found, "said": said[-200:]}


def judge(result, alone_pct):
    """alone_pct: what the codecs and SRTP of one call take, of a core."""
    bound = 100 * os.cpu_count() / alone_pct
    good = [level for level in result["levels"] if level["late_pct"] <= 1]
    result["bound"] = round(bound)
    result["calls"] = good[-1]["calls"] if good else 0
    result["of_bound_pct"] = round(100 * result["calls"] / bound)
    first, last = result["levels"][0], (good or result["levels"])[-1]
    result["cpu_per_call_first"] = round(first["cpu_pct"] / first["calls"], 2)
    result["cpu_per_call_last"] = round(last["cpu_pct"] / last["calls"], 2)
    if last["calls"] > first["calls"]:
        result["mib_per_end"] = round((last["rss_mib"] - first["rss_mib"]) / (last["calls"] - first["calls"]) / 2, 2)
    return result


def run(bench):
    alone = bench.attempt("codecs and SRTP alone", lambda: cpu.floor(bench, Media(bench.wav), 0))
    alone_pct = alone.get("pair_pct", 3.0)
    bound = 100 * os.cpu_count() / alone_pct
    step = max(1, int(bound / bench.pick(4, LEVELS, 12)))
    found = bench.attempt("yodel", lambda: judge(levels(bench, step, int(bound * 1.2), bench.pick(3, 4, 8)), alone_pct))
    results = {"yodel": found}
    bench.row("both ends in one process", "calls before frames run late", "", results, "calls", found.get("bound"))
    bench.row("both ends in one process", "of what the codecs allow", "%", results, "of_bound_pct", 80)
    bench.row("both ends in one process", "processor a call, few", "% of a core", results, "cpu_per_call_first", round(alone_pct, 2))
    bench.row("both ends in one process", "processor a call, many", "% of a core", results, "cpu_per_call_last", round(alone_pct, 2))
    bench.row("both ends in one process", "memory of each further end", "MiB", results, "mib_per_end", 1)
