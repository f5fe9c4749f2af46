#!/bin/sh
# Each file with strings for people is in po/POTFILES.in, and each translation has all of them.
set -eu
for tool in xgettext msgcmp msgfmt; do
  command -v $tool >/dev/null || { echo "$tool (gettext) is not installed"; exit 77; }
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$abs_top_srcdir"
bad=0

for file in $(grep -rlE '\<(N?_|C_|ngettext) ?\("' src --include='*.c' || true); do
  grep -qx "$file" po/POTFILES.in || { echo "$file is not in po/POTFILES.in" >&2; bad=1; }
done

options=$(sed -n 's/^XGETTEXT_OPTIONS = //p' po/Makevars)
# shellcheck disable=SC2086 # options are words
xgettext $options --files-from=po/POTFILES.in --output="$scratch/yodel.pot"

for language in $(grep -v '^#' po/LINGUAS); do
  msgcmp "po/$language.po" "$scratch/yodel.pot" || { echo "po/$language.po is not complete" >&2; bad=1; }
  msgfmt --check --statistics -o "$scratch/$language.mo" "po/$language.po" 2>"$scratch/statistics" ||
    { cat "$scratch/statistics" >&2; bad=1; }
  if grep -E 'fuzzy|untranslated' "$scratch/statistics" >&2; then
    echo "po/$language.po: see above" >&2
    bad=1
  fi
done
exit $bad
