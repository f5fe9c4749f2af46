#!/usr/bin/python3
"""Chromium and Yodel on an emulated link that loses packets, then shrinks: trouble.py [--keep FOLDER]

For LOSSY_S the link takes 4 Mbit/s, loses 3 % and has a round trip of 50 ms; Chromium asks for key frames, and leaves frames
out so that Yodel must ask.  Then it takes 800 kbit/s and loses nothing.  Judged by both sides' statistics: lost packets are
repeated, pictures by RTX and sound as it was, a key frame is there soon after it was asked for, and both send what the link takes.

Exit status and environment are those of call.py; YODEL_WIRE is needed.
"""
import json
import os
import statistics
import sys
import time

import call
import network

LOSSY_S, NARROW_S = 16, 16
LOSSY, NARROW = "delay=25ms rate=4mbit qms=300 loss=3", "rate=800kbit loss=0"
NARROW_BPS = 800000
SETTLE_S = 6                    # until the rate has followed the link
MIN_USE = 0.5                   # of the link
MIN_WIDE_BPS = 1000000          # what both send before
MAX_ANSWER_MS = {"yodel": 300, "chromium": 500}    # of Chromium's only the asking and the showing are ours
MIN_ANSWERS = 3                 # of five; a lost one is asked for again, and then counted from the first time


def await_event(peer, name, end):
    while time.monotonic() < end:
        if any(e["event"] == name for e in peer.events):
            return True
        time.sleep(0.05)
    return False


def place_call(o, net, fifo, media, folder):
    """Returns: the two peers after the call, when the link shrank, and what went wrong."""
    faults, shrank = [], 0
    caller = call.Peer("chromium", "call", net.a, o, media, folder)
    offer = caller.describe()
    answerer = call.Peer("yodel", "answer", net.b, o, media, folder)
    answerer.tell(offer)
    caller.tell(answerer.describe())
    if await_event(caller, "connected", time.monotonic() + call.SETUP_S):
        time.sleep(LOSSY_S)
        shrank = time.monotonic()
        for setting in NARROW.split():
            fifo.write(setting + "\n")
        fifo.flush()
    else:
        faults.append("not connected")
    deadline = time.monotonic() + NARROW_S + 15
    for peer in (caller, answerer):
        peer.await_end(deadline)
    return caller, answerer, shrank, faults


def snapshots(peer):
    with open(peer.prefix + ".stats") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def rate_bps(peer, begin, end):
    """What a peer sent on average between two times, sound and picture, without headers."""
    sent = [(s["t"], sum(o.get("bytesSent", 0) for o in s["stats"] if o["type"] == "outbound-rtp"))
            for s in snapshots(peer) if begin <= s["t"] < end]
    return (sent[-1][1] - sent[0][1]) * 8 / (sent[-1][0] - sent[0][0]) if len(sent) > 1 else 0


def last_count(peer, kind, name, of="video"):
    return max((o.get(name, 0) for s in snapshots(peer) for o in s["stats"] if o["type"] == kind and o.get("kind") == of), default=0)


def judge(peer, other, shrank):
    """Returns: the figures of what `peer` sends, and what is wrong with them."""
    faults = []
    figures = {"wide_kbps": round(rate_bps(peer, shrank - 8, shrank) / 1000),
               "narrow_kbps": round(rate_bps(peer, shrank + SETTLE_S, shrank + NARROW_S) / 1000),
               "repeated": last_count(peer, "outbound-rtp", "retransmittedPacketsSent"),
               "repeats_taken": last_count(other, "inbound-rtp", "retransmittedPacketsReceived"),
               "plis_sent_to_it": last_count(other, "inbound-rtp", "pliCount"),
               "sound_asked_for": last_count(peer, "outbound-rtp", "nackCount", "audio"),
               "sound_repeated": last_count(peer, "outbound-rtp", "retransmittedPacketsSent", "audio")}
    if figures["wide_kbps"] < MIN_WIDE_BPS / 1000:
        faults.append(f"{figures['wide_kbps']} kbit/s where the link takes 4000")
    if not MIN_USE * NARROW_BPS / 1000 <= figures["narrow_kbps"] <= NARROW_BPS / 1000:
        faults.append(f"{figures['narrow_kbps']} kbit/s where the link takes {NARROW_BPS // 1000}")
    if not figures["repeated"] or not figures["repeats_taken"]:
        faults.append("no packet was repeated by RTX")
    if not figures["sound_asked_for"] or not figures["sound_repeated"]:
        faults.append("no sound was repeated")
    if not figures["plis_sent_to_it"]:
        faults.append("no key frame was asked for")
    return figures, [f"{peer.name} to {other.name}: {fault}" for fault in faults]


def judge_answers(chromium, side, who):
    """How long key frames took that `who` had to send."""
    answers = [round(e["ms"]) for e in chromium.events if e["event"] == "key-frame" and e["side"] == side]
    if len(answers) < MIN_ANSWERS:
        return answers, [f"{who} sent {len(answers)} of 5 key frames that were asked for"]
    if statistics.median(answers) > MAX_ANSWER_MS[who]:
        return answers, [f"key frames of {who} took {answers} ms"]
    return answers, []


def main():
    o = call.options(["chromium", "yodel", "--seconds", str(LOSSY_S + NARROW_S), "--video-bps", "2500000", *sys.argv[1:]])
    o.peer_options = ["--trouble", "--sound-nack"]
    call.skip_where_it_cannot_be(o, True)
    figures = {}
    with call.a_place_for(o) as (files, folder):
        fifo_path = os.path.join(folder, "call.link")
        os.mkfifo(fifo_path)
        with network.Network(f"-c {fifo_path} {LOSSY}") as net, open(fifo_path, "w") as fifo:
            chromium, yodel, shrank, faults = place_call(o, net, fifo, files, folder)
        if not faults:
            for peer, other in ((chromium, yodel), (yodel, chromium)):
                figures[peer.name + " sends"], wrong = judge(peer, other, shrank)
                faults += wrong
            for side, who in (("receiver", "yodel"), ("sender", "chromium")):
                figures[f"key frames of {who}, ms"], wrong = judge_answers(chromium, side, who)
                faults += wrong
    print(json.dumps({"call": ["chromium", "yodel"], "ok": not faults, "faults": faults, **figures}))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
