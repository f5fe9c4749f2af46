#!/bin/sh
# Left and right stay apart from one process of the program to the other; a side with one channel hears both in it.
set -u
here=$(dirname "$0")
# shellcheck source=tests/cli/call-lib.sh
. "$here/call-lib.sh"
python3 -c '' 2>/dev/null || { echo "1..0 # SKIP there is no python3"; exit 77; }

if ip -o addr 2>/dev/null | grep -v ' lo ' | grep -q 'inet'; then net=; else net="--bind=127.0.0.1"; fi

# two tones, the low one on the left
python3 - "$folder/tones.wav" <<'EOF'
import math, struct, sys, wave
with wave.open(sys.argv[1], "wb") as out:
    out.setnchannels(2)
    out.setsampwidth(2)
    out.setframerate(48000)
    out.writeframes(b"".join(struct.pack("<hh", *(int(8000 * math.sin(2 * math.pi * f * i / 48000)) for f in (450, 1150)))
                             for i in range(48000)))
EOF

# tones FILE CHANNELS LEFT RIGHT: the middle second of a recording has so much of the low tone on the left and of the high
# one on the right, and a twentieth of 8000 at most of the other; with one channel so much of both
tones ()
{
  python3 - "$@" <<'EOF'
import cmath, struct, sys, wave
with wave.open(sys.argv[1]) as recording:
    channels, n = recording.getnchannels(), recording.getnframes()
    values = struct.unpack(f"<{n * channels}h", recording.readframes(n))
def tone(channel, hertz):
    part = values[channel::channels][n // 2 - 24000:n // 2 + 24000]
    return sum(2 * abs(sum(x * cmath.exp(-2j * cmath.pi * hertz * i / 48000) for i, x in enumerate(part[at:at + 1920]))) / 1920
               for at in range(0, 48000, 1920)) / 25
found = [[round(tone(c, f)) for f in (450, 1150)] for c in range(channels)]
print(f"# {sys.argv[1].rsplit('/', 1)[1]}: {channels} channels, {n / 48000:.1f} s, tones {found}")
wanted = [int(x) for x in sys.argv[3:5]]
near = lambda got, want: 0.85 * want < got < 1.15 * want
ok = channels == int(sys.argv[2]) and n > 96000
if channels == 2:
    ok = ok and near(found[0][0], wanted[0]) and near(found[1][1], wanted[1]) and max(found[0][1], found[1][0]) < 400
else:
    ok = ok and near(found[0][0], wanted[0]) and near(found[0][1], wanted[1])
sys.exit(not ok)
EOF
}

raw_to_wav ()
{
  python3 -c 'import sys, wave
with wave.open(sys.argv[2], "wb") as out:
    out.setnchannels(int(sys.argv[3])); out.setsampwidth(2); out.setframerate(48000)
    out.writeframes(open(sys.argv[1], "rb").read())' "$@"
}

has_channels ()
{
  grep -q "\"type\":\"codec\".*\"channels\":$2" "$folder/$1.stats"
}

music="$net --no-video --audio-content=music --duration=4 --audio-source=$folder/tones.wav"
start_call "$music --audio-sink=$folder/caller.wav --stats=$folder/caller.stats" "$music --audio-sink=pcm:$folder/answerer.pcm,stereo"
check "caller ends as asked" ended caller 0
check "answerer ends with it" ended answerer 0
check "caller heard left and right" tones "$folder/caller.wav" 2 8000 8000
raw_to_wav "$folder/answerer.pcm" "$folder/answerer.wav" 2
check "answerer heard left and right" tones "$folder/answerer.wav" 2 8000 8000
check "statistics show two channels" has_channels caller 2

# one side wants one channel
start_call "$music --audio-sink=$folder/caller.wav --stats=$folder/caller.stats" "$music --audio-channels=mono --audio-sink=$folder/answerer.wav"
check "caller ends as asked again" ended caller 0
check "answerer ends with it again" ended answerer 0
check "the answerer heard both in one" tones "$folder/answerer.wav" 1 4000 4000
check "statistics show one channel" has_channels caller 1

# stereo comes, but is to be written in one channel; and speech may have two
speech="$net --no-video --duration=4 --audio-channels=stereo --audio-source=$folder/tones.wav"
start_call "$speech --audio-sink=none" "$speech --audio-sink=pcm:$folder/answerer.pcm"
check "caller ends as asked once more" ended caller 0
check "answerer ends with it once more" ended answerer 0
raw_to_wav "$folder/answerer.pcm" "$folder/answerer.wav" 1
check "a sink of one channel got both in it" tones "$folder/answerer.wav" 1 4000 4000

finish
