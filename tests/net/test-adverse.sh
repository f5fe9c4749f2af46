#!/bin/sh
# Calls of the program between network namespaces: without a network, under a flood of foreign datagrams, and over a link that
# dies for a while.  Needs root; exit 77 where namespaces are not to be had.
set -u
here=$(dirname "$0")
built=tests/net
# shellcheck source=tests/cli/call-lib.sh
. "$here/../cli/call-lib.sh"

id=yodel$$
sound="--no-video --audio-source=test --audio-sink=none"

skip ()
{
  echo "skipped: $1"
  exit 77
}

clean_up_all ()
{
  for name in a b none; do ip netns del "$id-$name" 2>/dev/null; done
  clean_up
}

now ()
{
  date +%s%3N
}

[ "$(id -u)" = 0 ] || skip "not root"
command -v ip >/dev/null || skip "no ip(8)"
trap clean_up_all EXIT
ip netns add "$id-none" 2>/dev/null || skip "no network namespaces"
for name in a b; do ip netns add "$id-$name"; done

# no interface is up, not even the loopback one
for command in call answer; do
  began=$(now)
  # shellcheck disable=SC2086
  timeout 20 ip netns exec "$id-none" "$yodel" "$command" manual: $sound </dev/null >"$folder/$command.out" 2>"$folder/$command.err"
  status=$?
  took=$(($(now) - began))
  [ "$command" = answer ] && continue      # there was no offer; its turn comes below
  check "without a network there is no call" [ "$status" -eq 2 ]
  check "which is said within 5 s" [ "$took" -le 5000 ]
  check "in one line that names it" grep -q "no network interface is up" "$folder/$command.err"
  check "and nothing is offered" [ ! -s "$folder/$command.out" ]
done
ip -n "$id-none" link set lo up
# shellcheck disable=SC2086
ip netns exec "$id-none" "$yodel" call manual: $sound </dev/null >"$folder/offer.json" 2>/dev/null
ip -n "$id-none" link set lo down
began=$(now)
# shellcheck disable=SC2086
timeout 20 ip netns exec "$id-none" "$yodel" answer manual: $sound <"$folder/offer.json" >"$folder/answer.out" 2>"$folder/answer.err"
check "without a network there is no answer" [ $? -eq 2 ]
check "within 5 s too" [ $(($(now) - began)) -le 5000 ]
check "in one line" [ "$(wc -l <"$folder/answer.err")" -eq 1 ]

# an interface that comes up late
(sleep 1.5; ip -n "$id-none" link set lo up) &
at_caller="ip netns exec $id-none" at_answerer=$at_caller
start_call "$sound --duration=1" "$sound"
check "an interface that comes up after the start is used" ended caller 0
check "and the loopback one alone carries a call" ended answerer 0
check "with sound" has_event answerer first-audio

# a STUN server that is silent, and one that has no name
for server in 127.0.0.1:9 stun.invalid; do
  began=$(now)
  # shellcheck disable=SC2086
  ip netns exec "$id-none" timeout 20 "$yodel" call manual: $sound --stun=$server </dev/null >"$folder/out" 2>"$folder/err"
  check "$server does not keep an offer from being made" [ -s "$folder/out" ]
  check "$server costs 4 s at most" [ $(($(now) - began)) -le 4000 ]
  check "$server is no reason for noise" [ "$(wc -l <"$folder/err")" -eq 1 ]
done

# the link between two hosts, one of which has a second address
ip link add w0 netns "$id-a" type veth peer name w0 netns "$id-b" || skip "no veth devices"
ip -n "$id-a" addr add 10.77.0.1/24 dev w0
ip -n "$id-a" addr add 10.77.0.3/24 dev w0
ip -n "$id-b" addr add 10.77.0.2/24 dev w0
ip -n "$id-a" link set w0 up
ip -n "$id-b" link set w0 up
at_caller="ip netns exec $id-a" at_answerer="ip netns exec $id-b"

resident_kib ()
{
  sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$answerer/status"
}

# a flood from an address that is not the peer's
start_call "$sound --bind=10.77.0.1 --duration=9" "$sound --bind=w0 --stats=$folder/stats"
check "a call is up" wait_for answerer first-audio
port=$(grep -o '10\.77\.0\.2 [0-9]* typ host' "$folder/answerer.events" | head -n 1 | cut -d ' ' -f 2)
before=$(resident_kib)
sent=$(ip netns exec "$id-a" "$built/flood" 10.77.0.3 10.77.0.2 "$port" 5 2000)
after=$(resident_kib)
check "the flood was one" [ "${sent:-0}" -ge 5000 ]
check "the flood takes no memory" [ "$after" -le $((before + 1024)) ]
check "the call goes on under it" ended caller 0
check "to its end" ended answerer 0
check "no other path was taken" sh -c "! grep -q '10\.77\.0\.3' '$folder/stats'"
check "and the connection held" sh -c "! grep -q reconnecting '$folder/answerer.events' '$folder/caller.events'"
concealed=$(tail -n 1 "$folder/answerer.events" | sed 's/.*"concealedSamples":\([0-9]*\).*/\1/')
echo "# $sent datagrams, $before to $after KiB, $concealed samples concealed"
check "the sound has gaps of a second at most" [ "$concealed" -le 48000 ]

# twelve seconds without a link
command -v nft >/dev/null || finish
start_call "$sound" "$sound --stats=$folder/stats"
check "a call is up once more" wait_for caller first-audio
check "on both sides" wait_for answerer first-audio
for name in a b; do
  ip netns exec "$id-$name" nft "add table ip dead; add chain ip dead in { type filter hook input priority 0; policy drop; }"
done
sleep 12
for name in a b; do ip netns exec "$id-$name" nft delete table ip dead; done
for who in caller answerer; do
  check "$who saw the silence" has_event $who reconnecting
  check "$who is connected again" wait_for $who reconnected
done

packets ()
{
  tail -n 1 "$folder/stats" | sed 's/.*"type":"inbound-rtp"//; s/.*"packetsReceived":\([0-9]*\).*/\1/'
}

had=$(packets)
sleep 2.5
check "sound comes again" [ "$(packets)" -ge $((had + 50)) ]
kill -TERM "$caller"
check "and the call ends as it is asked to" ended caller 143
check "for the other too" ended answerer 0

finish
