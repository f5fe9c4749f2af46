# Two hosts with a local network between them and nothing else: namespaces a and b, each with a bus and an Avahi daemon of its
# own. Sourced; gives $work, on SIDE COMMAND..., skip. Needs root; exit 77 where that is not to be had.
# shellcheck shell=sh

id=yodel-lan$$
daemons=
work=

skip ()
{
  echo "skipped: $1"
  exit 77
}

clean_up ()
{
  for pid in $daemons; do kill "$pid" 2>/dev/null; done
  for side in a b; do ip netns del "$id-$side" 2>/dev/null; done
  [ -z "$work" ] || rm -rf "$work"
}

# on SIDE COMMAND...: as that host; what the host is, is in its folder
on ()
{
  side=$1
  shift
  ip netns exec "$id-$side" env DBUS_SYSTEM_BUS_ADDRESS="unix:path=$work/$side/bus" XDG_DATA_HOME="$work/$side/data" "$@"
}

# become SIDE COMMAND...: the same in place of this shell, so that $! is the program
become ()
{
  side=$1
  shift
  exec ip netns exec "$id-$side" env DBUS_SYSTEM_BUS_ADDRESS="unix:path=$work/$side/bus" XDG_DATA_HOME="$work/$side/data" "$@"
}

start_host ()
{
  folder=$work/$1
  mkdir -p "$folder/data"
  cat >"$folder/bus.conf" <<EOF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=$folder/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/><allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/><allow send_destination="*"/></policy></busconfig>
EOF
  cat >"$folder/avahi.conf" <<EOF
[server]
host-name=host-$1
allow-interfaces=lan0
use-ipv4=yes
use-ipv6=yes
enable-dbus=yes
EOF
  ip netns exec "$id-$1" dbus-daemon --config-file="$folder/bus.conf" --nofork --nopidfile >"$folder/bus.log" 2>&1 &
  daemons="$daemons $!"
  for _ in $(seq 50); do [ -S "$folder/bus" ] && break; sleep 0.1; done
  DBUS_SYSTEM_BUS_ADDRESS="unix:path=$folder/bus" ip netns exec "$id-$1" unshare -m sh -c \
    "mount --make-rprivate / && mkdir -p /run/avahi-daemon && mount -t tmpfs none /run/avahi-daemon && chown avahi:avahi /run/avahi-daemon &&
     exec avahi-daemon -f '$folder/avahi.conf' --no-drop-root --no-chroot --no-rlimits" >"$folder/avahi.log" 2>&1 &
  daemons="$daemons $!"
}

[ "$(id -u)" = 0 ] || skip "not root"
for program in ip dbus-daemon avahi-daemon unshare; do
  command -v $program >/dev/null || skip "no $program"
done
work=$(mktemp -d) || exit 99
trap clean_up EXIT
trap 'exit 99' INT TERM
ip netns add "$id-a" 2>/dev/null && ip netns add "$id-b" || skip "no network namespaces"
for side in a b; do ip -n "$id-$side" link set lo up; done
ip -n "$id-a" link add lan0 type veth peer name lan0 netns "$id-b" 2>/dev/null || skip "no virtual Ethernet"
ip -n "$id-a" addr add 10.78.0.1/24 dev lan0
ip -n "$id-b" addr add 10.78.0.2/24 dev lan0
for side in a b; do ip -n "$id-$side" link set lan0 up; done
for side in a b; do start_host $side; done
for side in a b; do
  for _ in $(seq 100); do grep -q "Server startup complete" "$work/$side/avahi.log" && break; sleep 0.1; done
  grep -q "Server startup complete" "$work/$side/avahi.log" || skip "Avahi does not start: $(tail -n 1 "$work/$side/avahi.log")"
done
