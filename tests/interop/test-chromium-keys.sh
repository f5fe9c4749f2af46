#!/bin/sh
# Yodel and Chromium press keys of a telephone (RFC 4733), and each hears those of the other.
exec "$(dirname "$0")/both-ways.sh" chromium --no-video --keys --seconds 6
