#!/bin/sh
# Yodel and Chromium on a link that loses packets, then shrinks.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/environment.sh"

try_twice "trouble" /usr/bin/python3 "$here/trouble.py"
