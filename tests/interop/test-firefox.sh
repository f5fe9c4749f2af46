#!/bin/sh
# Yodel and Firefox, each calling the other once.
exec "$(dirname "$0")/both-ways.sh" firefox
