# What a test in shell says in TAP.  Sourced; gives check(), finish(); who sources it may define explain(), which says more about
# a check that failed.
# shellcheck shell=sh

count=0
failed=0

explain () { :; }

# check NAME COMMAND...
check ()
{
  name=$1
  shift
  count=$((count + 1))
  if "$@"; then
    echo "ok $count - $name"
  else
    echo "not ok $count - $name"
    explain
    failed=1
  fi
}

finish ()
{
  echo "1..$count"
  exit "$failed"
}
