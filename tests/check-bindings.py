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

# An offer that nobody takes.
loop = GLib.MainLoop()
session = Yodel.Session.new()
session.set_trickle(False)
track = session.add_track(Yodel.MediaKind.AUDIO)
assert track.get_kind() == Yodel.MediaKind.AUDIO
assert session.get_tracks() == [track]
offers = []


def on_offer(session, result):
    offers.append(session.create_offer_finish(result))
    loop.quit()


session.create_offer_async(None, on_offer)
GLib.timeout_add_seconds(20, loop.quit)
loop.run()
assert offers and "m=audio" in offers[0] and "a=fingerprint:sha-256" in offers[0], offers
assert session.get_signaling_state() == Yodel.SignalingState.HAVE_LOCAL_OFFER
session.connect("notify::state", lambda *unused: loop.quit())
session.close()
if session.get_state() != Yodel.SessionState.ENDED:
    loop.run()
assert session.get_state() == Yodel.SessionState.ENDED
