#!/usr/bin/python3
"""TCP flows beside a call.

  tcp.py receive PORT...                          prints "time bytes" every 200 ms
  tcp.py send HOST PORT SECONDS                   one flow without end
  tcp.py bursts HOST PORT SEED BEGIN SECONDS      short downloads (RFC 8867 section 5.7), BEGIN: 1 at once
"""
import random
import selectors
import socket
import sys
import time

BURST_BYTES = (30000, 50000)
IDLE_MEAN_S = 10
CHUNK = bytes(16384)


def receive(ports):
    selector, bytes_in, due = selectors.DefaultSelector(), 0, time.monotonic() + 0.2
    for port in ports:
        selector.register(socket.create_server(("", port)), selectors.EVENT_READ, True)
    while True:
        for key, _ in selector.select(max(0, due - time.monotonic())):
            if key.data:
                selector.register(key.fileobj.accept()[0], selectors.EVENT_READ, False)
                continue
            data = key.fileobj.recv(65536)
            bytes_in += len(data)
            if not data:
                selector.unregister(key.fileobj)
                key.fileobj.close()
        if time.monotonic() >= due:
            print(f"{due:.3f} {bytes_in}", flush=True)
            bytes_in, due = 0, due + 0.2


def send(address, seconds):
    with socket.create_connection(address, timeout=10) as flow:
        flow.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"cubic")
        flow.settimeout(5)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                flow.send(CHUNK)
            except TimeoutError:
                pass


def bursts(address, seed, at_once, seconds):
    dice, end = random.Random(seed), time.monotonic() + seconds
    while time.monotonic() < end:
        if not at_once:
            time.sleep(dice.expovariate(1 / IDLE_MEAN_S))
        at_once = False
        with socket.create_connection(address, timeout=10) as flow:
            flow.sendall(bytes(dice.randint(*BURST_BYTES)))


def main():
    job, *words = sys.argv[1:]
    if job == "receive":
        receive([int(word) for word in words])
    elif job == "send":
        send((words[0], int(words[1])), float(words[2]))
    else:
        bursts((words[0], int(words[1])), int(words[2]), words[3] == "1", float(words[4]))


if __name__ == "__main__":
    main()
