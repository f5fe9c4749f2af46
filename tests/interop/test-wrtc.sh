#!/bin/sh
# Yodel and libwebrtc (npm @roamhq/wrtc), each calling the other once.
exec "$(dirname "$0")/both-ways.sh" wrtc
