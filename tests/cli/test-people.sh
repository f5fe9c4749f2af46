#!/bin/sh
# People call each other through a rendezvous on loopback: several calls one after the other and at once, call waiting, hold,
# pictures that come and go.
set -u
# shellcheck source=tests/cli/people-lib.sh
. "$(dirname "$0")/people-lib.sh"

# start WHO COMMAND...: with a pipe for commands on file $work/WHO.pipe
start ()
{
  who=$1
  shift
  rm -f "$work/$who.events"
  [ -p "$work/$who.pipe" ] || mkfifo "$work/$who.pipe"
  XDG_DATA_HOME="$work/$who" "$yodel" "$@" --bind=127.0.0.1 --events="$work/$who.events" --control="$work/$who.pipe" >"$work/$who.out" 2>"$work/$who.log" </dev/null &
  pids="$pids $!"
  eval "$who=$!"
}

say () { echo "$2" >"$work/$1.pipe"; }

event () { wait_for "$1" "\"event\":\"$2\"${3:-}" "${4:-1}"; }
is_quiet () { ! grep -q -e "$2" "$work/$1.events"; }

stop () { eval "kill -TERM \$$1"; eval "wait \$$1" 2>/dev/null; }

"$yodel" serve --listen=127.0.0.1:0 --no-page --json >"$work/serve.json" 2>"$work/serve.log" &
pids="$pids $!"
for _ in $(seq 100); do [ -s "$work/serve.json" ] && break; sleep 0.1; done
port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/serve.json" | head -n 1)
[ -n "$port" ] || { echo "no rendezvous: $(cat "$work/serve.json" "$work/serve.log")"; exit 1; }
way=ws://127.0.0.1:$port

for who in alice bob carol; do eval "address_$who=$(as $who id)"; done
for who in alice bob carol; do
  for other in alice bob carol; do
    [ $who = $other ] || { eval "as $who contacts add $other \$address_$other" && as $who contacts verify $other; } >/dev/null || exit 1
  done
done

quiet="--audio-source=test --audio-sink=none --video-source=test --video-sink=none"
# shellcheck disable=SC2086
call () { who=$1 whom=$2; shift 2; start "$who" call "$whom" --via=$way $quiet "$@"; }

# --- a machine takes all, one after the other and many at once
start bob answer $way --auto-accept --no-video --audio-source=test --audio-sink="$work/heard.wav"
check "bob is reachable" event bob reachable
call alice bob --no-video
check "the first call is up" event alice connected
call carol bob --no-video
check "the second is up beside it" event carol connected
check "and nobody was put aside" is_quiet bob '"event":"held"'
check "its events tell which call they are about" event bob connected '.*"call":2'
say alice hang-up
check "the first ends" ended alice 0
check "and has its result" event bob result '.*"call":1.*"ok":true'
check "the second goes on" is_quiet carol '"event":"ended"'
call alice bob --no-video --duration=1
check "a third comes after the first" ended alice 0
say carol hang-up
check "the second ends" ended carol 0
check "all three are told" event bob result '.*"ok":true' 3
check "each has a recording of its own" test -s "$work/heard.wav" -a -s "$work/heard-2.wav" -a -s "$work/heard-3.wav"
stop bob

# --- a person: a second caller waits
start bob answer $way $quiet
check "bob is reachable again" event bob reachable
call alice bob
check "it rings" event bob incoming
say bob accept-sound
check "it is taken with sound only" event alice connected
check "so alice gets no picture" sh -c "sleep 1; ! grep -q first-video-frame '$work/alice.events'"
check "but bob does" event bob first-video-frame
say bob video-on
check "a picture is added in mid-call" event alice peer-video-on
check "and seen" event alice first-video-frame
say bob video-off
check "and taken off" event alice peer-video-off
say alice hold
check "the peer hears that it is on hold" event bob held-by-peer
say alice resume
check "and that it is over" event bob resumed-by-peer
call carol bob
check "a second caller waits" event bob incoming '.*"waiting":true'
check "who hears it ring" event carol ringing
say bob decline
check "and can be refused" ended carol 3
check "while the first call goes on" is_quiet alice '"event":"held-by-peer"'
call carol bob
check "a second caller waits again" event bob incoming '.*"waiting":true' 2
say bob accept
check "and can be taken" event carol connected
check "the first is put aside" event alice held-by-peer
say bob switch
check "the two are switched" event alice resumed-by-peer
check "so that the other waits" event carol held-by-peer
say bob hang-up
check "who has the word is hung up on" ended alice 0
check "and who waited is back" event carol resumed-by-peer
say bob "3 hang-up"
check "a call can be named by its number" ended carol 0
stop bob

# --- who is not to be disturbed
missed () { [ "$(as bob history --json | head -n "$1" | grep -c '"outgoing":false,"answered":false')" -eq "$1" ]; }
start bob answer $way --do-not-disturb $quiet
check "bob is reachable, and at rest" event bob reachable
call alice bob
check "alice calls" event alice calling
check "which does not ring" sh -c "sleep 1; ! grep -q -e '\"event\":\"ringing\"' '$work/alice.events'"
say alice hang-up
check "she gives up" ended alice 3
check "and bob, who heard nothing" is_quiet bob '"event":"incoming"'
say bob "do-not-disturb off"
check "is awake again" event bob disturbed-again
check "and sees that she called" missed 1
call alice bob
check "and now it rings" event bob incoming
say bob "do-not-disturb on"
check "he takes no more" event bob undisturbed
say bob accept
check "than what rang before" event alice connected
say alice hang-up
check "and that is over" ended alice 0
stop bob

# --- who may see the address has the path before the accept
# up_after BOUND: seconds between the accept and the call on bob's side
up_after ()
{
  awk -v taken="$(time_of bob accepted)" -v up="$(time_of bob connected)" -v bound="$1" \
    'BEGIN { printf "# up %.1f ms after the accept\n", (up - taken) * 1000; exit !(up >= taken && up - taken < bound) }'
}
as bob contacts allow alice ring,knock,see >/dev/null
start bob answer $way $quiet
check "bob waits" event bob reachable
call alice bob --no-video
check "it rings and rings" event bob incoming
sleep 1
say bob accept
check "and is taken" event alice first-audio
check "so it is up at once" up_after 0.02
say alice hang-up
check "and over" ended alice 0
stop bob
as bob contacts allow alice ring,knock >/dev/null

# --- who calls can be called
start bob answer $way --auto-accept $quiet
check "bob is there once more" event bob reachable
call alice bob --no-video
check "alice talks to bob" event alice connected
call carol alice
check "and carol waits for alice" event alice incoming '.*"waiting":true'
say alice accept
check "who takes her" event carol connected
say alice video-on
check "and shows a picture, having begun without" event carol peer-video-on
say carol hang-up
check "carol hangs up" ended carol 0
check "bob, put aside for her, is back" event bob resumed-by-peer
say alice hang-up
check "alice is done" ended alice 0

start alice call --redial --via=$way $quiet --duration=1
check "who was called last is called again" ended alice 0
check "by its name" event alice calling '.*"name":"bob"'

finish
