#!/bin/sh
# A Python program can use the library through introspection.
set -eu
[ -z "${SANITIZERS:-}" ] || { echo "a sanitized library cannot be loaded into Python"; exit 77; }
[ -e "$abs_top_builddir/Yodel-1.typelib" ] || { echo "configured without introspection"; exit 77; }
/usr/bin/python3 -c 'import gi' 2>/dev/null || { echo "python3-gi is not installed"; exit 77; }

GI_TYPELIB_PATH=$abs_top_builddir LD_LIBRARY_PATH=$abs_top_builddir/.libs \
  exec /usr/bin/python3 "$abs_top_srcdir/tests/check-bindings.py"
