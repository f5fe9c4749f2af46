#!/usr/bin/python3
"""Chromium and Yodel on a long and lossy way, where what is lost cannot be sent again in time: longway.py [--keep FOLDER]

Round trip 250 ms, 6 % lost.  Judged by both sides' statistics: each sends parity ahead of the loss (RED with ULPFEC, RFC 5109),
Yodel takes Chromium's, its own pictures come in two temporal layers, and what is decoded comes close to all of it.

Exit status and environment are those of call.py; YODEL_WIRE is needed.
"""
import json
import sys

import call
import network
from trouble import last_count, snapshots

SECONDS = 20
LINK = "delay=125ms rate=4mbit qms=300 loss=6"
MIN_FRAMES = 0.8 * 30 * SECONDS


def texts(peer, kind, name):
    return {o[name] for s in snapshots(peer) for o in s["stats"] if o["type"] == kind and o.get("kind") == "video" and name in o}


def judge(sender, receiver):
    """Returns: the figures of what `receiver` got, and what is wrong with them."""
    faults = []
    # Chromium tells neither: of Yodel's the sending is judged, which begins once both have agreed to it.
    figures = {"protection": last_count(receiver, "inbound-rtp", "fecPacketsReceived") or last_count(sender, "outbound-rtp", "fecPacketsSent"),
               "decoded": last_count(receiver, "inbound-rtp", "framesDecoded"),
               "freezes": last_count(receiver, "inbound-rtp", "freezeCount"),
               "layers": sorted(texts(sender, "outbound-rtp", "scalabilityMode"))}
    if not figures["protection"]:
        faults.append("nothing was protected")
    if figures["decoded"] < MIN_FRAMES:
        faults.append(f"{figures['decoded']} frames of about {30 * SECONDS} were decoded")
    if sender.name == "yodel" and "L1T2" not in figures["layers"]:
        faults.append(f"layers {figures['layers']}, not two")
    return figures, [f"{sender.name} to {receiver.name}: {fault}" for fault in faults]


def main():
    o = call.options(["chromium", "yodel", "--seconds", str(SECONDS), *sys.argv[1:]])
    o.peer_options = ["--trouble"]          # for its statistics each second
    call.skip_where_it_cannot_be(o, True)
    figures = {}
    with call.a_place_for(o) as (files, folder):
        with network.Network(LINK) as net:
            chromium, yodel, faults = call.place_call(o, net, files, folder)
        if not faults:
            for sender, receiver in ((chromium, yodel), (yodel, chromium)):
                figures[f"{sender.name} to {receiver.name}"], wrong = judge(sender, receiver)
                faults += wrong
    print(json.dumps({"call": ["chromium", "yodel"], "ok": not faults, "faults": faults, **figures}))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
