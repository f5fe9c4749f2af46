#!/usr/bin/python3
"""The numbers Yodel is held to, each beside its limit or beside libwebrtc in the same run.

  bench.py [SUITE...] [--out FILE.json]

Suites: setup cpu latency loss video rates echo devices lan dht rfc8867 calls rendezvous; all by default.  Prints a table and writes
bench.json and, for rates and rfc8867, a plot of each case.

Environment: YODEL (the program), BENCH_BIN (where floor and calls were built), YODEL_WIRE (the link
emulator), PEERS_NODE_DIR (the folder with libwebrtc's node_modules), BENCH_MEDIA (where media are kept),
BENCH_QUICK=1 (a few minutes), BENCH_FULL=1 (every case at full length), BENCH_CASES="5.2 5.8"
(of rates and rfc8867; "5.1 with jitter;" is that alone; of loss and video parts of names with ; between them), BENCH_PEERS="yodel libwebrtc",
BENCH_SEED=NUMBER (of the links' chances; of loss several, "1 2 3", for as many runs),
BENCH_KEEP=FOLDER (keep recordings and logs there), BENCH_URGENT=1 (before other work of the machine),
VERBOSE=1 (what the programs say).
"""
import argparse
import concurrent.futures
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "tests", "interop")]
sys.dont_write_bytecode = True

import network  # noqa: E402

SUITES = ("setup", "cpu", "latency", "loss", "video", "rates", "echo", "devices", "lan", "dht", "rfc8867", "calls", "rendezvous")
CLIP_S = 60
SMALL = (160, 90, 10)           # of the side that is not judged
HD = (1280, 720, 30)
HD_CLIP_S = 8


class Bench:
    """What the suites share: media, peers, folders, and how thorough to be."""

    def __init__(self, media_folder, keep):
        self.mode = "quick" if os.environ.get("BENCH_QUICK") else "full" if os.environ.get("BENCH_FULL") else "default"
        self.media_folder, self.keep = media_folder, keep
        self.seeds = [int(word) for word in (os.environ.get("BENCH_SEED") or "7").split()]      # of the links' chances
        self.seed = self.seeds[0]
        self.work = keep or tempfile.mkdtemp(prefix="yodel-bench-")
        self.out_folder = os.getcwd()
        self.rows, self.details = [], {}
        self.has_network, self.kinds, self.suite = True, ["yodel"], None
        self.begun = time.monotonic()

    def pick(self, quick, default, full):
        return {"quick": quick, "default": default, "full": full}[self.mode]

    def say(self, text):
        print(f"[{time.monotonic() - self.begun:4.0f} s] {text}", file=sys.stderr, flush=True)

    def folder(self, *names):
        path = os.path.join(self.work, "-".join(str(name).replace(" ", "").replace("/", "_") for name in (self.suite, *names)))
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    def done_with(self, folder):
        if not self.keep:
            shutil.rmtree(folder, ignore_errors=True)

    def make_media(self):
        import media
        if not media.have():
            return "pocketsphinx-testdata, opencv-doc or ffmpeg is not installed"
        os.makedirs(self.media_folder, exist_ok=True)
        self.wav, self.y4m = media.make(self.media_folder, CLIP_S)
        self.small_y4m = self.clip(media, "small", CLIP_S, SMALL)
        return None

    def hd_y4m(self):
        import media
        return self.clip(media, "hd", HD_CLIP_S, HD)

    def clip(self, media, name, seconds, shape):
        path = os.path.join(self.media_folder, f"{name}-{seconds}.y4m")
        if not os.path.exists(path):
            media.make_clip(self.media_folder, path, seconds, *shape)
        return path

    def program(self, name):
        return os.path.join(os.environ.get("BENCH_BIN", os.path.join(HERE, "..", "build", "bench")), name)

    # ---- measuring

    def attempt(self, name, measure):
        """What `measure` returns; {"error": why} where it fails, for a call that fails is a result."""
        from peer import Failed
        try:
            result = measure()
        except (Failed, RuntimeError, OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
            result = {"error": f"{type(error).__name__}: {error}"[:300]}
        self.details.setdefault(self.suite, {})[name] = result
        self.say(f"{self.suite}: {name}: " + json.dumps({k: v for k, v in result.items() if k != "series"})[:300])
        return result

    def attempt_all(self, jobs, at_a_time):
        """jobs: {name: function}.  Returns: {name: result}."""
        with concurrent.futures.ThreadPoolExecutor(at_a_time) as pool:
            futures = {name: pool.submit(self.attempt, name, measure) for name, measure in jobs.items()}
            return {name: future.result() for name, future in futures.items()}

    def row(self, case, figure, unit, results, key, limit=None):
        """results: {kind: dict}; `key` is looked up in each."""
        values = {kind: "failed" if "error" in result and result.get(key) is None else result.get(key)
                  for kind, result in results.items()}
        self.rows.append({"suite": self.suite, "case": case, "figure": figure, "unit": unit, "limit": limit, "values": values})


# ---- the table

def shown(value):
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".") if abs(value) < 10 else f"{value:.1f}".rstrip("0").rstrip(".")
    return str(value)


def table(bench):
    lines = []
    for suite in dict.fromkeys(row["suite"] for row in bench.rows):
        rows = [row for row in bench.rows if row["suite"] == suite]
        cells = [["case", "figure", *bench.kinds, "limit"]]
        for row in rows:
            name = f"{row['figure']}, {row['unit']}" if row["unit"] else row["figure"]
            cells.append([row["case"], name, *(shown(row["values"].get(kind)) for kind in bench.kinds), shown(row["limit"])])
        widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
        cells.insert(1, ["-" * width for width in widths])
        lines += [f"### {suite}", ""]
        lines += ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in cells]
        lines.append("")
    return "\n".join(lines)


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")
    return {"processor": model, "cores": os.cpu_count(), "load": os.getloadavg(), "kernel": os.uname().release}


def rise_above_others(bench):
    """Not to real-time priority: the kernel's own threads, which carry packets on a busy machine, have none, and
    set-ups on a bad link then take twice as long."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    except OSError as error:
        bench.say(f"no higher priority: {error}")


def find_peers(bench):
    from peer import has_libwebrtc
    wanted = os.environ.get("BENCH_PEERS", "yodel libwebrtc").split()
    bench.kinds = [kind for kind in wanted if kind != "libwebrtc" or has_libwebrtc()]
    if "libwebrtc" in wanted and "libwebrtc" not in bench.kinds:
        bench.say("libwebrtc is not installed (npm @roamhq/wrtc in PEERS_NODE_DIR): no figures beside Yodel's")


def find_network(bench):
    reason = network.enter_own_world()
    if not reason and not os.access(os.environ.get("YODEL_WIRE", ""), os.X_OK):
        reason = "YODEL_WIRE does not name the link emulator"
    if reason:
        bench.has_network = False
        bench.say(f"{reason}: only cpu, calls and rendezvous are run, on loopback")


def run_suites(bench, names, out):
    for name in names:
        suite = importlib.import_module("suites." + name)
        bench.suite = name
        if suite.NEEDS_NETWORK and not bench.has_network:
            continue
        bench.say(name + ": begins")
        try:
            suite.run(bench)
        finally:
            with open(out, "w") as file:
                json.dump({"mode": bench.mode, "machine": machine(), "peers": bench.kinds, "rows": bench.rows,
                           "details": bench.details}, file, indent=1)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("suites", nargs="*", metavar="SUITE")
    parser.add_argument("--out", default="bench.json")
    o = parser.parse_args()
    unknown = set(o.suites) - set(SUITES)
    if unknown:
        parser.error("no such suite: " + " ".join(unknown))

    media_folder = os.environ.get("BENCH_MEDIA", os.path.join(tempfile.gettempdir(), "yodel-bench-media"))
    keep = os.environ.get("BENCH_KEEP")
    bench = Bench(media_folder, keep)
    find_network(bench)
    find_peers(bench)
    if os.environ.get("BENCH_URGENT"):
        rise_above_others(bench)
    reason = bench.make_media()
    if reason:
        print("skipped: " + reason, file=sys.stderr)
        return 77
    try:
        run_suites(bench, o.suites or SUITES, o.out)
    finally:
        if not keep:
            shutil.rmtree(bench.work, ignore_errors=True)
        print(table(bench))
    return 0


if __name__ == "__main__":
    sys.exit(main())
