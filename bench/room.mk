# bench: the numbers Yodel is held to.  make bench [BENCH="setup cpu latency loss video rates echo devices lan dht rfc8867 calls rendezvous"] [BENCH_QUICK=1]
bench_programs = bench/floor bench/calls bench/echo bench/dht bench/dht-idle bench/meeting
EXTRA_PROGRAMS = $(bench_programs)
CLEANFILES    += $(bench_programs)

# Below the session's door, for the encoders' settings.
bench_floor_SOURCES  = %D%/floor.c
bench_floor_CPPFLAGS = $(AM_CPPFLAGS) $(TRANSPORT_CFLAGS)
bench_floor_LDADD    = $(PURE_LIBS) $(TRANSPORT_LIBS)

bench_calls_SOURCES  = %D%/calls.c
bench_calls_CPPFLAGS = -I$(top_srcdir)/include $(BASE_CFLAGS)
bench_calls_LDADD    = libyodel.la $(BASE_LIBS) $(MATH_LIBS)

bench_dht_SOURCES  = %D%/dht.c
bench_dht_CPPFLAGS = -I$(top_srcdir)/include $(BASE_CFLAGS)
bench_dht_LDADD    = libyodel.la $(BASE_LIBS)

bench_dht_idle_SOURCES  = %D%/dht-idle.c tests/lib/udp-tap.c tests/lib/udp-tap.h
bench_dht_idle_CPPFLAGS = -I$(top_srcdir)/include -I$(top_srcdir)/tests $(BASE_CFLAGS)
bench_dht_idle_LDADD    = libyodel.la $(BASE_LIBS)
bench_dht_idle_LDFLAGS  = $(AM_LDFLAGS) -export-dynamic

# Beside the pure rooms: what only a process with devices carries.
bench_echo_SOURCES  = %D%/echo.c
bench_echo_LDADD    = $(PROCESSING_LIBS) $(BASE_LIBS) $(MATH_LIBS)

bench_meeting_SOURCES  = %D%/meeting.c
bench_meeting_CPPFLAGS = -I$(top_srcdir)/include $(BASE_CFLAGS)
bench_meeting_LDADD    = libyodel.la $(BASE_LIBS)

EXTRA_DIST += docs/bench.md \
  %D%/bench.py \
  %D%/figures.py \
  %D%/link.py \
  %D%/live.py \
  %D%/peer.py \
  %D%/plot.py \
  %D%/tcp.py \
  %D%/suites/__init__.py \
  %D%/suites/calls.py \
  %D%/suites/cpu.py \
  %D%/suites/devices.py \
  %D%/suites/dht.py \
  %D%/suites/echo.py \
  %D%/suites/lan.py \
  %D%/suites/latency.py \
  %D%/suites/loss.py \
  %D%/suites/rates.py \
  %D%/suites/rendezvous.py \
  %D%/suites/rfc8867.py \
  %D%/suites/setup.py \
  %D%/suites/video.py

# Results: the table on standard output, bench.json and bench-*.svg in the build folder.
.PHONY: bench
bench: all $(bench_programs) tests/net/wire$(EXEEXT)
	YODEL=$${YODEL:-$(abs_top_builddir)/yodel} YODEL_MODULE_PATH=$${YODEL_MODULE_PATH:-$(abs_top_builddir)/.libs} \
	  YODEL_WIRE=$${YODEL_WIRE:-$(abs_top_builddir)/tests/net/wire} BENCH_BIN=$(abs_top_builddir)/bench \
	  PEERS_NODE_DIR=$${PEERS_NODE_DIR:-$(abs_top_builddir)/node} BENCH_QUICK=$(BENCH_QUICK) BENCH_FULL=$(BENCH_FULL) BENCH_CASES="$(BENCH_CASES)" \
	  $${PYTHON:-/usr/bin/python3} $(abs_top_srcdir)/bench/bench.py $(BENCH)
