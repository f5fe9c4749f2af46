"""Fifty nodes of a hash table, of which a third comes and goes: how long until a call through it rings; and what a node sends and
receives in a day while nobody calls."""
import json
import os
import subprocess

NEEDS_NETWORK = False
NODES = 50
P95_MS = 3000
IDLE_NODES = 30
LOW_MB = 5


def measure(bench, calls, *words):
    modules = os.path.join(os.path.dirname(os.path.dirname(bench.program("dht"))), ".libs")
    done = subprocess.run([bench.program("dht"), str(NODES), str(calls), *words], capture_output=True, text=True, check=True, timeout=300,
                          env={**os.environ, "YODEL_MODULE_PATH": modules})
    return json.loads(done.stdout)


def idle(bench, seconds, *words):
    modules = os.path.join(os.path.dirname(os.path.dirname(bench.program("dht"))), ".libs")
    done = subprocess.run([bench.program("dht-idle"), str(IDLE_NODES), str(seconds), *words], capture_output=True, text=True, check=True,
                          timeout=seconds + 200, env={**os.environ, "YODEL_MODULE_PATH": modules})
    return json.loads(done.stdout)


def run(bench):
    for case, words in {f"{NODES} nodes, 30 % come and go": (), "the same, one end of low traffic": ("low",)}.items():
        results = {"yodel": bench.attempt(case, lambda words=words: measure(bench, bench.pick(20, 60, 200), *words))}
        bench.row(case, "until it rings, median", "ms", results, "median_ms")
        bench.row(case, "until it rings, p95", "ms", results, "p95_ms", P95_MS)
        bench.row(case, "calls that never ring", "", results, "failed", 0)
    seconds = bench.pick(120, 400, 900)
    jobs = {f"{IDLE_NODES} nodes, {name}": lambda words=words: idle(bench, seconds, *words)
            for name, words in {"all but one usual": (), "half of low traffic": ("half",)}.items()}
    for name, result in bench.attempt_all(jobs, 2).items():
        bench.row(name, "a usual node with 10 contacts, MB a day", "", {"yodel": result}, "usual_mb_a_day")
        bench.row(name, "a node of low traffic, MB a day", "", {"yodel": result}, "low_mb_a_day", LOW_MB)
