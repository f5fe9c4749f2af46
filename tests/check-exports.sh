#!/bin/sh
# The shared libraries export yodel_* and nothing else, and all that the headers declare.
set -eu
bad=0

exported () {
  $NM -D --defined-only "$1" | awk '$2 ~ /[TDBRVWGS]/ { print $3 }' | sort -u
}

for name in libyodel libyodel-media; do
  library=$abs_top_builddir/.libs/$name.so
  [ -e "$library" ] || { echo "$library is not built" >&2; exit 77; }
  # The sanitizers add symbols of their own.
  strays=$(exported "$library" | grep -v -e '^yodel_' -e '^__asan' -e '^__odr_asan' -e '^__ubsan' -e '^__tsan' || true)
  if [ -n "$strays" ]; then
    echo "$name exports what does not begin with yodel_:" $strays >&2
    bad=1
  fi
done

exit $bad
