"""A call between two programs of one kind, with the far ends of their pipes.

A calls, B answers.  What A sends and B receives is judged: a feeder logs when each block and frame
left, a collector when it came out.  What goes the other way only keeps the link busy.
"""
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time

from network import run  # noqa: F401  (the path is set by bench.py before)

HERE = os.path.dirname(os.path.abspath(__file__))
WRTC = os.path.join(HERE, "..", "tests", "interop", "peers", "wrtc-peer.mjs")
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
LIVE = [PYTHON, "-S", "-E", os.path.join(HERE, "live.py")]
SETUP_S = 20
WAV_HEADER_BYTES = 44


class Failed(Exception):
    """A call that did not come about; that is a result too."""


def has_libwebrtc():
    package = os.path.join(os.environ.get("PEERS_NODE_DIR", ""), "node_modules", "@roamhq", "wrtc")
    return os.path.isdir(package) and shutil.which("node") is not None


class Media:
    """What the call carries."""

    def __init__(self, wav, y4m=None, back_y4m=None, max_bps=800000):
        self.wav, self.y4m, self.max_bps = wav, y4m, max_bps
        self.back_y4m = back_y4m or y4m


class Process:
    """A program under a call: its description lines, its events, what it uses."""

    def __init__(self, words, namespace, name):
        self.name, self.lines, self.events, self.said = name, queue.Queue(), [], []
        if namespace:
            words = ["ip", "netns", "exec", namespace] + words
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, bufsize=1, errors="replace")
        for reader in (self.read_stdout, self.read_stderr):
            threading.Thread(target=reader, daemon=True).start()

    def read_stdout(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                self.lines.put(line)
        self.lines.put(None)

    def read_stderr(self):
        for line in self.process.stderr:
            if os.environ.get("VERBOSE"):
                sys.stderr.write(f"[{self.name}] {line}")
            try:
                event = json.loads(line)
                if "event" in event:
                    self.events.append(event)
                    continue
            except (ValueError, TypeError):
                pass
            self.said = (self.said + [line.strip()])[-5:]

    def describe(self):
        try:
            line = self.lines.get(timeout=SETUP_S)
        except queue.Empty:
            line = None
        if line is None:
            raise Failed(f"{self.name} gave no description: {' / '.join(self.said)}"[:300])
        return line

    def tell(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def when(self, *names):
        return next((e["t"] for e in list(self.events) if e["event"] in names and "t" in e), None)

    def is_running(self):
        return self.process.poll() is None

    def end(self):
        for sign, patience_s in ((signal.SIGINT, 3), (signal.SIGKILL, 5)):
            if self.is_running():
                self.process.send_signal(sign)
                try:
                    self.process.wait(patience_s)
                except subprocess.TimeoutExpired:
                    pass

    def cpu_s(self):
        """User and system time of all its threads so far; nanoseconds where the kernel tells them."""
        base, total = f"/proc/{self.process.pid}/task", 0
        for task in os.listdir(base):
            try:
                with open(f"{base}/{task}/schedstat") as file:
                    total += int(file.read().split()[0])
            except (OSError, ValueError, IndexError):
                pass
        return total / 1e9

    def rss_mib(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


class Call:
    """with Call(...) as call: call.start(); call.wait(seconds); figures from call.a_log, call.prefix."""

    def __init__(self, kind, media, net, folder, seconds, record=True, pair=0, live=True):
        """record: collect what B gets.  live: feed A through pipes; else from files."""
        self.kind, self.media, self.folder, self.seconds = kind, media, folder, seconds
        self.record, self.live, self.namespaces = record, live, net.pair(pair)
        self.prefix = os.path.join(folder, f"b{pair}")
        self.sent = os.path.join(folder, f"a{pair}.sent")
        self.helpers, self.cameras, self.ends = [], [], []
        self.answered = self.connected = None

    def __enter__(self):
        os.makedirs(self.folder, exist_ok=True)
        return self

    def __exit__(self, *unused):
        for end in self.ends:
            end.end()
        for helper in self.helpers:
            try:
                helper.wait(1)
            except subprocess.TimeoutExpired:
                helper.send_signal(signal.SIGCONT)
                helper.terminate()
                helper.wait()

    # ---- the ends of the pipes

    def fifo(self, name):
        path = os.path.join(self.folder, name)
        if os.path.exists(path):
            os.unlink(path)
        os.mkfifo(path)
        return path

    def helper(self, *words):
        helper = subprocess.Popen(LIVE + list(words), stdout=subprocess.DEVNULL)
        self.helpers.append(helper)
        return helper

    def feeder(self, kind, path, role):
        fifo = self.fifo(f"{os.path.basename(self.prefix)}.{role}.{kind}.in")
        log = self.sent + "." + kind if role == "call" else os.devnull
        helper = self.helper("feed", kind, path, fifo, log)
        if kind == "video" and role == "call":
            self.cameras.append(helper)
        return fifo

    def pause_camera(self, paused):
        for camera in self.cameras:
            camera.send_signal(signal.SIGSTOP if paused else signal.SIGCONT)

    # ---- command lines

    def yodel(self, role):
        media, judged = self.media, self.record and role == "answer"
        y4m = media.y4m if role == "call" else media.back_y4m
        words = [os.environ["YODEL"], role, "manual:", f"--duration={self.seconds + 1}", "--events=/dev/stderr",
                 f"--stats={os.path.join(self.folder, role)}.stats"]
        if self.namespaces[0] is None:
            words.append("--bind=lo")
        words.append(f"--audio-source={'pcm:' + self.feeder('audio', media.wav, role) if self.live else media.wav}")
        sinks = {"audio": "pcm:/dev/null", "video": "y4m:/dev/null"}
        if judged:
            for kind in ("audio", "video") if y4m else ("audio",):
                fifo = self.fifo(f"{os.path.basename(self.prefix)}.{kind}.out")
                self.helper("collect", kind, fifo, self.prefix)
                sinks[kind] = ("pcm:" if kind == "audio" else "y4m:") + fifo
        words.append("--audio-sink=" + sinks["audio"])
        if y4m is None:
            return words + ["--no-video"]
        source = "y4m:" + self.feeder("video", y4m, role) if self.live else y4m
        return words + [f"--video-source={source}", "--video-sink=" + sinks["video"], f"--max-bitrate={media.max_bps // 1000}"]

    def libwebrtc(self, role):
        media = self.media
        y4m = media.y4m if role == "call" else media.back_y4m
        words = ["node", WRTC, role, "manual:", "--seconds", str(self.seconds + 1), "--wav", media.wav, "--video-bps", str(media.max_bps)]
        words += ["--y4m", y4m] if y4m else ["--no-video"]
        if role == "call":
            words += ["--sent", self.sent]
        elif self.record:
            # The recording's files are pipes, so that one collector stamps for all.
            for kind, name in (("audio", ".wav"), ("video", ".y4m")) if y4m else (("audio", ".wav"),):
                out = os.path.join(self.folder, "record" + name)
                if os.path.exists(out):
                    os.unlink(out)
                os.mkfifo(out)
                self.helper("collect", kind, out, self.prefix, *([str(WAV_HEADER_BYTES)] if kind == "audio" else []))
            words += ["--record", os.path.join(self.folder, "record")]
        return words

    # ---- the call

    def open(self, role):
        words = self.yodel(role) if self.kind == "yodel" else self.libwebrtc(role)
        end = Process(words, self.namespaces[role == "answer"], f"{self.kind} {role}")
        self.ends.append(end)
        return end

    def start(self):
        a = self.open("call")
        offer = a.describe()
        b = self.open("answer")
        b.tell(offer)
        answer = b.describe()
        self.answered = time.monotonic()
        a.tell(answer)
        self.connected = self.await_event("connected")
        return self

    def await_event(self, *names, timeout_s=SETUP_S):
        """Returns: when it had come to both ends."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            times = [end.when(*names) for end in self.ends]
            if all(times):
                return max(times)
            if not all(end.is_running() for end in self.ends):
                break
            time.sleep(0.005)
        gone = next((end for end in self.ends if not end.is_running()), None)
        raise Failed(f"{names[0]} did not come to both ends" + (f": {gone.name} {' / '.join(gone.said)}" if gone else ""))

    def wait(self, seconds):
        """Until so long after the call was connected."""
        until = self.connected + seconds
        while time.monotonic() < until:
            if not all(end.is_running() for end in self.ends):
                raise Failed("the call ended early: " + " / ".join(s for end in self.ends for s in end.said)[:300])
            time.sleep(min(0.1, max(0, until - time.monotonic())))

    def stats(self, role):
        """The last snapshot of Yodel's, as a list of dictionaries."""
        path = os.path.join(self.folder, role + ".stats")
        if not os.path.exists(path):
            return []
        with open(path) as file:
            lines = [line for line in file if line.strip()]
        try:
            found = json.loads(lines[-1])
        except (IndexError, ValueError):
            return []
        if isinstance(found, dict):
            found = found.get("stats", list(found.values()))
            found = list(found.values()) if isinstance(found, dict) else found
        return [entry for entry in found if isinstance(entry, dict)]

    def stat(self, role, kind, *names):
        """The first of `names` that the receiving side of a medium counts."""
        result = next((e for e in reversed(self.ends[role == "answer"].events) if e["event"] == "result"), {})
        sources = [e for e in self.stats(role) if e.get("type") == "inbound-rtp" and e.get("kind") == kind]
        for entry in sources + [result.get(kind) or {}]:
            for name in names:
                if entry.get(name) is not None:
                    return entry[name]
        return None
