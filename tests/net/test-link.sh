#!/bin/sh
# Transports between network namespaces: over an emulated link, then behind two NATs with a STUN server between.
# Needs root; exit 77 where namespaces or TUN devices are not to be had.
set -u

here=tests/net
id=yodel$$
pids=
work=

skip ()
{
  echo "skipped: $1"
  exit 77
}

clean_up ()
{
  for pid in $pids; do kill "$pid" 2>/dev/null; done
  for name in a b ra rb net; do ip netns del "$id-$name" 2>/dev/null; done
  [ -n "$work" ] && rm -rf "$work"
}

# start PROGRAM ARGUMENT...: runs it until the end of the script, and waits until it says "ready".
start ()
{
  rm -f "$work/ready"
  "$@" >"$work/ready" 2>"$work/error" &
  pids="$pids $!"
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -qs ready "$work/ready" && return 0
    sleep 0.1
  done
  cat "$work/error"
  return 1
}

make_namespace ()
{
  ip netns add "$id-$1" && ip -n "$id-$1" link set lo up
}

[ "$(id -u)" = 0 ] || skip "not root"
command -v ip >/dev/null || skip "no ip(8)"
[ -e /dev/net/tun ] || skip "no TUN devices"
work=$(mktemp -d) || exit 99
trap clean_up EXIT
trap 'exit 99' INT TERM
make_namespace a 2>/dev/null || skip "no network namespaces"
make_namespace b

start $here/wire -a "$id-a:w0:10.77.0.1/24" -b "$id-b:w0:10.77.0.2/24" -c "$work/link" delay=50 || skip "no link"
$here/test-link "$@" "$id-a" "$id-b" "$work/link" || exit 1
clean_up
pids=
work=$(mktemp -d) || exit 99

# a -- NAT -- ra -- link -- net (STUN) -- link -- rb -- NAT -- b
for name in a b ra rb net; do make_namespace $name || exit 99; done
for side in a b; do
  case $side in a) n=10;; b) n=20;; esac
  ip netns exec "$id-r$side" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 0 >/proc/sys/net/ipv4/conf/default/rp_filter'
  start $here/wire -a "$id-r$side:wan0:169.254.9.1/32" -b "$id-net:acc$side" delay=10 || exit 1
  start $here/unat -i "$id-$side:eth0:192.168.$n.2/24" -o "$id-r$side:nat0:169.254.7.1/32" -p 198.51.100.$n -m ei -f apd -P preserve || exit 1
  ip -n "$id-$side" route add default dev eth0
  ip -n "$id-r$side" route add 198.51.100.$n/32 dev nat0
  ip -n "$id-r$side" route add default dev wan0
  ip -n "$id-net" route add 198.51.100.$n/32 dev acc$side
done
ip netns exec "$id-net" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 0 >/proc/sys/net/ipv4/conf/default/rp_filter'
ip -n "$id-net" addr add 203.0.113.1/32 dev lo
start ip netns exec "$id-net" $here/stun-server 203.0.113.1 3478 || exit 1
$here/measure-transport "$id-a" "$id-b" 2 20 203.0.113.1
