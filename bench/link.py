"""Links between namespaces: the emulator of tests/net, what it logs, and steps in time."""
import csv
import itertools
import os
import subprocess
import threading
import time

import network
from network import run

numbers = itertools.count()


def new_names(n):
    stem = f"yb{os.getpid() % 100000}x{next(numbers)}"
    return [f"{stem}{chr(ord('a') + i)}" for i in range(n)]


def add_namespace(name):
    run("ip", "netns", "add", name)
    run("ip", "netns", "exec", name, "sh", "-c", "for k in all default; do echo 1 >/proc/sys/net/ipv6/conf/$k/disable_ipv6; done")
    run("ip", "-n", name, "link", "set", "lo", "up")


def start_wire(a, b, settings, seed, log=None, fifo=None):
    """a, b: NAMESPACE:DEVICE:ADDRESS/LENGTH.  Returns: the process and the time of its zero."""
    words = [os.environ["YODEL_WIRE"], "-a", a, "-b", b, "-s", str(seed)]
    words += (["-l", log] if log else []) + (["-c", fifo] if fifo else [])
    process = subprocess.Popen(words + settings.split(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if process.stdout.readline().strip() != "ready":
        raise RuntimeError("the link emulator did not start: " + " ".join(words))
    return process, time.monotonic()


class Cable(network.Network):
    """Two namespaces joined by a veth pair; several may live at once."""

    def __init__(self):
        super().__init__()
        self.a, self.b = new_names(2)

    def pair(self, n=0):
        return self.a, self.b


class Loopback:
    """No network of our own: both ends share the machine's."""

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        pass

    def pair(self, n=0):
        return None, None


class Link:
    """n pairs of namespaces over one emulated link.  One pair sits at its ends; with an access link
    for each pair, `access`, they share it as a bottleneck:

        a0 -access- left ---bottleneck--- right - b0
        a1 -access-'                           '- b1
    """

    def __init__(self, folder, settings, seed=1, access=None):
        self.settings, self.seed, self.access = settings, seed, access
        self.log, self.fifo = os.path.join(folder, "link.csv"), os.path.join(folder, "link.fifo")
        self.namespaces, self.pairs, self.wires, self.flow_logs = [], [], [], []

    def __enter__(self):
        try:
            return self.build() if self.access is None else self.build_shared()
        except BaseException:
            self.__exit__()
            raise

    def add(self, n):
        names = new_names(n)
        for name in names:
            self.namespaces.append(name)
            add_namespace(name)
        return names

    def wire(self, *words, **options):
        process, zero = start_wire(*words, **options)
        self.wires.append(process)
        return zero

    def build(self):
        a, b = self.add(2)
        self.zero = self.wire(f"{a}:eth0:10.77.0.1/24", f"{b}:eth0:10.77.0.2/24", self.settings, self.seed,
                              log=self.log, fifo=self.fifo)
        for name in (a, b):
            run("ip", "-n", name, "route", "add", "default", "dev", "eth0")
        self.pairs = [(a, b)]
        return self

    def build_shared(self):
        left, right = self.add(2)
        for name in (left, right):
            run("ip", "netns", "exec", name, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        self.zero = self.wire(f"{left}:bn0:10.90.0.1/30", f"{right}:bn0:10.90.0.2/30", self.settings, self.seed,
                              log=self.log, fifo=self.fifo)
        for i, settings in enumerate(self.access):
            a, b = self.add(2)
            log = f"{self.log}.{i}"
            self.wire(f"{a}:eth0:10.91.{i}.1/30", f"{left}:a{i}:10.91.{i}.2/30", settings, self.seed + 10 + i)
            zero = self.wire(f"{right}:b{i}:10.92.{i}.2/30", f"{b}:eth0:10.92.{i}.1/30", "delay=0ms", self.seed + 20 + i, log=log)
            self.pairs.append((a, b))
            self.flow_logs.append((log, zero))
            for name in (a, b):
                run("ip", "-n", name, "route", "add", "default", "dev", "eth0")
        run("ip", "-n", left, "route", "add", "10.92.0.0/16", "dev", "bn0")
        run("ip", "-n", right, "route", "add", "10.91.0.0/16", "dev", "bn0")
        return self

    def __exit__(self, *unused):
        for wire in self.wires:
            wire.terminate()
        for wire in self.wires:
            wire.wait()
        for name in self.namespaces:
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)

    def pair(self, n=0):
        return self.pairs[n]

    def set(self, words):
        with open(self.fifo, "w") as fifo:
            fifo.write(words + "\n")

    def play(self, steps, start):
        """Applies [(seconds after `start`, settings or a function)] from a thread of its own."""
        def run_steps():
            for after, what in sorted(steps, key=lambda step: step[0]):
                time.sleep(max(0, start + after - time.monotonic()))
                try:
                    what() if callable(what) else self.set(what)
                except OSError:
                    return      # the call is over
        threading.Thread(target=run_steps, daemon=True).start()


def read_log(log, zero, begin, end, direction="up"):
    """The rows of 100 ms between two times, as numbers; "t" in seconds after `begin`."""
    rows = []
    with open(log) as file:
        for row in csv.DictReader(file):
            if row.pop("dir") != direction:
                continue
            t = zero + float(row["t"])
            if begin <= t <= end:
                rows.append({**{name: float(value) for name, value in row.items()}, "t": t - begin})
    return rows
