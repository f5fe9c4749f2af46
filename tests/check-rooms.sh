#!/bin/sh
# Holds the include lines against the table of rooms, and keeps clocks, sockets, threads,
# dice and files out of the pure rooms.  A new arrow is a new line here.
set -eu
cd "$(dirname "$0")/.."

exec awk -v pure=" base rtp congestion sdp " '
  # room: the rooms that it may include.  Every room may include itself.
  function may_use(room,    rooms)
  {
    rooms["base"]       = ""
    rooms["rtp"]        = "base"
    rooms["congestion"] = "base"
    rooms["sdp"]        = "base"
    rooms["audio"]      = "base rtp"
    rooms["video"]      = "base rtp"
    rooms["transport"]  = "base"
    rooms["session"]    = "base rtp congestion sdp audio video transport"
    rooms["identity"]   = "base"
    rooms["signalling"] = "base identity"
    rooms["media"]      = "base"
    rooms["call"]       = "base session signalling identity"
    rooms["cli"]        = ""
    rooms["desktop"]    = ""
    return (room in rooms) ? " " room " " rooms[room] " " : ""
  }

  function complain(text)
  {
    print FILENAME ":" FNR ": " text
    bad = 1
  }

  # The public headers each room may read; the pure ones know only what a number means.
  function may_read_public(room, name)
  {
    if (room == "rtp" || room == "congestion" || room == "sdp" || room == "base")
      return name ~ /^yodel-(enums|error|macros|version)\.h$/
    if (room == "audio" || room == "video")
      return name ~ /^yodel-(enums|error|macros|video-frame)\.h$/
    return 1
  }

  FNR == 1 {
    split (FILENAME, part, "/")
    room = part[2]
    is_pure = index (pure, " " room " ") > 0
    if (part[3] == "")
      room = ""                       # src/yodel.c is the whole house
    else if (may_use(room) == "")
      complain("the room " room " is not in the table of tests/check-rooms.sh")
  }

  room == "" { next }

  /^[ \t]*#[ \t]*include[ \t]*"/ {
    split ($0, quoted, "\"")
    name = quoted[2]
    if (name == "config.h")
      next
    if (name !~ /\//)
      complain("\"" name "\" does not name its room")
    else
      {
        other = name
        sub (/\/.*/, "", other)
        if (other != "yodel" && index (may_use(room), " " other " ") == 0)
          complain(room " reaches into " other)
      }
    next
  }

  /^[ \t]*#[ \t]*include[ \t]*<yodel\// {
    name = $0
    sub (/.*<yodel\//, "", name)
    sub (/>.*/, "", name)
    if (!may_read_public(room, name))
      complain(room " reads <yodel/" name ">")
    next
  }

  /^[ \t]*#[ \t]*include[ \t]*<(sys\/socket|netinet|arpa|netdb|pthread|time|sys\/time|fcntl|unistd|sys\/stat|gio\/)/ {
    if (is_pure || room == "audio" || room == "video")
      complain("a pure room includes " $2 $3)
    next
  }

  is_pure || room == "audio" || room == "video" {
    if (match ($0, /(^|[^a-z_])(g_get_monotonic_time|g_get_real_time|clock_gettime|gettimeofday|time \(NULL|g_date_time_new_now|g_random_|g_rand_new|random \(|rand \(|getrandom|socket \(|g_socket_|g_thread_new|g_mutex_|g_rec_mutex_|g_async_queue_|pthread_|g_main_|g_timeout_|g_idle_|g_file_|fopen \(|usleep|g_usleep|g_getenv|getenv \()/))
      complain("a pure room uses " substr ($0, RSTART, RLENGTH))
  }

  END { exit bad }
' $(find src -name '*.c' -o -name '*.h' -o -name '*.cc' | sort)
