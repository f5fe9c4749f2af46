#!/bin/sh
# Yodel and Chromium send two channels each (RFC 7587, stereo=1), and left and right stay apart.
exec "$(dirname "$0")/both-ways.sh" chromium --no-video --stereo --seconds 6
