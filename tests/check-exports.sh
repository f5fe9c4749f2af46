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

# YODEL_API stands on the line before a declaration, or before a G_DECLARE_ macro.
declared=$(cat "$abs_top_srcdir"/include/yodel/*.h | awk '
  wanted && match ($0, /yodel_[a-z0-9_]+ *\(/) {
    name = substr ($0, RSTART, RLENGTH); sub (/ *\($/, "", name); print name; wanted = 0 }
  wanted && match ($0, /G_DECLARE_[A-Z_]+ \([A-Za-z]+, [a-z_]+/) {
    name = substr ($0, RSTART, RLENGTH); sub (/.*, /, "", name); print name "_get_type"; wanted = 0 }
  /^YODEL_API/ { wanted = 1 }' | sort -u)
missing=$({ exported "$abs_top_builddir/.libs/libyodel.so"; exported "$abs_top_builddir/.libs/libyodel-media.so"; } |
          sort -u >exported.$$; echo "$declared" | comm -23 - exported.$$; rm -f exported.$$)
if [ -n "$missing" ]; then
  echo "declared in a public header, but not exported:" $missing >&2
  bad=1
fi
exit $bad
