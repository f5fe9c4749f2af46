#!/bin/sh
# The demonstration call, short, with the built-in sound and picture where Debian's are not installed.
set -u
here=$(dirname "$0")
# shellcheck source=tests/cli/call-lib.sh
. "$here/call-lib.sh"

"$yodel" demo --duration=2 --output="$folder/demo" >"$folder/out" 2>"$folder/err"
status=$?
[ "$status" -eq 0 ] || sed 's/^/# /' "$folder/err"
check "it ends well" [ "$status" -eq 0 ]
check "the report says when both heard" grep -q "Both hear after" "$folder/out"
check "the report names the codecs" grep -q "opus, VP8" "$folder/out"
check "the recording is named" grep -q "$folder/demo/received.webm" "$folder/out"
check "the recording is there" [ -s "$folder/demo/received.webm" ]
check "the picture is a PNG" sh -c "head -c 4 '$folder/demo/received.png' | grep -q PNG"

"$yodel" demo --output="$folder/demo" /nonexistent/clip.mp4 >"$folder/out" 2>"$folder/err"
check "a clip that is not there is a failure of the media" [ $? -eq 5 ]
check "which is said" grep -q "nonexistent" "$folder/err"

"$yodel" demo --duration=0 2>"$folder/err"
check "no time is no demo" [ $? -eq 1 ]

finish
