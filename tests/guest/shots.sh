#!/bin/sh
# shots.sh: takes the pictures of the guest's page that the documents show, from real calls in Chromium and Firefox, into docs/images.
# Run it in the tree, with PEERS_NODE_DIR as for the tests.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${abs_top_builddir:-$root/build}
YODEL=${YODEL:-$build/yodel}
YODEL_MODULE_PATH=${YODEL_MODULE_PATH:-$build/.libs}
export PEERS_NODE_DIR="${PEERS_NODE_DIR:-$build/node}" YODEL_MODULE_PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# small BROWSER SHOT NAME: narrower, in few colours, without times inside
small ()
{
  convert "$work/$1/$2.png" -resize 760x -dither FloydSteinberg -colors 96 -strip -define png:exclude-chunks=date,time "PNG8:$root/docs/images/$3.png"
}

for browser in chromium firefox; do
  node "$here/guest.mjs" $browser "$YODEL" "$build/tests/guest/guest-endpoint" --shots "$work/$browser"
done
small chromium guest-start guest-before
small chromium guest-call guest-chromium
small firefox guest-call-dark guest-firefox
ls -l "$root/docs/images"
