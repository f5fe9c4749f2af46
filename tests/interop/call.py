#!/usr/bin/python3
"""One call between two peers, each in a network namespace of its own, and a verdict on the media.

  call.py CALLER ANSWERER [--seconds N] [--no-video] [--keys] [--stereo] [--wire SETTINGS] [--keep FOLDER]

A peer is yodel, chromium, firefox, webrtcbin, aiortc or wrtc (libwebrtc). Exit status: 0 both sides heard
and saw the other well, 1 they did not, 77 the call cannot be tried here.

Environment: YODEL (the program), PEERS_NODE_DIR (the folder that holds node_modules), INTEROP_MEDIA
(where the media are kept), YODEL_WIRE (the link emulator's program, for --wire), VERBOSE=1.
"""
import argparse
import contextlib
import fcntl
import glob
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import network

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "peers")
PYTHON = "/usr/bin/python3"     # gi and aiortc are Debian's
SETUP_S = 30                    # until a description is there, until a call is connected
VIDEO_BPS = 800000

# What is asked of each direction.
MIN_STOI = 0.95
MAX_GAP_MS = 100
MIN_FRAMES = 0.85               # of those that were sent
MAX_STILL_MS = 500              # the longest time without a new picture
MIN_PSNR_DB = 30
MAX_BELOW_DIRECT_DB = 1.0       # what was received, against the codec alone at the same rate
MAX_BELOW_DIRECT_CANVAS_DB = 3.0  # what Firefox sends was drawn on a canvas, in other colours, and read from there
DENOISING = ("aiortc", "chromium", "wrtc")    # they smooth what they encode, which costs 1.3 dB of this clip
FIREFOX_WARM_S = 6
SETTLE_S = 5                    # a sender may take so long to find its rate
KEYS = "159#"                   # that both press (RFC 4733)


def cannot(reason):
    print("skipped: " + reason, file=sys.stderr)
    sys.exit(77)


def is_importable(module):
    return subprocess.run([PYTHON, "-c", "import " + module], stderr=subprocess.DEVNULL).returncode == 0


def missing(name):
    """Why a peer cannot be started here; None if it can."""
    node_modules = os.path.join(os.environ.get("PEERS_NODE_DIR", ""), "node_modules")
    if name == "yodel":
        return None if os.access(yodel_program(), os.X_OK) else yodel_program() + " is not built"
    if name == "firefox":
        needed = {"node": ["node"], "firefox-esr": ["firefox-esr", "firefox"], "pulseaudio": ["pulseaudio"]}
        return next((f"{what} is not installed" for what, names in needed.items() if not any(map(shutil.which, names))), None)
    if name in ("chromium", "wrtc"):
        package = "playwright-core" if name == "chromium" else "@roamhq/wrtc"
        if not shutil.which("node"):
            return "node is not installed"
        if not os.path.isdir(os.path.join(node_modules, package)):
            return f"the npm package {package} is not in {node_modules}"
        if name == "chromium" and not any(map(shutil.which, ("chromium", "chromium-browser"))):
            return "chromium is not installed"
        return None
    module = "aiortc" if name == "aiortc" else "gi; gi.require_version('GstWebRTC', '1.0'); from gi.repository import GstWebRTC"
    return None if is_importable(module) else f"Python has no {module.split(';')[0]} for {name}"


def yodel_program():
    return os.environ.get("YODEL", os.path.join(HERE, "..", "..", "build", "yodel"))


def command(name, role, o, wav, y4m, prefix):
    if name == "yodel":
        words = [yodel_program(), role, "manual:", f"--audio-source={wav}", f"--audio-sink={prefix}.wav",
                 f"--duration={o.seconds + 4}", f"--max-bitrate={o.video_bps // 1000 + 60}",
                 f"--events={prefix}.events", f"--stats={prefix}.stats"]
        words += [f"--video-codec={o.video_codec}"] if o.video_codec else []
        words += [f"--dtmf=,{KEYS}"] if o.keys else []      # the comma: browsers garble sound while they set up
        words += ["--audio-content=music"] if o.stereo else []
        return words + ([f"--video-source={y4m}", f"--video-sink=y4m:{prefix}.y4m"] if o.video else ["--no-video"])
    runner = "node" if name in ("chromium", "firefox", "wrtc") else PYTHON
    script = os.path.join(PEERS, name + ("-peer.mjs" if runner == "node" else "-peer.py"))
    words = [runner, script, role, "manual:", "--seconds", str(o.seconds + 3), "--wav", wav, "--record", prefix,
             "--video-bps", str(o.video_bps), *o.peer_options]
    words += ["--keep-size"] if name == "chromium" else []
    words += ["--keys", KEYS] if o.keys else []
    words += ["--stereo", "--audio-bps", "96000"] if o.stereo else []
    return words + (["--y4m", y4m] if o.video else ["--no-video"])


class Peer:
    def __init__(self, name, role, namespace, o, media, folder):
        self.name, self.role, self.prefix = name, role, os.path.join(folder, role)
        self.lines, self.events = queue.Queue(), []
        self.process = subprocess.Popen(["ip", "netns", "exec", namespace] + command(name, role, o, *media, self.prefix),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)
        self.readers = [threading.Thread(target=f, daemon=True) for f in (self.read_stdout, self.read_stderr)]
        for reader in self.readers:
            reader.start()

    def read_stdout(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                self.lines.put(line)
        self.lines.put(None)

    def read_stderr(self):
        for line in self.process.stderr:
            self.take_event(line)
            if os.environ.get("VERBOSE") or not line.startswith("{") or '"error"' in line:
                sys.stderr.write(f"[{self.name} {self.role}] {line}")

    def take_event(self, line):
        try:
            event = json.loads(line)
        except ValueError:
            return
        if isinstance(event, dict) and "event" in event:
            self.events.append(event)

    def video_bps(self, kind, counter):
        """What the picture took on average, by Yodel's count, from SETTLE_S after the first snapshot on."""
        seen = []
        with open(self.prefix + ".stats") as lines:
            for line in lines:
                snapshot = json.loads(line)
                seen += [(snapshot["t"], o[counter]) for o in snapshot["stats"]
                         if o["type"] == kind and o.get("kind") == "video" and o.get(counter)]
        seen = [x for x in seen if x[0] >= seen[0][0] + SETTLE_S] or seen
        (t0, bytes0), (t1, bytes1) = seen[0], seen[-1]
        return int((bytes1 - bytes0) * 8 / max(t1 - t0, 0.1)) or VIDEO_BPS

    def describe(self):
        try:
            line = self.lines.get(timeout=SETUP_S)
        except queue.Empty:
            line = None
        if line is None:
            raise RuntimeError(f"{self.name} gave no description")
        return line

    def tell(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def await_end(self, deadline):
        """Waits for the process; makes it end where it does not. Returns: its exit status."""
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for reader in self.readers:
            reader.join(2)
        if os.path.exists(self.prefix + ".events"):
            with open(self.prefix + ".events") as lines:
                for line in lines:
                    self.take_event(line)
        return self.process.returncode

    def times(self):
        """When each recorded frame came; None where the peer does not say."""
        if not os.path.exists(self.prefix + ".times"):
            return None
        with open(self.prefix + ".times") as lines:
            return [float(line) for line in lines if line.strip()]

    def last_stats(self):
        if not os.path.exists(self.prefix + ".stats"):
            return []
        with open(self.prefix + ".stats") as lines:
            last = ([line for line in lines if line.strip()] or ["[]"])[-1]
        found = json.loads(last)
        return found if isinstance(found, list) else list(found.get("stats", found.values())) if isinstance(found, dict) else []

    def codec(self, way):
        """Of the picture, sent ("out") or received ("in"), as Yodel's statistics have it."""
        rtp = {"in": "inbound-rtp", "out": "outbound-rtp"}[way]
        stats = [s for s in self.last_stats() if isinstance(s, dict)]
        ids = [s.get("codecId") for s in stats if s.get("type") == rtp and s.get("kind") == "video"]
        return next((s.get("mimeType") for s in stats if s.get("type") == "codec" and s.get("id") in ids), None)

    def stat(self, kind, name):
        for s in self.last_stats():
            if isinstance(s, dict) and s.get("type") == "inbound-rtp" and s.get("kind") == kind and name in s:
                return s[name]
        return None


def place_call(o, net, media, folder):
    """Returns: the two peers after the call, and what went wrong."""
    caller = answerer = None
    faults = []
    try:
        caller = Peer(o.caller, "call", net.a, o, media, folder)
        offer = caller.describe()
        answerer = Peer(o.answerer, "answer", net.b, o, media, folder)
        answerer.tell(offer)
        caller.tell(answerer.describe())
        deadline = time.monotonic() + SETUP_S + o.seconds
    except (RuntimeError, OSError) as error:
        faults.append(str(error))
        deadline = 0
    for peer in filter(None, (caller, answerer)):
        status = peer.await_end(deadline)
        result = next((e for e in reversed(peer.events) if e["event"] == "result"), {})
        # Whoever ends first closes the call under the other; that is no fault.
        if not result.get("ok") and not (status == 0 and peer.name == "yodel"):
            faults.append(f"{peer.name} ({peer.role}) ended with {status}: {result.get('why', result)}")
    return caller, answerer, faults


def judge_direction(o, sender, receiver, files, folder):
    """Returns: the figures of what `receiver` got, and what is wrong with them."""
    import judge
    import media
    wav, y4m = files
    # Firefox's sound comes in pieces, both ways, until its page is warm.
    skipped_s = FIREFOX_WARM_S if "firefox" in (sender.name, receiver.name) else 0
    sound, faults = judge.speech(wav, media.cut(receiver.prefix + ".wav", o.seconds, skipped_s)), []
    if sound["stoi"] < MIN_STOI:
        faults.append(f"STOI {sound['stoi']} is under {MIN_STOI}")
    if sound.get("gap_ms", 0) > MAX_GAP_MS:
        faults.append(f"{sound['gap_ms']} ms of speech are missing")
    if not o.video:
        return {"sound": sound}, faults

    seen = judge.picture(y4m, receiver.prefix + ".y4m", receiver.times(), SETTLE_S)
    if "freezes" not in seen and receiver.stat("video", "freezeCount") is not None:
        seen["freezes"] = int(receiver.stat("video", "freezeCount"))
    if seen["distinct"] < MIN_FRAMES * o.seconds * 30:
        faults.append(f"{seen['distinct']} different frames of about {o.seconds * 30}")
    if seen["psnr_db" if "psnr_db" in seen else "received"] < MIN_PSNR_DB:
        faults.append(f"PSNR {seen.get('psnr_db')} dB is under {MIN_PSNR_DB}")
    if seen.get("longest_gap_ms", 0) > MAX_STILL_MS:
        faults.append(f"the picture stood still for {seen['longest_gap_ms']} ms")
    # Shorter ones can be the fault of a busy machine; over a minute of an idle one there is none.
    if o.seconds >= 60 and seen.get("freezes", 0) > 0:
        faults.append(f"{seen['freezes']} freezes")
    if o.video_codec and receiver.name == "yodel" and receiver.codec("in") != "video/" + o.video_codec.upper():
        faults.append(f"{sender.name} sent {receiver.codec('in')}")
    if o.video_codec and sender.name == "yodel" and sender.codec("out") != "video/" + o.video_codec.upper():
        faults.append(f"yodel sent {sender.codec('out')}")
    if "yodel" in (sender.name, receiver.name) and not faults:
        bps = sender.video_bps("outbound-rtp", "bytesSent") if sender.name == "yodel" else \
            receiver.video_bps("inbound-rtp", "bytesReceived")
        seen["kbps"] = bps // 1000
        seen["direct_psnr_db"] = judge.direct_psnr(y4m, bps, *seen["judged_s"], sender.name in DENOISING, folder)
        allowed_db = MAX_BELOW_DIRECT_CANVAS_DB if sender.name == "firefox" else MAX_BELOW_DIRECT_DB
        if seen["psnr_db"] < seen["direct_psnr_db"] - allowed_db:
            faults.append(f"PSNR {seen['psnr_db']} dB, the codec alone has {seen['direct_psnr_db']}")
    return {"sound": sound, "picture": seen}, faults


def judge_keys(sender, receiver):
    """The events are compared, not the sound: libwebrtc stops the voice while a key is down.  Yodel names what it hears,
    Chromium plays it."""
    if receiver.name == "yodel":
        heard = "".join(e["key"] for e in receiver.events if e["event"] == "telephone-event")
    else:
        import judge
        heard = judge.keys(receiver.prefix + ".wav")
    return {"keys": heard}, [] if heard == KEYS else [f"{heard!r} was heard where {KEYS} was pressed"]


def judge_sides(receiver):
    """Each tone is loud on its own side, and not heard on the other."""
    import judge
    import media
    levels = judge.sides(receiver.prefix + ".wav")
    if len(levels) != 2:
        return {"levels": levels}, [f"{len(levels)} channel"]
    (left, wrong_left), (wrong_right, right) = levels
    loud = all(0.8 * media.TONE < level < 1.25 * media.TONE for level in (left, right))
    return {"levels": levels}, [] if loud and max(wrong_left, wrong_right) < media.TONE / 20 else [f"left and right are {levels}"]


def options(words=None):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("caller")
    parser.add_argument("answerer")
    parser.add_argument("--seconds", type=int, default=int(os.environ.get("YODEL_INTEROP_SECONDS", 15)))
    parser.add_argument("--no-video", dest="video", action="store_false")
    parser.add_argument("--video-codec", choices=("vp8", "vp9"), help="that Yodel prefers; both sides have to send it then")
    parser.add_argument("--keys", action="store_true", help="press keys of a telephone, and judge those alone")
    parser.add_argument("--stereo", action="store_true", help="two tones, left and right, and these alone are judged")
    parser.add_argument("--wire", help="settings of the link emulator")
    parser.add_argument("--video-bps", type=int, default=VIDEO_BPS)
    parser.set_defaults(peer_options=[])
    parser.add_argument("--keep", help="folder for the recordings, which are thrown away otherwise")
    return parser.parse_args(words)


def skip_where_it_cannot_be(o, has_wire):
    """Ends the program with 77 if the call cannot be tried here; as a user, starts it again where he is root."""
    for name in (o.caller, o.answerer):
        if missing(name):
            cannot(missing(name))
    if not is_importable("numpy, scipy"):
        cannot("the judges need Python's numpy and scipy")
    if not shutil.which("ip"):
        cannot("ip (iproute2) is not installed")
    if has_wire and not os.access(os.environ.get("YODEL_WIRE", ""), os.X_OK):
        cannot("YODEL_WIRE does not name the link emulator")
    reason = network.enter_own_world()
    if reason:
        cannot(reason)
    import media
    if not media.have():
        cannot("pocketsphinx-testdata, opencv-doc or ffmpeg is not installed")


@contextlib.contextmanager
def a_place_for(o):
    """(files, folder): what the call carries and where its recordings go.  One call at a time on this machine:
    they keep time with sound and picture."""
    import media
    media_folder = os.environ.get("INTEROP_MEDIA", os.path.join(tempfile.gettempdir(), "yodel-interop-media"))
    os.makedirs(media_folder, exist_ok=True)
    folder = o.keep or tempfile.mkdtemp(prefix="yodel-call-")
    os.makedirs(folder, exist_ok=True)
    for old in glob.glob(os.path.join(folder, "call.*")) + glob.glob(os.path.join(folder, "answer.*")):
        os.unlink(old)
    with open(os.path.join(media_folder, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            files = media.make(media_folder, o.seconds + 10)
            if o.stereo:
                files = os.path.join(folder, "tones.wav"), files[1]
                media.make_tones(files[0], o.seconds + 10)
            yield files, folder
        finally:
            if not o.keep:
                shutil.rmtree(folder, ignore_errors=True)


def main():
    o = options()
    skip_where_it_cannot_be(o, o.wire is not None)
    figures = {}
    with a_place_for(o) as (files, folder):
        with network.Network(o.wire) as net:
            caller, answerer, faults = place_call(o, net, files, folder)
        if caller and answerer and not faults:
            for sender, receiver in ((caller, answerer), (answerer, caller)):
                title = f"{sender.name} to {receiver.name}"
                figures[title], wrong = (judge_keys(sender, receiver) if o.keys else judge_sides(receiver) if o.stereo
                                         else judge_direction(o, sender, receiver, files, folder))
                faults += [f"{title}: {fault}" for fault in wrong]
    print(json.dumps({"call": [o.caller, o.answerer], "ok": not faults, "faults": faults, **figures}))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
