#!/bin/sh
# Each public header compiles alone.
set -eu
flags="-I$abs_top_srcdir/include $($PKG_CONFIG --cflags gio-2.0)"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bad=0

for header in "$abs_top_srcdir"/include/yodel/*.h; do
  name=yodel/$(basename "$header")
  printf '#include <%s>\n#include <%s>\nint the_file_is_not_empty;\n' "$name" "$name" >"$scratch/one.c"
  # shellcheck disable=SC2086 # flags are words
  if ! $CC -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Werror -fsyntax-only $flags "$scratch/one.c"; then
    echo "$name does not compile alone" >&2
    bad=1
  fi
  grep -q "$(basename "$header")" "$abs_top_srcdir/include/yodel/room.mk" || {
    echo "$name is not in include/yodel/room.mk, so it would not be installed" >&2
    bad=1
  }
done
exit $bad
