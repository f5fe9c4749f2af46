#!/bin/sh
# Yodel and Chromium, each calling the other once.
exec "$(dirname "$0")/both-ways.sh" chromium
