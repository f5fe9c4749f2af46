#!/bin/sh
# Holds the tree to its rooms: who may include whom, what pure rooms may not touch, and that no
# relay is ever used.  The tables below are the rules; a new arrow is a change here.
#
# tests/check-rooms.sh [TREE]     names each offence as FILE:LINE and exits 1 if there is one
set -u

top=${1:-${srcdir:-$(dirname "$0")/..}}
top=${top%/}

# Reads sources; comments count nowhere, strings only for relays.
rules='
BEGIN {
  # room = the rooms it may reach into, besides itself
  may["base"]       = ""
  may["module"]     = ""
  may["rtp"]        = "base"
  may["congestion"] = "base"
  may["sdp"]        = "base"
  may["audio"]      = "base rtp"
  may["video"]      = "base rtp"
  may["transport"]  = "base"
  may["tls"]        = "base transport"
  may["session"]    = "base rtp congestion sdp audio video transport"
  may["identity"]   = "base"
  may["signalling"] = "base module identity tls"
  may["rendezvous"] = "base"
  may["soup"]       = "base module identity rendezvous tls"
  may["dht"]        = "base identity rendezvous"
  may["media"]      = "base module audio"
  may["call"]       = "base session signalling identity"
  may["cli"]        = ""
  may["desktop"]    = ""
  may["examples"]   = ""
  may["include"]    = ""
  may["src"]        = ""

  # room = the public headers it may include; "*" is all.  Errors and enums are ground for all.
  for (room in may)
    public[room] = "yodel-error.h yodel-enums.h yodel-macros.h yodel-version.h"
  public["audio"] = public["audio"] " yodel-video-frame.h"
  public["video"] = public["video"] " yodel-video-frame.h"
  n = split("session identity signalling soup dht media call cli desktop examples include src", list, " ")
  for (i = 1; i <= n; i++)
    public[list[i]] = "*"

  # Pure: bytes and the time come in, bytes and a deadline go out.
  n = split("base rtp congestion sdp audio video rendezvous", list, " ")
  for (i = 1; i <= n; i++)
    pure[list[i]] = 1

  begin = "(^|[^A-Za-z0-9_])"
  touches["a clock"] = begin "(g_get_(monotonic|real|current)_time|g_date_time_new_now|g_timer_|" \
    "clock_gettime|gettimeofday|timespec_get|g_usleep|(time|clock|sleep|usleep|nanosleep) *\\()"
  touches["a socket"] = begin "(GSocket|g_socket_|GResolver|g_resolver_|getaddrinfo|" \
    "sendto|sendmsg|recvfrom|recvmsg|(socket|bind|connect|accept|listen) *\\()"
  touches["a thread or lock"] = begin "(GMutex|GRecMutex|GRWLock|GCond|GThread|GAsyncQueue|" \
    "G_LOCK|g_mutex_|g_rec_mutex_|g_rw_lock_|g_cond_|g_thread_|g_async_queue_|pthread_)"
  touches["dice"] = begin "(g_random_|g_rand_new *\\(|g_uuid_string_random|getrandom|getentropy|" \
    "arc4random|randombytes|s?d?rand(om|48)?(_r)? *\\()"
  touches["a file or the environment"] = begin "(GFile|GIOChannel|g_file_|g_fopen|g_open|g_stat|" \
    "g_dir_|fopen|mmap|g_getenv|secure_getenv|(open|getenv) *\\()"
  touches["a main loop"] = begin "(GMainContext|GMainLoop|GSource|g_main_|g_timeout_|g_idle_|" \
    "g_source_)"

  # Headers that bring what pure rooms may not touch; their own libraries they may have.
  impure = "<(gio|sys|netinet|arpa|net|netdb|poll|pthread|threads|time|fcntl|unistd|dirent|signal)[/.]"

  relay = "nice_agent_set_relay_info|NICE_RELAY_TYPE|force-relay|\"(turns?|TURNS?):"
}

function offend(what) {
  print FILENAME ":" FNR ": " what
  status = 1
}

# The room of a file: the folder below src, or the folder of the tree.
function room_of(path,   parts) {
  path = substr(path, length(top) + 2)
  split(path, parts, "/")
  if (parts[1] != "src")
    return parts[1]
  return path ~ /^src\/.*\// ? parts[2] : "src"
}

function is_in(word, words) {
  return index(" " words " ", " " word " ") > 0
}

# Takes comments off a line; in_comment lives on from line to line.  The result is in code, and
# with its strings emptied in bare.
function strip(line,   i, c, two, quote) {
  code = bare = quote = ""
  for (i = 1; i <= length(line); i++)
    {
      c = substr(line, i, 1)
      two = substr(line, i, 2)
      if (in_comment)
        {
          if (two == "*/") { in_comment = 0; i++ }
        }
      else if (quote != "")
        {
          code = code c
          if (c == "\\") { i++; code = code substr(line, i, 1) }
          else if (c == quote) { quote = ""; bare = bare c }
        }
      else if (two == "/*") { in_comment = 1; i++; code = code " "; bare = bare " " }
      else if (two == "//")
        return
      else
        {
          if (c == "\"" || c == "\047") quote = c
          code = code c
          bare = bare c
        }
    }
}

function check_quoted(header,   to) {
  to = header
  sub(/\/.*/, "", to)
  if (header == "config.h")
    return
  if (index(header, "/") == 0)
    {
      if (room != "examples")
        offend("\"" header "\" does not name its room")
    }
  else if (to != room && !is_in(to, may[room]))
    offend(room " may not reach into " to " (\"" header "\")")
}

function check_public(header) {
  sub(/^yodel\//, "", header)
  if (public[room] != "*" && !is_in(header, public[room]))
    offend(room " may not include <yodel/" header ">")
}

FNR == 1 {
  room = room_of(FILENAME)
  in_comment = 0
  if (!(room in may))
    offend("there is no room " room)
}

!(room in may) { next }

{
  strip($0)
  name = code
}

code ~ /^[ \t]*#[ \t]*include[ \t]*"/ {
  sub(/^[^"]*"/, "", name)
  sub(/".*/, "", name)
  check_quoted(name)
}

code ~ /^[ \t]*#[ \t]*include[ \t]*<yodel\// {
  sub(/^[^<]*</, "", name)
  sub(/>.*/, "", name)
  check_public(name)
}

room in pure && code ~ /^[ \t]*#[ \t]*include/ && code ~ impure {
  offend(room " is pure, but includes what is not")
}

room in pure && bare !~ /^[ \t]*#[ \t]*include/ {
  for (what in touches)
    if (bare ~ touches[what])
      offend(room " is pure, but touches " what)
}

code ~ relay { offend("Yodel speaks directly or not at all: no relay") }

END { exit status }
'

# Exits 1 and names the offences in the tree $1.
check ()
{
  set -- "$1" $(cd "$1" && for folder in src include examples
                do
                  [ ! -d $folder ] || find $folder -type f \
                    \( -name '*.c' -o -name '*.h' -o -name '*.cc' -o -name '*.cpp' \) | sort
                done)
  tree=$1
  shift
  [ $# -gt 0 ] || { echo "$tree: no sources"; return 1; }
  for file
  do
    shift
    set -- "$@" "$tree/$file"
  done
  awk -v top="$tree" "$rules" "$@"
}

# What each rule is for: a line that must be refused in a file, or taken.
cases='
refuse src/base/x.c        #include "rtp/rtcp.h"
refuse src/rtp/x.h         #include "audio/opus-payload.h"
refuse src/rendezvous/x.c  #include "soup/x.h"
refuse src/rendezvous/x.c  now_us = g_get_monotonic_time ();
refuse src/rtp/x.c         #  include  "session/session-core.h"
refuse src/sdp/x.c         #include "rtp/rtcp.h"
refuse src/audio/x.c       #include "video/frame-buffer.h"
refuse src/transport/x.c   #include "rtp/rtp-packet.h"
refuse src/session/x.c     #include "call/x.h"
refuse src/call/x.c        #include "transport/transport.h"
refuse src/cli/x.c         #include "base/units.h"
refuse src/desktop/x.c     #include "call/x.h"
refuse examples/x.c        #include "session/x.h"
refuse include/yodel/x.h   #include "base/units.h"
refuse src/rtp/x.c         #include "rtcp.h"
refuse src/attic/x.c       int x;
refuse src/rtp/x.c         #include <yodel/yodel-session.h>
refuse src/transport/x.c   #include <yodel/yodel.h>
refuse src/video/x.c       #include <sys/socket.h>
refuse src/sdp/x.c         #include <gio/gio.h>
refuse src/audio/x.c       #include <time.h>
refuse src/rtp/x.c         now_us = g_get_monotonic_time ();
refuse src/rtp/x.c         x = time (NULL);
refuse src/base/x.c        /* why */ fd = socket (AF_INET, SOCK_DGRAM, 0);
refuse src/congestion/x.h  GMutex mutex;
refuse src/video/x.c       pthread_create (&thread);
refuse src/audio/x.c       x = g_random_int ();
refuse src/audio/x.c       x = rand ();
refuse src/sdp/x.c         file = fopen (path, "r");
refuse src/sdp/x.c         g_file_get_contents (path, &text, NULL, NULL);
refuse src/rtp/x.c         g_timeout_add (5, on_timeout, self);
refuse src/rtp/x.c         GMainContext *context;
refuse src/transport/x.c   nice_agent_set_relay_info (agent, 1, 1, host, port, user, word, type);
refuse src/transport/x.c   g_object_set (agent, "force-relay", TRUE, NULL);
refuse src/session/x.c     server = "turn:example.org";
take   src/rtp/x.c         #include "base/units.h"
take   src/rtp/x.c         #include "rtp/rtcp.h"
take   src/rtp/x.c         #include "config.h"
take   src/rtp/x.c         #include <string.h>
take   src/rtp/x.c         /* not g_get_monotonic_time (), nor #include "audio/x.h" */
take   src/rtp/x.c         x = rtp_time (y) + "time ()";
take   src/video/x.c       #include <yodel/yodel-video-frame.h>
take   src/call/x.c        #include "base/units.h"
refuse src/transport/x.c   #include "tls/tls-stream.h"
take   src/audio/x.c       #include <opus/opus.h>
take   src/base/x.c        #include <math.h>
take   src/session/x.c     now_us = g_get_monotonic_time ();
take   src/session/x.c     #include <yodel/yodel-session.h>
take   src/cli/x.c         #include "cli/options.h"
take   src/transport/x.c   return candidate->type == NICE_CANDIDATE_TYPE_RELAYED;
'

# The rules are rules only if they refuse.
check_the_check ()
{
  made=$(mktemp -d) || return 1
  printf '%s' "$cases" | {
    wrong=0
    while read -r verdict file line
    do
      [ -n "$verdict" ] || continue
      rm -rf "$made/src" "$made/include" "$made/examples"
      mkdir -p "$made/$(dirname "$file")"
      printf '%s\n' "$line" > "$made/$file"
      if check "$made" > /dev/null; then got=take; else got=refuse; fi
      [ $got = "$verdict" ] || { echo "check-rooms.sh should $verdict in $file: $line"; wrong=1; }
    done
    exit $wrong
  }
  status=$?
  rm -rf "$made"
  return $status
}

check_the_check && check "$top"
