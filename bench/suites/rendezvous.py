"""A rendezvous: many idle clients, call set-ups, a restart in the middle, and a dead one beside it.

The server has one core; its clients, all in one process, have the others."""
import json
import os
import re
import resource
import signal
import subprocess
import time

NEEDS_NETWORK = False
CLIENTS = 2000
CALLS_A_SECOND = 50
LIMIT_MIB = 200
LIMIT_BACK_S = 5
START_S = 60
PROCESSES = 8
COUNTED = ("clients", "begun", "failed", "words")


class Server:
    """yodel serve, on one core."""

    def __init__(self, port=0, tls=None):
        self.tls = tls
        self.start(port)

    def start(self, port):
        words = ["taskset", "-c", "0", os.environ["YODEL"], "serve", f"--listen=127.0.0.1:{port}", "--json", "--no-page",
                 "--max-clients=5000", "--max-per-address=5000", "--rate=100000", "--rate-per-address=100000"]
        words += [f"--tls-cert={self.tls}"] if self.tls else []
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("yodel serve did not start")
        self.uri = json.loads(line)["uri"]
        self.port = int(self.uri.rsplit(":", 1)[1])

    def mib(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Crowd:
    """The clients, in several processes: a main loop with two thousand connections is slower than as many machines."""

    def __init__(self, bench, uri, clients, calls_a_second, seconds, dead=(), environment=(), processes=PROCESSES):
        others = ",".join(str(core) for core in range(1, os.cpu_count())) or "0"
        pause_ms = round(1000 * processes / calls_a_second) if calls_a_second else 0
        words = ["taskset", "-c", others, bench.program("meeting"), uri, str(clients // processes), str(pause_ms), str(round(seconds)), *dead]
        self.processes = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, **dict(environment)})
                          for _ in range(processes)]

    def event(self, name):
        """Of all: the sums of what is counted, the worst of what is measured."""
        events = [self.event_of(process, name) for process in self.processes]
        return {key: sum(event[key] for event in events) if key in COUNTED else max(event[key] for event in events)
                for key in events[0] if key != "event"}

    @staticmethod
    def event_of(process, name):
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == name:
                return event
        raise RuntimeError(f"the clients ended before {name}")

    def end(self):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()


def window(server, seconds):
    before, began = server.cpu_s(), time.monotonic()
    time.sleep(seconds)
    return round(100 * (server.cpu_s() - before) / (time.monotonic() - began), 2)


def busy(bench, seconds, tls=None):
    """Idle clients first, then the same with set-ups."""
    server = Server(tls=tls)
    environment = {"YODEL_CA_FILE": tls} if tls else {}
    crowd = Crowd(bench, server.uri, CLIENTS, 0, seconds + START_S, environment=environment)
    try:
        there = crowd.event("all-there")
        out = {"all_there_s": there["seconds"], "idle_cpu_pct": window(server, seconds), "idle_mib": round(server.mib(), 1)}
        crowd.end()
        crowd = Crowd(bench, server.uri, CLIENTS, CALLS_A_SECOND, seconds + max(25, 1.5 * out["all_there_s"]), environment=environment)
        crowd.event("all-there")
        out["busy_cpu_pct"] = window(server, seconds)
        out["busy_mib"] = round(server.mib(), 1)
        out.update(crowd.event("calls"))
        return out
    finally:
        crowd.end()
        server.kill()


def restart(bench, seconds, tls=None):
    server = Server(tls=tls)
    crowd = Crowd(bench, server.uri, CLIENTS, 0, seconds + START_S, environment={"YODEL_CA_FILE": tls} if tls else {})
    try:
        crowd.event("all-there")
        time.sleep(2)
        server.kill()
        server.start(server.port)
        return {"back_s": crowd.event("all-back")["seconds"]}
    finally:
        crowd.end()
        server.kill()


def one_is_dead(bench, seconds):
    """The same set-ups with one server, and with a dead one named beside it."""
    server = Server()
    out = {}
    try:
        for name, dead in (("alone", ()), ("beside", ("ws://127.0.0.1:1",))):
            crowd = Crowd(bench, server.uri, 50, 20, seconds, dead, processes=1)
            result = crowd.event("calls")
            out[f"{name}_p95_ms"], out[f"{name}_failed"] = result["p95_ms"], result["failed"]
            crowd.end()
        return out
    finally:
        server.kill()


def make_certificate(folder):
    """A key and a certificate in one file; None without openssl."""
    path = os.path.join(folder, "tls.pem")
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", path + ".crt"]
    try:
        subprocess.run(words, check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError):
        return None
    with open(path, "a") as file, open(path + ".crt") as crt:
        file.write(crt.read())
    return path


def run(bench):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    seconds = bench.pick(5, 15, 60)
    folder = bench.folder("tls")
    tls = make_certificate(folder)
    for name, result in {f"{CLIENTS} clients": bench.attempt("ws", lambda: busy(bench, seconds)),
                         f"{CLIENTS} clients, TLS": bench.attempt("wss", lambda: busy(bench, seconds, tls)) if tls else {"error": "no openssl"}}.items():
        rows = {"yodel": result}
        bench.row(name, "idle, memory", "MiB", rows, "idle_mib", LIMIT_MIB)
        bench.row(name, "idle, processor", "% of a core", rows, "idle_cpu_pct")
        bench.row(name, f"{CALLS_A_SECOND} set-ups a second, memory", "MiB", rows, "busy_mib", LIMIT_MIB)
        bench.row(name, f"{CALLS_A_SECOND} set-ups a second, processor", "% of a core", rows, "busy_cpu_pct", 100)
        bench.row(name, "set-up, p95 of the worst process", "ms", rows, "p95_ms")
        bench.row(name, "set-ups that failed", "", rows, "failed", 0)
    for name, result in {f"{CLIENTS} clients": bench.attempt("restart", lambda: restart(bench, seconds)),
                         f"{CLIENTS} clients, TLS": bench.attempt("restart, TLS", lambda: restart(bench, seconds, tls)) if tls else {"error": "no openssl"}}.items():
        bench.row(name, "all back after a kill and a restart", "s", {"yodel": result}, "back_s", LIMIT_BACK_S)
    dead = {"yodel": bench.attempt("one is dead", lambda: one_is_dead(bench, seconds))}
    bench.row("two, one dead", "set-up with one alone, p95", "ms", dead, "alone_p95_ms")
    bench.row("two, one dead", "set-up beside a dead one, p95", "ms", dead, "beside_p95_ms")
    bench.row("two, one dead", "set-ups that failed", "", dead, "beside_failed", 0)
    bench.done_with(folder)
