"""Two hosts on one machine: network namespaces joined by a cable, or by an emulated link."""
import os
import subprocess
import sys
import time


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def enter_own_world():
    """As a user: starts the program again where it is root of namespaces of its own.
    Returns why that cannot be, or None."""
    if os.geteuid() == 0:
        return None
    if os.environ.get("YODEL_OWN_WORLD"):
        return "root was not given in a user namespace"
    words = ["unshare", "--user", "--map-root-user", "--mount", "--net", "--"]
    script = 'mount -t tmpfs tmpfs /run && exec "$0" "$@"'
    if subprocess.run([*words, "sh", "-c", "mount -t tmpfs tmpfs /run && ip netns add try"],
                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
        return "neither root nor user namespaces, so no network of our own"
    os.environ["YODEL_OWN_WORLD"] = "1"
    os.execvp("unshare", [*words, "sh", "-c", script, sys.executable, *sys.argv])


class Network:
    """Two namespaces, .a and .b, at 10.77.0.1 and 10.77.0.2; gone after the with block."""

    def __init__(self, wire=None):
        name = f"yodel{os.getpid()}"
        self.a, self.b, self.wire_settings, self.wire = name + "a", name + "b", wire, None

    def __enter__(self):
        for namespace in (self.a, self.b):
            run("ip", "netns", "add", namespace)
            run("ip", "netns", "exec", namespace, "sh", "-c",
                "for k in all default; do echo 1 >/proc/sys/net/ipv6/conf/$k/disable_ipv6; done")
            run("ip", "-n", namespace, "link", "set", "lo", "up")
        if self.wire_settings is None:
            self.join_by_cable()
        else:
            self.join_by_emulator()
        for namespace in (self.a, self.b):
            run("ip", "-n", namespace, "route", "add", "default", "dev", "eth0")
        return self

    def join_by_cable(self):
        run("ip", "link", "add", "eth0", "netns", self.a, "type", "veth", "peer", "name", "eth0", "netns", self.b)
        for namespace, address in ((self.a, "10.77.0.1/24"), (self.b, "10.77.0.2/24")):
            run("ip", "-n", namespace, "addr", "add", address, "dev", "eth0")
            run("ip", "-n", namespace, "link", "set", "eth0", "up")
        # The carrier comes late, up to a second; until then an agent finds no running interface.
        end = time.monotonic() + 5
        for namespace in (self.a, self.b):
            while time.monotonic() < end and b"state UP" not in subprocess.run(
                    ["ip", "-n", namespace, "link", "show", "dev", "eth0"], capture_output=True).stdout:
                time.sleep(0.02)

    def join_by_emulator(self):
        self.wire = subprocess.Popen(
            [os.environ["YODEL_WIRE"], "-a", self.a + ":eth0:10.77.0.1/24", "-b", self.b + ":eth0:10.77.0.2/24",
             "-s", "1", *self.wire_settings.split()], stdout=subprocess.PIPE, text=True)
        if self.wire.stdout.readline().strip() != "ready":
            raise RuntimeError("the link emulator did not start")

    def __exit__(self, *unused):
        if self.wire:
            self.wire.terminate()
            self.wire.wait()
        for namespace in (self.a, self.b):
            subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL)
