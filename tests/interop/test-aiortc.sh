#!/bin/sh
# Yodel and aiortc, each calling the other once.
exec "$(dirname "$0")/both-ways.sh" aiortc
