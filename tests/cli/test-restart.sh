#!/bin/sh
# A rendezvous is killed while two people talk, and started again: the call does not notice, and both are back in a moment.
set -u
# shellcheck source=tests/cli/people-lib.sh
. "$(dirname "$0")/people-lib.sh"

start ()
{
  who=$1
  shift
  [ -p "$work/$who.pipe" ] || mkfifo "$work/$who.pipe"
  XDG_DATA_HOME="$work/$who" "$yodel" "$@" --bind=127.0.0.1 --no-video --audio-source=test --events="$work/$who.events" --stats="$work/$who.stats" \
    --control="$work/$who.pipe" >"$work/$who.out" 2>"$work/$who.log" </dev/null &
  pids="$pids $!"
  eval "$who=$!"
}

lacks () { ! grep -q -e "$2" "$work/$1.events"; }

serve ()
{
  "$yodel" serve --listen="127.0.0.1:$1" --no-page --json >"$work/serve.json" 2>"$work/serve.log" &
  server=$!
  pids="$pids $server"
  for _ in $(seq 100); do [ -s "$work/serve.json" ] && break; sleep 0.1; done
  port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/serve.json" | head -n 1)
  [ -n "$port" ]
}

last () { grep -o "\"$2\":[0-9]*" "$work/$1.stats" | tail -n 1 | cut -d: -f2; }

now () { cut -d' ' -f1 /proc/uptime; }

serve 0 || { echo "no rendezvous: $(cat "$work/serve.json" "$work/serve.log")"; exit 1; }
way=ws://127.0.0.1:$port
for who in alice bob carol; do eval "address_$who=$(as $who id)"; done
for who in alice bob carol; do
  for other in alice bob carol; do
    [ $who = $other ] || { eval "as $who contacts add $other \$address_$other" && as $who contacts verify $other; } >/dev/null || exit 1
  done
done

start bob answer "$way" --auto-accept --audio-sink="$work/bob.wav"
check "bob is reachable" wait_for bob '"event":"reachable"'
start alice call bob --via="$way" --audio-sink="$work/alice.wav"
check "they talk" wait_for alice '"event":"first-audio"'
sleep 2
concealed=$(last alice concealedSamples)
kill -KILL $server
wait $server 2>/dev/null
sleep 2
serve "$port" || { echo "the rendezvous does not come back"; exit 1; }
restarted=$(now)
check "bob is back" wait_for bob '"text":"reachable through' 2
back=$(now)
check "within five seconds" awk -v a="$restarted" -v b="$back" 'BEGIN { printf "# back after %.1f s\n", b - a; exit !(b - a < 5) }'
start carol call bob --via="$way" --audio-sink=none --duration=1
check "and can be called" ended carol 0
check "alice's call has not noticed" lacks alice '"event":"\(reconnecting\|ended\|media-error\)"'
check "nor bob's" lacks bob '"event":"reconnecting"'
check "nobody heard a gap" test "$(($(last alice concealedSamples) - ${concealed:-0}))" -lt 9600
# what is said about the call goes through the new one
echo hold >"$work/alice.pipe"
check "what changes in it is heard" wait_for bob '"event":"held-by-peer"'
echo hang-up >"$work/alice.pipe"
check "and its end" ended alice 0
check "which bob hears" wait_for bob '"reason":"remote"' 2

finish
