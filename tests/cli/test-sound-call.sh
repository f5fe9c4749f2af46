#!/bin/sh
# A whole call between two processes whose microphones and loudspeakers are those of a sound server, which this test starts
# and nobody hears; and what may happen to them while it runs.
set -u
here=$(dirname "$0")
# shellcheck source=tests/cli/call-lib.sh
. "$here/call-lib.sh"

for program in pulseaudio pactl pacat parec; do
  command -v $program >/dev/null || { echo "1..0 # SKIP there is no $program"; exit 77; }
done

server=
voice=
HOME=$folder XDG_RUNTIME_DIR=$folder XDG_CONFIG_HOME=$folder XDG_STATE_HOME=$folder PULSE_SERVER="unix:$folder/native"
export HOME XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_STATE_HOME PULSE_SERVER
unset DBUS_SESSION_BUS_ADDRESS

start_server ()
{
  pulseaudio -n --daemonize=no --exit-idle-time=60 --use-pid-file=no --realtime=no --high-priority=no \
    -L "module-native-protocol-unix auth-anonymous=1 socket=$folder/native" \
    -L "module-null-sink sink_name=mouth rate=48000 channels=1" \
    -L "module-null-sink sink_name=ear rate=48000 channels=1" \
    -L "module-null-sink sink_name=spare rate=48000 channels=1" >/dev/null 2>&1 &
  server=$!
  for _ in $(seq 100); do
    pactl set-default-sink ear 2>/dev/null && break
    sleep 0.1
  done
  # somebody hums into the microphone: 20 s of 500 Hz, over and over
  while cat "$folder/hum"; do :; done 2>/dev/null | pacat --raw --device=mouth --format=s16le --rate=48000 --channels=1 2>/dev/null &
  voice=$!
}

stop_server ()
{
  [ -z "$server" ] || kill -KILL "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  server=
  [ -z "$voice" ] || kill "$voice" 2>/dev/null
  voice=
}
trap 'stop_server; clean_up' EXIT

# hears DEVICE [not]: within 20 s a quarter of a second of it is loud, or nothing
hears ()
{
  for _ in $(seq 40); do
    timeout 5 parec --raw --device="$1.monitor" --format=s16le --rate=48000 --channels=1 2>/dev/null | head -c 24000 |
      od -An -v -td2 -w2 | awk -v want="${2:-loud}" '
        $1 > 1000 || $1 < -1000 { loud++ } END { exit (want == "loud" ? loud > 3000 : NR > 0 && loud == 0) ? 0 : 1 }' && return 0
    sleep 0.2
  done
  return 1
}

# told WHO WORDS: within 10 s
told ()
{
  for _ in $(seq 100); do
    grep -q -e "$2" "$folder/$1.events" && return 0
    sleep 0.1
  done
  return 1
}

command_answerer ()
{
  echo "$1" >"$folder/control"
}

python3 -c '
import array, math, sys
array.array("h", (int (8000 * math.sin (i * 6.2831853 * 500 / 48000)) for i in range (960000))).tofile (sys.stdout.buffer)' >"$folder/hum" ||
  { echo "1..0 # SKIP there is no python3"; exit 77; }
mkfifo "$folder/control"
start_server

quiet="--echo-cancellation=off --noise-suppression=off --gain-control=off"
start_call "--bind=127.0.0.1 --no-video --audio-source=device:mouth.monitor --audio-sink=none $quiet" \
           "--bind=127.0.0.1 --no-video --audio-source=test --audio-sink=default --control=$folder/control"
check "the call comes about" wait_for answerer first-audio
check "what is said here is heard there" hears ear
check "and not elsewhere" hears spare not

pactl set-default-sink spare
check "another default loudspeaker is followed" hears spare
check "and the first one left" hears ear not

command_answerer "audio-sink device:ear"
check "a chosen loudspeaker is taken in mid-call" hears ear
check "the exchange is told" wait_for answerer medium

pactl unload-module "$(pactl list short modules | awk '/sink_name=ear/ { print $1 }')"
check "without it the default one is taken" hears spare
check "which is said in words" wait_for answerer media-error
check "and why" grep -q "default one is used" "$folder/answerer.log"
pactl load-module module-null-sink sink_name=ear rate=48000 channels=1 >/dev/null
check "it is taken again when it is back" hears ear

stop_server
check "a server that goes is told" told answerer "no sound server answers"
check "on both sides" told caller "no sound server answers"
start_server
check "a server that comes back is used again" hears ear

for name in ear spare mouth; do
  pactl unload-module "$(pactl list short modules | awk "/sink_name=$name/ { print \$1 }")"
done
check "without any device the call goes on too, and says so" told answerer "there is no loudspeaker (it is not there)"

command_answerer "hang-up"
check "and ends as asked" ended answerer 0
check "with both sides" ended caller 0

# two channels from a microphone to a loudspeaker
pactl load-module module-null-sink sink_name=mouths rate=48000 channels=2 >/dev/null
pactl load-module module-null-sink sink_name=ears rate=48000 channels=2 >/dev/null
python3 -c '
import array, math, sys
array.array("h", (int (8000 * math.sin (i // 2 * 6.2831853 * (450, 1150)[i % 2] / 48000))
                  for i in range (192000))).tofile (sys.stdout.buffer)' >"$folder/tones"
kill "$voice" 2>/dev/null
while cat "$folder/tones"; do :; done 2>/dev/null | pacat --raw --device=mouths --format=s16le --rate=48000 --channels=2 2>/dev/null &
voice=$!

# apart DEVICE: within 20 s each tone is loud on its own side, and a twentieth of that at most on the other
apart ()
{
  for _ in $(seq 20); do
    timeout 5 parec --raw --device="$1.monitor" --format=s16le --rate=48000 --channels=2 2>/dev/null | head -c 192000 |
      python3 -c '
import array, cmath, sys
x = array.array("h", sys.stdin.buffer.read ())[38400:]
def tone (side, hertz):
    return sum (2 * abs (sum (v * cmath.exp (-2j * cmath.pi * hertz * i / 48000) for i, v in enumerate (x[side::2][at:at + 1920]))) / 1920
                for at in range (0, 19200, 1920)) / 10 if len (x) >= 38400 else 0
(a, b), (c, d) = [[tone (side, hertz) for hertz in (450, 1150)] for side in (0, 1)]
print (f"# left {a:.0f} and {b:.0f}, right {c:.0f} and {d:.0f}")
sys.exit (not (min (a, d) > 5000 and max (b, c) < 400))' && return 0
    sleep 0.2
  done
  return 1
}

both="--bind=127.0.0.1 --no-video --audio-content=music"
start_call "$both --audio-source=device:mouths.monitor --audio-sink=none" "$both --audio-source=test --audio-sink=device:ears --control=$folder/control"
check "a call in stereo comes about" wait_for answerer first-audio
check "left and right stay apart from the microphone to the loudspeaker" apart ears
command_answerer "hang-up"
check "it ends as asked" ended answerer 0
check "on both sides again" ended caller 0
finish
