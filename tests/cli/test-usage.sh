#!/bin/sh
# What the program says, and its exit status, where no call comes about.
set -u

yodel=./yodel
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT INT TERM
export LC_ALL=C XDG_DATA_HOME="$folder/data"
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

explain ()
{
  echo "# status $got"
  cat "$folder/out" "$folder/err" | sed 's/^/#   /'
}

says ()
{
  timeout 60 "$yodel" "$@" <"$folder/in" >"$folder/out" 2>"$folder/err"
  got=$?
  [ "$got" -eq "$status" ] && cat "$folder/out" "$folder/err" | grep -q -e "$words"
}

# expect STATUS WORDS ARGUMENT...: standard input comes from $folder/in
expect ()
{
  status=$1 words=$2
  shift 2
  check "yodel $*: $status, $words" says "$@"
}

is_one_line () { [ "$(wc -l <"$folder/err")" -eq 1 ]; }

# expect_bad_line NAME WORDS: $folder/in is refused as an offer, in one line
expect_bad_line ()
{
  expect 1 "$2" answer manual: --audio-source=none --audio-sink=none --no-video
  check "$1: in one line" is_one_line
}

: >"$folder/in"
expect 0 "^yodel [0-9]" --version
expect 0 "answer" --help
expect 0 "audio-source" call --help
expect 1 "command is missing"
expect 1 "no command" dance
expect 1 "address is missing" call
expect 1 "more than one address" call manual: manual:
expect 1 "gopher" call gopher://x
expect 1 "gopher" answer gopher://x
expect 3 "no contact" call nobody --via=lan:
expect 1 "nobody has been called" call --redial
expect 0 "bob" contacts add bob yodel:d2wy7k6cejnsdob6wlgff4anc7mmu5xacl4qejdprr7kk3cc3hwvlxvhnuaq
expect 4 "HAS CHANGED" contacts add bob yodel:hyi5k75k7maikzl4n3szn54skbk374ojv5zq3uf65cqbwzieigk657iweaaq
expect 1 "60 characters" contacts add carol yodel:zzzz
expect 1 "60 characters" call yodel:zzzz --via=lan:
expect 0 "introducedBy.:.hand" contacts list --json
expect 0 "name.:.rob" contacts rename bob rob --json
expect 0 "bob" contacts rename rob bob
expect 0 verified contacts verify bob --json
expect 0 "trust.:.blocked" contacts block bob --json
expect 0 bob contacts
"$yodel" contacts remove bob
expect 1 "no contact" contacts remove bob
expect 1 "takes: list" contacts dance
expect 0 "^yodel:.*?t=" invite --name=Me --via=wss://rendezvous.example
expect 1 "300" invite --via=wss://$(printf %0250d 0)
expect 0 "used 0" invite --list
expect 1 "duration" call manual: --duration=-1
expect 1 "dtmf takes" call echo: --dtmf=12x
expect 1 "echo-cancellation takes" call echo: --echo-cancellation=perhaps
expect 1 "on or off" call echo: --high-pass=high
expect 1 "No such file" call echo: --no-video --audio-source=test --audio-sink=none --control="$folder/nowhere"
expect 1 "duration" call manual: --duration=nan
expect 1 "vp8 or vp9" call manual: --video-codec=h264
expect 1 "motion or detail" call manual: --video-content=soap
expect 1 "speech or music" call manual: --audio-content=noise
expect 1 "mono or stereo" call manual: --audio-channels=5.1
expect 1 "6 to 128" call manual: --audio-bitrate=500
expect 1 "bitrate" call manual: --max-bitrate=-7
expect 1 "no-audio" call manual: --no-audio --no-video
expect 1 "nonsense" call manual: --nonsense
expect 1 "nonexistent" call manual: --events=/nonexistent/file
expect 5 "No such file" call manual: --audio-source=/nonexistent/file.wav --no-video
expect 5 "picture" call manual: --audio-source=y4m:x --no-video
expect 5 "end in" call manual: --audio-source=none --audio-sink="$folder/x.mp3" --no-video
expect 5 "source" call manual: --audio-source=none --audio-sink=test --no-video
expect 3 "no answer" call manual: --audio-source=none --audio-sink=none --no-video
expect 1 "no offer" answer manual: --audio-source=none --audio-sink=none --no-video

echo hello >"$folder/in"
expect_bad_line words "not JSON"
printf '{"type":"offer","sdp":"v=0' >"$folder/in"
expect_bad_line cut-off "cut off"
head -c 300000 /dev/zero | tr '\0' x >"$folder/in"
expect_bad_line huge "256 KiB"
printf '\001\002\377\n' >"$folder/in"
expect_bad_line binary "UTF-8"
echo '["offer"]' >"$folder/in"
expect_bad_line array "object"
echo '{"type":"offer"}' >"$folder/in"
expect_bad_line no-sdp "sdp"
echo '{"type":1,"sdp":"v=0"}' >"$folder/in"
expect_bad_line wrong-type "string"
printf '%s\n' '{"type":"answer","sdp":"v=0\r\n"}' >"$folder/in"
expect_bad_line other-type "not an offer"
echo '{"type":"offer","sdp":"hello"}' >"$folder/in"
expect_bad_line no-description "."

: >"$folder/in"
expect 0 "^yodel:" id
first=$(cat "$folder/out")
expect 0 "^$first\$" id
expect 0 "\"address\":\"$first\"" id --json
expect 0 "\"profile\":\"-\"" id --list --json
expect 1 "extra" id extra

# an interrupted call says so in its status
mkfifo "$folder/pipe"
"$yodel" answer manual: --audio-source=none --audio-sink="$folder/a.wav" --no-video --events="$folder/events" <"$folder/pipe" 2>/dev/null &
exec 3>"$folder/pipe"
sleep 1
kill -INT $!
wait $!
got=$?
exec 3>&-
was_interrupted () { [ "$got" -eq 130 ] && grep -q '"event":"result"' "$folder/events"; }
check "interrupted" was_interrupted

finish
