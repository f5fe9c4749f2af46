"""What is heard of it when a device of a running call gives way to another: two processes, a sound server of our own, nobody's hardware."""
import math
import os
import shutil
import signal
import subprocess
import threading
import time

import numpy as np

NEEDS_NETWORK = False
RATE = 48000
GAP_MS, BACK_MS = 200, 1000
TONE_HZ, PEAK = 500, 8000
SETTLE_S, AFTER_S = 1.0, 2.5
PATIENCE_S = 15
LOUD = PEAK / 10
SINKS = ("mouth", "mouth2", "ear", "spare")
EARS = ("ear", "spare")
BLOCK_BYTES = 960               # 10 ms


class Sound:
    """A sound server with null sinks; both mouths hum."""

    def __init__(self, folder):
        self.folder, self.processes = folder, []
        self.env = {**os.environ, "HOME": folder, "XDG_RUNTIME_DIR": folder, "XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder,
                    "PULSE_SERVER": f"unix:{folder}/native", "LC_ALL": "C"}
        self.env.pop("DBUS_SESSION_BUS_ADDRESS", None)
        self.hum = f"{folder}/hum.pcm"
        t = np.arange(RATE * 60)
        (PEAK * np.sin(2 * math.pi * TONE_HZ * t / RATE)).astype(np.int16).tofile(self.hum)

    def run(self, *words):
        return subprocess.run(["pactl", *words], env=self.env, capture_output=True, text=True, timeout=10)

    def launch(self, *words, **more):
        process = subprocess.Popen(words, env=self.env, stderr=subprocess.DEVNULL, **more)
        self.processes.append(process)
        return process

    def start(self):
        modules = [word for name in SINKS for word in ("-L", f"module-null-sink sink_name={name} rate={RATE} channels=1 norewinds=1")]
        self.server = self.launch("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=60", "--use-pid-file=no", "-L",
                                  f"module-native-protocol-unix auth-anonymous=1 socket={self.folder}/native", *modules,
                                  stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE_S
        while self.run("set-default-sink", "ear").returncode:
            if time.monotonic() > deadline:
                raise RuntimeError("pulseaudio does not start")
            time.sleep(0.01)
        ready = time.monotonic()
        for name in ("mouth", "mouth2"):
            self.launch("pacat", "--raw", f"--device={name}", "--format=s16le", f"--rate={RATE}", "--channels=1",
                        "--latency-msec=20", self.hum)
        return ready

    def record(self, device):
        return self.launch("parec", "--raw", f"--device={device}.monitor", "--format=s16le", f"--rate={RATE}", "--channels=1",
                           "--latency-msec=10", stdout=subprocess.PIPE)

    def wait_loud(self, device):
        """The moment at which a device was loud."""
        recorder, deadline = self.record(device), time.monotonic() + PATIENCE_S
        try:
            while time.monotonic() < deadline:
                if is_loud(recorder.stdout.read(BLOCK_BYTES)):
                    return time.monotonic()
            raise RuntimeError(f"nothing is heard at {device}")
        finally:
            recorder.kill()

    def stop(self):
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()


class TwoEnds:
    """yodel call and yodel answer, joined by hand; the answerer plays, both take commands."""

    def __init__(self, sound, folder):
        self.folder, yodel = folder, os.environ["YODEL"]
        quiet = [f"--{name}=off" for name in ("echo-cancellation", "noise-suppression", "gain-control")]
        common = ["manual:", "--bind=127.0.0.1", "--no-video"]
        for name in ("call", "answer"):
            os.mkfifo(f"{folder}/{name}.control")
        self.caller = sound.launch(yodel, "call", *common, "--audio-source=device:mouth.monitor", "--audio-sink=none", *quiet,
                                   f"--control={folder}/call.control", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.answerer = sound.launch(yodel, "answer", *common, "--audio-source=test", "--audio-sink=default",
                                     f"--control={folder}/answer.control", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.answerer.stdin.write(self.caller.stdout.readline())
        self.answerer.stdin.flush()
        self.caller.stdin.write(self.answerer.stdout.readline())
        self.caller.stdin.flush()

    def command(self, who, text):
        with open(f"{self.folder}/{who}.control", "w") as pipe:
            pipe.write(text + "\n")


def is_loud(block):
    return len(block) > 0 and (np.abs(np.frombuffer(block[:len(block) // 2 * 2], np.int16).astype(int)) > LOUD).mean() > 0.5


def listen(recorder, times):
    """Notes the moments at which 10 ms that are loud have come."""
    while block := recorder.stdout.read(BLOCK_BYTES):
        if is_loud(block):
            times.append(time.monotonic())


def gap_of(sound, change):
    """The longest time for which nothing was heard at either ear, from a second before the change to some after."""
    times, recorders = [], [sound.record(ear) for ear in EARS]
    threads = [threading.Thread(target=listen, args=(recorder, times)) for recorder in recorders]
    for thread in threads:
        thread.start()
    time.sleep(SETTLE_S)
    begun = time.monotonic()
    change()
    time.sleep(AFTER_S)
    end = time.monotonic()
    for recorder, thread in zip(recorders, threads):
        recorder.kill()
        thread.join()
    moments = [begun, *sorted(t for t in times if begun < t < end), end]
    return max(0, round(1000 * max(b - a for a, b in zip(moments, moments[1:]))) - 10)


def measure(bench):
    folder = bench.folder("call")
    sound = Sound(folder)
    try:
        sound.start()
        call = TwoEnds(sound, folder)
        sound.wait_loud("ear")
        out = {}
        out["default_gap_ms"] = gap_of(sound, lambda: sound.run("set-default-sink", "spare"))
        out["loudspeaker_gap_ms"] = gap_of(sound, lambda: call.command("answer", "audio-sink device:ear"))
        out["microphone_gap_ms"] = gap_of(sound, lambda: call.command("call", "audio-source device:mouth2.monitor"))
        modules = sound.run("list", "short", "modules").stdout.splitlines()
        ear = next(line.split()[0] for line in modules if "sink_name=ear" in line)
        out["removed_gap_ms"] = gap_of(sound, lambda: sound.run("unload-module", ear))
        sound.stop()
        time.sleep(1.5)
        ready = sound.start()
        out["restart_back_ms"] = round(1000 * (sound.wait_loud("ear") - ready))
        call.command("answer", "hang-up")
        return out
    finally:
        sound.close()
        bench.done_with(folder)


def run(bench):
    if not all(shutil.which(name) for name in ("pulseaudio", "pactl", "pacat", "parec")):
        bench.say("devices: pulseaudio is not installed")
        return
    runs = [bench.attempt(f"call {i + 1}", lambda: measure(bench)) for i in range(bench.pick(1, 2, 5))]
    good = [r for r in runs if "error" not in r]
    worst = {key: max(r[key] for r in good) for key in good[0]} if good else runs[0]
    results = {"yodel": worst}
    for key, case, limit in (("default_gap_ms", "another default loudspeaker", GAP_MS), ("loudspeaker_gap_ms", "another loudspeaker is chosen", GAP_MS),
                             ("microphone_gap_ms", "another microphone is chosen", GAP_MS), ("removed_gap_ms", "the loudspeaker is removed", BACK_MS)):
        bench.row(case, "gap, at most", "ms", results, key, limit)
    bench.row("the sound server is killed and started", "sound back, at most", "ms", results, "restart_back_ms", BACK_MS)
