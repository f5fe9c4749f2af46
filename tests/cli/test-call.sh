#!/bin/sh
# Two processes of the program call each other over the network of this machine.
set -u
here=$(dirname "$0")
# shellcheck source=tests/cli/call-lib.sh
. "$here/call-lib.sh"

# a machine without a network has itself
if ip -o addr 2>/dev/null | grep -v ' lo ' | grep -q 'inet'; then net=; else net="--bind=127.0.0.1"; fi

samples ()
{
  [ "$(wc -c <"$1")" -ge "$2" ]
}

# the whole way of a call: each hears and sees the other, files are written, and both end as asked
start_call "$net --duration=3 --audio-source=test --video-source=test --audio-sink=$folder/caller.wav --video-sink=none --stats=$folder/stats" \
           "$net --audio-source=test --video-source=test --audio-sink=pcm:$folder/answerer.pcm --video-sink=y4m:$folder/answerer.y4m,160x90 --snapshot=$folder/answerer.png"
check "caller ends as asked" ended caller 0
check "answerer ends with it" ended answerer 0
for event in local-description remote-description connected first-audio first-video-frame ended result; do
  check "caller tells $event" has_event caller $event
  check "answerer tells $event" has_event answerer $event
done
check "result comes last" sh -c "tail -n 1 '$folder/caller.events' | grep -q '\"event\":\"result\".*\"ok\":true'"
check "result has totals" sh -c "tail -n 1 '$folder/answerer.events' | grep -q 'framesRendered'"
check "statistics are logged" grep -q '"inbound-rtp"' "$folder/stats"
check "answerer wrote what it heard" samples "$folder/answerer.pcm" 96000
check "caller wrote what it heard" samples "$folder/caller.wav" 96000
check "answerer wrote what it saw" samples "$folder/answerer.y4m" 200000
check "answerer has a snapshot" samples "$folder/answerer.png" 1000

# hanging up with ctrl-C
start_call "$net --no-video --audio-source=test --audio-sink=none" "$net --no-video --audio-source=test --audio-sink=none"
check "both are connected" wait_for answerer first-audio
kill -INT "$caller"
check "the interrupted one says so" ended caller 130
check "the other one is told" ended answerer 0
check "and by whom" grep -q '"reason":"remote"' "$folder/answerer.events"

# a fingerprint that is not the caller's
bend='s/\(fingerprint:sha-256 \)[0-9A-F][0-9A-F]:[0-9A-F][0-9A-F]/\100:00/'
start_call "$net --no-video --audio-source=test --audio-sink=none" \
           "$net --no-video --audio-source=test --audio-sink=pcm:$folder/nothing.pcm"
bend=
check "a wrong key ends the call" ended answerer 4
check "and nothing was heard" sh -c "! grep -q first-audio '$folder/answerer.events' && [ ! -s '$folder/nothing.pcm' ]"
check "the caller is refused" ended caller 2

# being told to stop
start_call "$net --no-video --audio-source=test --audio-sink=none" "$net --no-video --audio-source=test --audio-sink=none"
check "both are connected once more" wait_for caller first-audio
kill -TERM "$answerer"
check "the terminated one says so" ended answerer 143
check "its caller is told" ended caller 0

# a disk that is full: the call goes on, its status tells
start_call "$net --duration=2 --no-video --audio-source=test --audio-sink=none" "$net --no-video --audio-source=test --audio-sink=pcm:/dev/full"
check "caller knows nothing of a full disk there" ended caller 0
check "a full disk is a failure of the media" ended answerer 5
check "which is said" grep -q "No space left" "$folder/answerer.log"

# the peer dies
start_call "$net --no-video --audio-source=test --audio-sink=none" "$net --no-video --audio-source=test --audio-sink=$folder/killed.wav"
check "both are connected again" wait_for answerer first-audio
kill -KILL "$caller"
wait "$caller" 2>/dev/null
caller=
check "the one left behind ends" ended answerer 2
check "with a reason" grep -q '"reason":"lost"' "$folder/answerer.events"
check "and a recording" samples "$folder/killed.wav" 9600

finish
