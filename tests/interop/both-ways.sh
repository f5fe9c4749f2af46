#!/bin/sh
# both-ways.sh PEER [OPTION...]: Yodel calls the peer, the peer calls Yodel, and both are judged.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/environment.sh"

peer=$1
shift
worst=0
for pair in "yodel $peer" "$peer yodel"; do
  # shellcheck disable=SC2086 # two words
  try_twice "$pair" /usr/bin/python3 "$here/call.py" $pair "$@" || worst=1
done
exit $worst
