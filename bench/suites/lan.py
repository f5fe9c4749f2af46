"""Two hosts with a local network between them and nothing else: how long until it rings, and until the call is up.

The calls are those of tests/net/test-lan.sh, in two network namespaces, each with an Avahi daemon of its own."""
import os
import re
import subprocess

NEEDS_NETWORK = False
RINGS_MS = 1000
UP_MS = 1500
FIGURES = re.compile(r"# (to \w+ \w+): rings after (\d+) ms, up (-?\d+) ms after the accept")


def measure(bench):
    build = os.path.dirname(os.path.abspath(os.environ["YODEL"]))
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "net", "test-lan.sh")
    done = subprocess.run(["sh", script], capture_output=True, text=True, cwd=build, timeout=240)
    found = {name: {"rings_ms": int(rings), "up_ms": int(up)} for name, rings, up in FIGURES.findall(done.stdout)}
    if not found:
        raise RuntimeError((done.stdout or done.stderr).strip().splitlines()[-1])
    return found


def run(bench):
    figures = bench.attempt("lan", lambda: measure(bench))
    for name in ("to somebody new", "to a contact"):
        result = figures if "error" in figures else figures.get(name, {"error": "not called"})
        bench.row(name, "until it rings", "ms", {"yodel": result}, "rings_ms", RINGS_MS)
        bench.row(name, "up after the accept", "ms", {"yodel": result}, "up_ms", UP_MS)
