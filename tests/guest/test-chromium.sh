#!/bin/sh
# The page for guests in Chromium.
exec "$(dirname "$0")/run.sh" chromium
