#!/bin/sh
# run.sh BROWSER: a guest calls Yodel through the page and is called, in that browser.
here=$(cd "$(dirname "$0")" && pwd)
: "${abs_top_builddir:=$here/../../build}"
YODEL=${YODEL:-$abs_top_builddir/yodel}
PEERS_NODE_DIR=${PEERS_NODE_DIR:-$abs_top_builddir/node}
YODEL_MODULE_PATH=${YODEL_MODULE_PATH:-$abs_top_builddir/.libs}
export PEERS_NODE_DIR YODEL_MODULE_PATH
endpoint=$abs_top_builddir/tests/guest/guest-endpoint

command -v node > /dev/null || { echo "node is not installed"; exit 77; }
command -v "$1" > /dev/null || command -v "$1-esr" > /dev/null || { echo "$1 is not installed"; exit 77; }
case $1 in
  firefox) module=${PLAYWRIGHT_FOR_FIREFOX:-$PEERS_NODE_DIR/node_modules/playwright-core-firefox};;
  *)       module=$PEERS_NODE_DIR/node_modules/playwright-core;;
esac
[ -d "$module" ] || { echo "there is no $module"; exit 77; }
[ -x "$endpoint" ] || { echo "built without the rendezvous"; exit 77; }
exec node "$here/guest.mjs" "$1" "$YODEL" "$endpoint"
