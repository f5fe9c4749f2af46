#!/bin/sh
# Ten thousand strangers knock at somebody who is reachable through a rendezvous that lets them all in, and a contact calls: it rings within
# two seconds, and memory stays flat.
set -u
# shellcheck source=tests/cli/people-lib.sh
. "$(dirname "$0")/people-lib.sh"
knocks=10000 per_second=500   # three times ten thousand a minute

kib () { sed -n 's/VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }
# within BOUND: seconds from the call to the ring
within ()
{
  awk -v called="$(time_of alice calling)" -v rang="$(time_of alice ringing)" -v bound="$1" \
    'BEGIN { printf "# rings after %.0f ms\n", (rang - called) * 1000; exit !(rang > called && rang - called < bound) }'
}
# flat NAME BEFORE AFTER
flat ()
{
  echo "# $1: $2 KiB at first, $3 KiB in the end"
  [ "$(($3 - $2))" -lt 8192 ]
}
few () { n=$(grep -c '"event":"incoming".*"knock":true' "$work/bob.events"); echo "# $n strangers rang"; [ "$n" -ge 1 ] && [ "$n" -le 20 ]; }

"$yodel" serve --listen=127.0.0.1:0 --no-page --json --rate=100000 --rate-per-address=100000 >"$work/serve.json" 2>"$work/serve.log" &
server=$!
pids="$pids $server"
for _ in $(seq 100); do [ -s "$work/serve.json" ] && break; sleep 0.1; done
port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/serve.json" | head -n 1)
[ -n "$port" ] || { echo "no rendezvous: $(cat "$work/serve.log")"; exit 1; }
way=ws://127.0.0.1:$port

for who in alice bob; do eval "address_$who=$(as $who id)"; done
as alice contacts add bob "$address_bob" >/dev/null && as alice contacts verify bob >/dev/null || exit 1
as bob contacts add alice "$address_alice" >/dev/null && as bob contacts verify alice >/dev/null || exit 1

quiet="--bind=127.0.0.1 --no-video --audio-source=test --audio-sink=none"
# shellcheck disable=SC2086
XDG_DATA_HOME="$work/bob" "$yodel" answer "$way" $quiet --events="$work/bob.events" >"$work/bob.log" 2>&1 </dev/null &
bob=$!
pids="$pids $bob"
check "bob is reachable" wait_for bob '"event":"reachable"'

tests/cli/knock-maker "$address_bob" $knocks 800 >"$work/knocks"
head -n $((knocks / 5)) "$work/knocks" | tests/cli/knock-sender "$way" "$address_bob" $per_second
bob_before=$(kib $bob) server_before=$(kib $server)
tail -n +$((knocks / 5 + 1)) "$work/knocks" | tests/cli/knock-sender "$way" "$address_bob" $per_second &
flood=$!
pids="$pids $flood"
sleep 4
# shellcheck disable=SC2086
XDG_DATA_HOME="$work/alice" timeout 30 "$yodel" call bob --via="$way" $quiet --events="$work/alice.events" >"$work/alice.log" 2>&1 </dev/null &
alice=$!
pids="$pids $alice"
check "a contact's call rings in the flood" wait_for alice '"event":"ringing"'
check "which goes on" kill -0 $flood
check "within two seconds" within 2
kill -TERM $alice
wait $flood
check "of the strangers few ring" few
check "what answers stays as large as it is" flat answer "$bob_before" "$(kib $bob)"
check "and so does the rendezvous" flat serve "$server_before" "$(kib $server)"

finish
