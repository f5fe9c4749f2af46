"""Fifty nodes of a hash table, of which a third comes and goes: how long until a call through it rings."""
import json
import os
import subprocess

NEEDS_NETWORK = False
NODES = 50
P95_MS = 3000


def measure(bench, calls):
    modules = os.path.join(os.path.dirname(os.path.dirname(bench.program("dht"))), ".libs")
    words = [bench.program("dht"), str(NODES), str(calls)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=300,
                          env={**os.environ, "YODEL_MODULE_PATH": modules})
    return json.loads(done.stdout)


def run(bench):
    case = f"{NODES} nodes, 30 % come and go"
    results = {"yodel": bench.attempt(case, lambda: measure(bench, bench.pick(20, 60, 200)))}
    bench.row(case, "until it rings, median", "ms", results, "median_ms")
    bench.row(case, "until it rings, p95", "ms", results, "p95_ms", P95_MS)
    bench.row(case, "calls that never ring", "", results, "failed", 0)
