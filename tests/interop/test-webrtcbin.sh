#!/bin/sh
# Yodel and webrtcbin, each calling the other once.
exec "$(dirname "$0")/both-ways.sh" webrtcbin
