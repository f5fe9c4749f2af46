#!/bin/sh
# The page for guests in Firefox.
exec "$(dirname "$0")/run.sh" firefox
