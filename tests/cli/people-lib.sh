# For the tests in which people call each other through a rendezvous, each with a folder of their own.  Sourced; gives $work,
# check(), finish(), as(), wait_for(), ended(), time_of(); $pids are ended with the test.
# shellcheck shell=sh

# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
yodel=${YODEL:-./yodel}
[ -e .libs/libyodel-signaller-ws.la ] || [ -e .libs/libyodel-signaller-ws.so ] || { echo "skipped: built without libsoup"; exit 77; }
work=$(mktemp -d) || exit 1
export LC_ALL=C YODEL_MODULE_PATH="${YODEL_MODULE_PATH:-.libs}"
pids=

clean_up ()
{
  for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

explain ()
{
  for log in "$work"/*.log "$work"/*.events; do echo "# $log:"; tail -n 100 "$log" | sed 's/^/#   /'; done
}

# as WHO COMMAND...
as ()
{
  who=$1
  shift
  XDG_DATA_HOME="$work/$who" "$yodel" "$@"
}

# wait_for WHO PATTERN [TIMES]: half a minute
wait_for ()
{
  for _ in $(seq 300); do
    seen=$(grep -c -e "$2" "$work/$1.events" 2>/dev/null)
    [ "${seen:-0}" -ge "${3:-1}" ] && return 0
    sleep 0.1
  done
  return 1
}

# ended WHO STATUS
ended ()
{
  eval "wait \$$1"
  got=$?
  [ "$got" -eq "$2" ] || { echo "# $1 ended with $got, not $2"; return 1; }
}

# time_of WHO EVENT: in seconds
time_of () { sed -n "s/.*\"event\":\"$2\",\"t\":\([0-9.]*\).*/\1/p" "$work/$1.events" | tail -n 1; }
