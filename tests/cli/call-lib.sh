# For the tests that place a call between two processes of the program.  Sourced; gives $folder, check(), finish(), start_call().
# shellcheck shell=sh

# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
yodel=${YODEL:-./yodel}
folder=$(mktemp -d) || exit 1
export LC_ALL=C YODEL_MODULE_PATH="${YODEL_MODULE_PATH:-.libs}"
caller=
answerer=

clean_up ()
{
  [ -z "$caller" ] || kill -KILL "$caller" 2>/dev/null
  [ -z "$answerer" ] || kill -KILL "$answerer" 2>/dev/null
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

# start_call "CALLER OPTIONS" "ANSWERER OPTIONS": events in $folder/{caller,answerer}.events; $bend and $bend_answer, if set,
# are sed scripts for the offer and the answer on their way; $at_caller and $at_answerer, if set, are commands that run a program
# somewhere else
start_call ()
{
  rm -f "$folder"/*.line "$folder"/*.events
  mkfifo "$folder/offer.line" "$folder/bent.line" "$folder/answer.line" "$folder/bent-answer.line"
  sed -u -e "${bend:-}" <"$folder/offer.line" >"$folder/bent.line" &
  sed -u -e "${bend_answer:-}" <"$folder/answer.line" >"$folder/bent-answer.line" &
  # shellcheck disable=SC2086
  ${at_answerer:-} "$yodel" answer manual: --events="$folder/answerer.events" $2 <"$folder/bent.line" >"$folder/answer.line" 2>"$folder/answerer.log" &
  answerer=$!
  # shellcheck disable=SC2086
  ${at_caller:-} "$yodel" call manual: --events="$folder/caller.events" $1 >"$folder/offer.line" <"$folder/bent-answer.line" 2>"$folder/caller.log" &
  caller=$!
}

has_event ()
{
  grep -q "\"event\":\"$2\"" "$folder/$1.events"
}

# wait_for WHO EVENT: at most half a minute
wait_for ()
{
  for _ in $(seq 300); do
    has_event "$1" "$2" 2>/dev/null && return 0
    sleep 0.1
  done
  return 1
}

# ended WHO STATUS
ended ()
{
  eval "wait \$$1"
  got=$?
  eval "$1="
  [ "$got" -eq "$2" ] || { echo "# $1 ended with $got, not $2:"; sed 's/^/# /' "$folder/$1.log"; return 1; }
}
