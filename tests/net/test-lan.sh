#!/bin/sh
# Two hosts on a local network, without the Internet and without a server: `yodel answer` on one, `yodel call` on the other.
set -u

[ -e .libs/libyodel-signaller-lan.so ] || { echo "skipped: built without Avahi"; exit 77; }
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lan-lib.sh"
. "$here/../lib/tap.sh"
yodel=${YODEL:-./yodel}
export LC_ALL=C YODEL_MODULE_PATH="${YODEL_MODULE_PATH:-.libs}"
quiet="--audio-source=test --audio-sink=none --no-video"

explain ()
{
  for log in "$work"/*.log; do echo "# $log:"; sed 's/^/#   /' "$log"; done
}

# wait_for WHO EVENT: half a minute
wait_for ()
{
  for _ in $(seq 300); do
    grep -qs "\"event\":\"$2\"" "$work/$1.events" && return 0
    sleep 0.1
  done
  return 1
}

field ()
{
  sed -n "s/.*\"event\":\"$2\".*\"$3\":\"\([^\"]*\)\".*/\1/p" "$work/$1.events" | head -n 1
}

# answer OPTIONS: bob, on b
answer ()
{
  rm -f "$work"/*.events
  become b "$yodel" answer $quiet --events="$work/bob.events" "$@" >"$work/bob.log" 2>&1 </dev/null &
  bob=$!
  wait_for bob reachable
}

call ()
{
  on a timeout 60 "$yodel" call "$@" $quiet --duration=1 --events="$work/alice.events" >"$work/alice.log" 2>&1 </dev/null
  status=$?
}

stop_bob ()
{
  kill -TERM "$bob" 2>/dev/null
  wait "$bob" 2>/dev/null
}

alice_address=$(on a "$yodel" id) || exit 99
bob_address=$(on b "$yodel" id) || exit 99
on a "$yodel" contacts add bob "$bob_address" >/dev/null || exit 99
on b "$yodel" contacts add alice "$alice_address" >/dev/null || exit 99

# The figures, not judged here: from the call to the bell, and from the accept to the connection, in ms.
time_of () { sed -n "s/.*\"event\":\"$2\",\"t\":\([0-9.]*\).*/\1/p" "$work/$1.events" | tail -n 1; }
figures ()
{
  awk -v called="$(time_of alice calling)" -v rang="$(time_of bob incoming)" -v taken="$(time_of bob accepted)" -v up="$(time_of alice connected)" \
    -v name="$1" 'BEGIN { printf "# %s: rings after %.0f ms, up %.0f ms after the accept\n", name, (rang - called) * 1000, (up - taken) * 1000 }'
}

same_code () { [ -n "$(field alice call safetyCode)" ] && [ "$(field alice call safetyCode)" = "$(field bob call safetyCode)" ]; }
is () { [ "$status" -eq "$1" ]; }
is_trusted () { on a "$yodel" contacts --json | grep -q '"trust":"trusted"'; }
by_lan () { [ "$(field alice call signaller)" = lan: ]; }

check "bob is reachable" answer --auto-accept
call bob
check "the first call comes about" is 0
check "both read the same safety code" same_code
check "it went by the local network" by_lan
figures "to somebody new"
check "the contact is trusted from now on" is_trusted
call bob
check "and the second" is 0
figures "to a contact"
call --redial
check "who was called last is called again" is 0
check "the history has all" test "$(on a "$yodel" history --json | grep -c '"answered":true')" -eq 3
stop_bob

answer_no ()
{
  rm -f "$work"/*.events
  rm -f "$work/words"
  mkfifo "$work/words"
  become b "$yodel" answer $quiet --events="$work/bob.events" >"$work/bob.log" 2>&1 <"$work/words" &
  bob=$!
  exec 3>"$work/words"
  wait_for bob reachable
}
check "bob is there, but has no time" answer_no
echo no >&3
call bob
check "declined is declined" is 3
exec 3>&-
stop_bob

# One who is no contact is not seen, unless he wants to be.
on a "$yodel" contacts remove bob
check "bob shows his name" answer lan:Bob --auto-accept --once
call lan:Bob
check "a name on the network can be called" is 0
(sleep 20; kill -TERM "$bob" 2>/dev/null) &
wait "$bob"
bob_status=$?
check "and answered once" test $bob_status -eq 0

call lan:Nobody
check "nobody is nobody" is 3

# In one process both modules have TLS, and nothing is there twice.
serve ()
{
  sed -n 's/^ *"\(.*\)\\n".*/\1/p' "$here/../lib/certificate.h" >"$work/server.pem"
  on b ip link set lo up
  become b "$yodel" serve --no-page --listen=127.0.0.1:8443 --tls-cert="$work/server.pem" >"$work/serve.log" 2>&1 </dev/null &
  daemons="$daemons $!"
  for _ in $(seq 100); do
    on b timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/8443' 2>/dev/null && return 0
    sleep 0.1
  done
  return 1
}
if [ -e .libs/libyodel-signaller-ws.so ]; then
  on a "$yodel" contacts add bob "$bob_address" >/dev/null || exit 99
  check "bob has a rendezvous" serve
  export G_DEBUG=fatal-warnings YODEL_CA_FILE="$work/server.pem"
  check "bob is reachable by both" answer lan: wss://127.0.0.1:8443 --auto-accept
  call bob
  check "and is reached by the network" is 0
  check "that is how" by_lan
  stop_bob
fi

finish
