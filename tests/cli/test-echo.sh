#!/bin/sh
# A call to oneself: sound and picture come back, without a network too.
set -u
here=$(dirname "$0")
# shellcheck source=tests/cli/call-lib.sh
. "$here/call-lib.sh"

# echo_call OPTIONS...: events in $folder/echo.events, what is said in $folder/echo.log
echo_call ()
{
  timeout 60 ${at:-} "$yodel" call echo: --events="$folder/echo.events" "$@" 2>"$folder/echo.log"
}

is_loud ()
{
  od -An -v -td2 -w2 "$1" | awk -v from="$2" 'NR > from && ($1 > 1000 || $1 < -1000) { n++ } END { exit n > 1000 ? 0 : 1 }'
}

is_silent ()
{
  od -An -v -td2 -w2 "$1" | awk -v to="$2" 'NR <= to && ($1 > 300 || $1 < -300) { n++ } END { exit n > 0 ? 1 : 0 }'
}

check "the call ends as asked" echo_call --duration=3 --audio-source=test --video-source=test \
      --audio-sink="pcm:$folder/echo.pcm" --video-sink="y4m:$folder/echo.y4m,160x90"
for event in local-description remote-description connected first-audio first-video-frame ended result; do
  check "it tells $event" has_event echo $event
done
check "for a second there is silence" is_silent "$folder/echo.pcm" 38400
check "then my voice" is_loud "$folder/echo.pcm" 48000
check "and my picture" sh -c "[ \$(wc -c <'$folder/echo.y4m') -ge 200000 ]"

# keys come back as well; a script steers the call
mkfifo "$folder/control"
rm -f "$folder/echo.events"
echo_call --duration=30 --no-video --audio-source=test --audio-sink=none --dtmf='1,#' --control="$folder/control" &
caller=$!
check "keys are pressed and come back" wait_for echo telephone-event
echo "mute" >"$folder/control"
check "who speaks while muted is told" wait_for echo speaking-while-muted
printf 'unmute\nkeys 5\naudio-source ring\ndance\n' >"$folder/control"
check "and may unmute" wait_for echo unmuted
check "a source is exchanged" wait_for echo medium
for _ in $(seq 100); do grep -q '"key":"5"' "$folder/echo.events" && break; sleep 0.1; done
check "keys arrive in order" sh -c "[ \"\$(sed -n 's/.*\"telephone-event\".*\"key\":\"\(.\)\".*/\1/p' '$folder/echo.events' | tr -d '\n')\" = '1#5' ]"
check "a command that there is not is said" grep -q 'no command "dance"' "$folder/echo.log"
echo "hang-up" >"$folder/control"
wait "$caller"
check "the script hangs up" [ $? -eq 0 ]
caller=

# without a network: a namespace of its own, where that is allowed
if unshare -rn true 2>/dev/null; then
  at="unshare -rn"
  echo_call --duration=1 --no-video --audio-source=test --audio-sink=none
  got=$?
  check "without even a loopback interface it ends" [ "$got" -eq 2 ]
  check "and says why" grep -q "is up on this machine" "$folder/echo.log"
  check "a loopback interface is enough" timeout 60 unshare -rn sh -c 'ip link set lo up && exec "$@"' -- "$yodel" call echo: \
        --duration=1 --no-video --audio-source=test --audio-sink=none
fi

finish
