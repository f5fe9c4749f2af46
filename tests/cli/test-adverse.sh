#!/bin/sh
# What strangers, wrong words and sudden ends do to a call: it ends with the right status, in one plain line, and what was
# recorded can be played.
set -u
here=$(dirname "$0")
# shellcheck source=tests/cli/call-lib.sh
. "$here/call-lib.sh"

net=--bind=127.0.0.1
quiet="$net --no-video --audio-source=none --audio-sink=none"
sound="$net --no-video --audio-source=test"
all="$net --audio-source=test --video-source=test"

now ()
{
  date +%s%3N
}

said_in_one_line ()
{
  [ "$(wc -l <"$1")" -eq 1 ] && grep -q -e "$2" "$1" || { sed 's/^/# /' "$1"; return 1; }
}

# time_of WHO EVENT: milliseconds of the monotonic clock
time_of ()
{
  sed -n "s/.*\"event\":\"$2\",\"t\":\([0-9]*\)\.\([0-9][0-9][0-9]\).*/\1\2/p" "$folder/$1.events" | head -n 1
}

within ()
{
  took=$(($(time_of "$2" "$3") - $(time_of "$4" "$5")))
  [ "$took" -le "$1" ] || { echo "# it took $took ms"; return 1; }
}

heard_nothing ()
{
  ! grep -q first-audio "$folder/$1.events" && [ ! -s "$folder/$1.pcm" ]
}

# A recording holds at least a quarter of a second that decodes.
is_playable ()
{
  if command -v ffprobe >/dev/null; then
    seconds=$(ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv=p=0 "$1" | sort -n | head -n 1)
    [ "${seconds:-0}" -ge 3 ] || { echo "# $1 has ${seconds:-0} packets"; return 1; }
  else
    [ -s "$1" ]
  fi
}

# a fingerprint that is not the answerer's
bend_answer='s/\(fingerprint:sha-256 \)[0-9A-F][0-9A-F]:[0-9A-F][0-9A-F]/\100:00/'
start_call "$sound --audio-sink=pcm:$folder/caller.pcm" "$sound --audio-sink=none"
bend_answer=
check "a wrong key in the answer ends the call" ended caller 4
check "nothing of it was heard" heard_nothing caller
check "the key is what is named" grep -q "another key" "$folder/caller.log"
check "the answerer is told" ended answerer 2

# descriptions that say what cannot be
"$yodel" call manual: $quiet </dev/null >"$folder/good.json" 2>/dev/null
check "an offer without an answer is given up" [ -s "$folder/good.json" ]

# refuse NAME WORDS: the description in $folder/bad.json, given to `yodel answer`
refuse ()
{
  # shellcheck disable=SC2086
  timeout 20 "$yodel" answer manual: $quiet <"$folder/bad.json" >"$folder/out" 2>"$folder/err"
  check "$1 is refused" [ $? -eq 1 ]
  check "$1 is named" said_in_one_line "$folder/err" "$2"
}

# bend_offer NAME WORDS SED-SCRIPT
bend_offer ()
{
  sed -e "$3" "$folder/good.json" >"$folder/bad.json"
  cmp -s "$folder/good.json" "$folder/bad.json" && echo "# $1 changes nothing" && failed=1
  refuse "$1" "$2"
}

bend_offer "an offer without fingerprint"    "fingerprint"      's/a=fingerprint:[^\\]*\\r\\n//'
bend_offer "an offer with a short one"       "fingerprint"      's/\(a=fingerprint:sha-256 [0-9A-F:]\{20\}\)[^\\]*/\1/'
bend_offer "a fingerprint by MD5"            "weak or unknown"  's/fingerprint:sha-256 [^\\]*/fingerprint:md5 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF/'
bend_offer "an offer without ufrag"          "ice-ufrag"              's/a=ice-ufrag:[^\\]*\\r\\n//'
bend_offer "an offer without password"       "ICE"              's/a=ice-pwd:[^\\]*\\r\\n//'
bend_offer "plain RTP"                       "not encrypted"    's,UDP/TLS/RTP/SAVPF,RTP/AVP,; s/a=fingerprint:[^\\]*\\r\\n//'
bend_offer "an offer that is cut off"        "."                's/a=fingerprint.*/"}/'
bend_offer "a type of no kind"               "type"             's/"type":"offer"/"type":"banana"/'
bend_offer "an answer for an offer"          "not an offer"     's/"type":"offer"/"type":"answer"/'
{ printf '{"type":"offer","sdp":"'; head -c 1048576 /dev/zero | tr '\0' v; echo '"}'; } >"$folder/bad.json"
refuse "a line of a MiB" "KiB"
head -c 5000 /dev/urandom | tr -d '\n' >"$folder/bad.json"
refuse "noise" "UTF-8"

# the same for the caller: $bend_answer on its way
# refuse_answer NAME WORDS
refuse_answer ()
{
  start_call "$quiet" "$quiet"
  bend_answer=
  check "$1 is refused by the caller" ended caller 1
  check "$1 is named by the caller" said_in_one_line "$folder/caller.log" "$2"
  kill -TERM "$answerer"
  wait "$answerer" 2>/dev/null
  answerer=
}

bend_answer='s/"type":"answer"/"type":"offer"/'
refuse_answer "an offer for an answer" "not an answer"
bend_answer='s/m=audio [^\\]*\\r\\n/&a=mid:7\\r\\nm=video 9 UDP\/TLS\/RTP\/SAVPF 96\\r\\n/'
refuse_answer "an answer with a line too many" "."
bend_answer='s/m=audio/m=video/'
refuse_answer "an answer of another kind" "."
bend_answer='s/a=fingerprint:[^\\]*\\r\\n//'
refuse_answer "an answer without fingerprint" "fingerprint"
bend_answer='s/a=setup:active/a=setup:actpass/'
refuse_answer "an answer that leaves the role open" "setup"

# signals, and what they leave behind
start_call "$all --audio-sink=$folder/caller.wav --video-sink=$folder/caller.webm" \
           "$all --audio-sink=$folder/answerer.ogg --video-sink=$folder/answerer.mkv"
check "a call with a picture is up" wait_for caller first-video-frame
check "on both sides" wait_for answerer first-video-frame
sleep 1
kill -INT "$answerer"
check "an interrupted answerer ends with 130" ended answerer 130
check "its caller ends well" ended caller 0
check "the end is the other's" grep -q '"reason":"remote"' "$folder/caller.events"
check "the other is told at once" within 1000 caller ended answerer ended
for name in caller.wav caller.webm answerer.ogg answerer.mkv; do
  check "$name can be played" is_playable "$folder/$name"
done

# the peer is killed
start_call "$all --audio-sink=none --video-sink=none" \
           "$all --audio-sink=$folder/left.wav --video-sink=$folder/left.y4m"
check "a call is up once more" wait_for answerer first-video-frame
sleep 1
killed_at=$(now)
kill -KILL "$caller"
wait "$caller" 2>/dev/null
caller=
check "who is left behind ends" ended answerer 2
check "within 15 seconds" [ $(($(now) - killed_at)) -le 15500 ]
check "it saw the silence" has_event answerer reconnecting
check "it says why" grep -q '"reason":"lost"' "$folder/answerer.events"
check "in words" grep -q "Nothing was heard" "$folder/answerer.log"
check "the sound left behind can be played" is_playable "$folder/left.wav"
check "the picture left behind can be played" is_playable "$folder/left.y4m"

# the answerer decides how long
start_call "$sound --audio-sink=none" "$sound --audio-sink=none --duration=1"
check "an answerer may end it" ended answerer 0
check "which is well for the caller" ended caller 0

finish
