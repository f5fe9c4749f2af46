# dht: messages through a distributed hash table.  OpenDHT is under the GPL 3, and what links to it is
# too: it stays in this module, which is loaded when dht: is used.
if ENABLE_DHT
noinst_LTLIBRARIES += libyodel-dht.la
libyodel_dht_la_CPPFLAGS = $(AM_CPPFLAGS) $(IDENTITY_CFLAGS) $(DHT_CFLAGS)
libyodel_dht_la_CXXFLAGS = $(AM_CXXFLAGS) -std=gnu++17 -fexceptions -frtti
libyodel_dht_la_SOURCES = \
  src/identity/address.c src/identity/base32.c src/rendezvous/mailbox-key.c \
  %D%/dht-cache.c %D%/dht-cache.h \
  %D%/dht-guard.cc %D%/dht-guard.h \
  %D%/dht-inbox.c %D%/dht-inbox.h \
  %D%/dht-mailbox.c %D%/dht-mailbox.h \
  %D%/dht-mailroom.c %D%/dht-mailroom.h \
  %D%/dht-node.c %D%/dht-node.h \
  %D%/dht-signaller.c %D%/dht-signaller.h \
  %D%/dht-socket.cc %D%/dht-socket.h \
  %D%/dht-uri.c %D%/dht-uri.h
libyodel_dht_la_LIBADD = $(DHT_LIBS) $(IDENTITY_LIBS) $(BASE_LIBS)

modulelib_LTLIBRARIES += libyodel-signaller-dht.la
libyodel_signaller_dht_la_CPPFLAGS = $(AM_CPPFLAGS) $(MODULE_CFLAGS)
libyodel_signaller_dht_la_SOURCES  = %D%/dht-module.c
libyodel_signaller_dht_la_LIBADD   = libyodel-dht.la libyodel.la $(DHT_LIBS) $(BASE_LIBS)
libyodel_signaller_dht_la_LDFLAGS  = $(AM_LDFLAGS) -module -avoid-version -no-undefined -shared

check_PROGRAMS += tests/dht/test-dht-parts
tests_dht_test_dht_parts_SOURCES  = tests/dht/test-dht-parts.c
tests_dht_test_dht_parts_CPPFLAGS = $(AM_CPPFLAGS) $(IDENTITY_CFLAGS)
tests_dht_test_dht_parts_LDADD    = libyodel-dht.la libyodel.la $(DHT_LIBS) $(IDENTITY_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/dht/test-dht-guard
tests_dht_test_dht_guard_SOURCES = tests/dht/test-dht-guard.c
tests_dht_test_dht_guard_LDADD   = libyodel-dht.la libyodel.la $(DHT_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/dht/test-dht
tests_dht_test_dht_SOURCES  = tests/dht/test-dht.c tests/lib/run-until.h tests/lib/udp-tap.c tests/lib/udp-tap.h
tests_dht_test_dht_CPPFLAGS = $(AM_CPPFLAGS) $(DHT_CFLAGS)
tests_dht_test_dht_LDADD    = libyodel-dht.la libyodel.la $(DHT_LIBS) $(IDENTITY_LIBS) $(BASE_LIBS)
tests_dht_test_dht_LDFLAGS  = $(AM_LDFLAGS) -export-dynamic

check_PROGRAMS += tests/dht/test-observer
tests_dht_test_observer_SOURCES  = tests/dht/test-observer.c tests/dht/table-people.c tests/dht/table-people.h \
  tests/lib/people.c tests/lib/people.h tests/lib/run-until.h tests/lib/udp-tap.c tests/lib/udp-tap.h
tests_dht_test_observer_CPPFLAGS = $(AM_CPPFLAGS) $(DHT_CFLAGS)
tests_dht_test_observer_LDADD    = libyodel-dht.la libyodel.la $(DHT_LIBS) $(IDENTITY_LIBS) $(BASE_LIBS)
tests_dht_test_observer_LDFLAGS  = $(AM_LDFLAGS) -export-dynamic

check_PROGRAMS += tests/dht/test-hostile-dht
tests_dht_test_hostile_dht_SOURCES  = tests/dht/test-hostile-dht.c \
  tests/dht/evil-network.c tests/dht/evil-network.h \
  tests/dht/evil-table.c tests/dht/evil-table.h \
  tests/dht/table-people.c tests/dht/table-people.h \
  tests/lib/hostile.c tests/lib/hostile.h tests/lib/made-envelope.c tests/lib/made-envelope.h \
  tests/lib/people.c tests/lib/people.h tests/lib/run-until.h tests/lib/udp-tap.c tests/lib/udp-tap.h
tests_dht_test_hostile_dht_CPPFLAGS = $(AM_CPPFLAGS) $(DHT_CFLAGS)
tests_dht_test_hostile_dht_LDADD    = libyodel-dht.la $(DHT_LIBS) $(CORE_LIBS)
tests_dht_test_hostile_dht_LDFLAGS  = $(AM_LDFLAGS) -export-dynamic

check_PROGRAMS += tests/fuzz/fuzz-dht-guard
tests_fuzz_fuzz_dht_guard_SOURCES = tests/fuzz/fuzz-dht-guard.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_dht_guard_LDADD   = libyodel-dht.la libyodel.la $(DHT_LIBS) $(BASE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/dht-guard

check_PROGRAMS += tests/fuzz/fuzz-dht-uri
tests_fuzz_fuzz_dht_uri_SOURCES = tests/fuzz/fuzz-dht-uri.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_dht_uri_LDADD   = libyodel-dht.la libyodel.la $(DHT_LIBS) $(BASE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/dht-uri
endif
