# A stranger's program in Python: makes an identity, looks at its address.
import os
import sys
import tempfile

import gi

gi.require_version("Yodel", "1")
from gi.repository import GLib, Yodel

me = Yodel.Identity.new()
address = me.get_address()
assert address.startswith("yodel:"), address
assert Yodel.address_is_valid(address)

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "me.key")
    me.save(path)
    assert Yodel.Identity.load(path).get_address() == address

try:
    Yodel.address_is_valid(address[:-1])
    sys.exit("an address that is too short was taken")
except GLib.Error as error:
    assert error.matches(Yodel.error_quark(), Yodel.Error.KEY), error

# An offer and its answer, both ways.
loop = GLib.MainLoop()
GLib.timeout_add_seconds(20, loop.quit)
said = []


def on_offer(caller, result):
    said.append(caller.create_offer_finish(result))
    answerer.set_remote_description_async(Yodel.SdpType.OFFER, said[0], None, on_taken)


def on_taken(answerer, result):
    assert answerer.set_remote_description_finish(result)
    (track,) = answerer.get_tracks()
    assert track.get_direction() == Yodel.Direction.RECVONLY
    track.set_direction(Yodel.Direction.SENDRECV)
    answerer.create_answer_async(None, on_answer)


def on_answer(answerer, result):
    said.append(answerer.create_answer_finish(result))
    loop.quit()


caller, answerer = Yodel.Session.new(), Yodel.Session.new()
for session in (caller, answerer):
    session.set_trickle(False)
track = caller.add_track(Yodel.MediaKind.AUDIO)
assert track.get_kind() == Yodel.MediaKind.AUDIO
assert caller.get_tracks() == [track]
caller.create_offer_async(None, on_offer)
loop.run()
assert len(said) == 2 and all("m=audio" in d and "a=fingerprint:sha-256" in d and "a=sendrecv" in d for d in said), said
assert caller.get_signaling_state() == Yodel.SignalingState.HAVE_LOCAL_OFFER

caller.connect("notify::state", lambda *unused: loop.quit())
caller.close()
if caller.get_state() != Yodel.SessionState.ENDED:
    loop.run()
assert caller.get_state() == Yodel.SessionState.ENDED
