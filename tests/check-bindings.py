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
