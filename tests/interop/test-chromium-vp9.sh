#!/bin/sh
# Yodel and Chromium in VP9, which Yodel prefers, each calling the other once.
exec "$(dirname "$0")/both-ways.sh" chromium --video-codec vp9
