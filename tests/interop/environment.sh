# shellcheck shell=sh
# What a call needs to know, where make has not said it.  $here is the folder of the script that reads this.
: "${abs_top_builddir:=$here/../../build}"
YODEL=${YODEL:-$abs_top_builddir/yodel}
PEERS_NODE_DIR=${PEERS_NODE_DIR:-$abs_top_builddir/node}
INTEROP_MEDIA=${INTEROP_MEDIA:-$abs_top_builddir/interop-media}
YODEL_MODULE_PATH=${YODEL_MODULE_PATH:-$abs_top_builddir/.libs}
YODEL_WIRE=${YODEL_WIRE:-$abs_top_builddir/tests/net/wire}
PYTHONDONTWRITEBYTECODE=1
export YODEL YODEL_MODULE_PATH YODEL_WIRE PEERS_NODE_DIR INTEROP_MEDIA PYTHONDONTWRITEBYTECODE
[ -x /usr/bin/python3 ] || { echo "python3 is not installed"; exit 77; }

# A call keeps time with sound and picture, and where something else wants the processors it may fail for
# that alone.  So it has a second try, and the first one is printed.
# try_twice NAME COMMAND...
try_twice ()
{
  name=$1
  shift
  for try in 1 2; do
    "$@"
    status=$?
    [ $status = 77 ] && exit 77
    [ $status = 0 ] && return 0
    echo "$name: try $try of 2 failed"
  done
  return 1
}
