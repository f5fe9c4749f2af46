# lan: meets on the local network; a module with Avahi, and what it parses for the tests
noinst_LTLIBRARIES += libyodel-lan-record.la
libyodel_lan_record_la_SOURCES = %D%/lan-record.c %D%/lan-record.h

check_PROGRAMS += tests/signalling/test-lan-record
tests_signalling_test_lan_record_SOURCES = tests/signalling/test-lan-record.c
tests_signalling_test_lan_record_LDADD   = libyodel-lan-record.la $(BASE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-lan-record
tests_fuzz_fuzz_lan_record_SOURCES = tests/fuzz/fuzz-lan-record.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_lan_record_LDADD   = libyodel-lan-record.la $(BASE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/lan-record

# A class has one name in a process: what this module has a copy of, as others do, has a name of its own here.
LAN_CLASSES = \
  -DYodelTlsStream=YodelLanTlsStream -DYodelTlsStreamClass=YodelLanTlsStreamClass \
  -DYodelTlsInput=YodelLanTlsInput -DYodelTlsInputClass=YodelLanTlsInputClass \
  -DYodelTlsOutput=YodelLanTlsOutput -DYodelTlsOutputClass=YodelLanTlsOutputClass

noinst_LTLIBRARIES += libyodel-lan-link.la
libyodel_lan_link_la_CPPFLAGS = $(AM_CPPFLAGS) $(TRANSPORT_CFLAGS) $(LAN_CLASSES)
libyodel_lan_link_la_SOURCES  = $(TLS_SOURCES) %D%/lan-link.c %D%/lan-link.h
libyodel_lan_link_la_LIBADD   = $(TRANSPORT_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/signalling/test-lan-link
tests_signalling_test_lan_link_SOURCES = tests/signalling/test-lan-link.c tests/lib/run-until.h
tests_signalling_test_lan_link_LDADD   = libyodel-lan-link.la libyodel.la $(BASE_LIBS)

if WITH_LAN
modulelib_LTLIBRARIES += libyodel-signaller-lan.la
libyodel_signaller_lan_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVAHI_CFLAGS)
libyodel_signaller_lan_la_SOURCES = \
  %D%/lan-presence.c %D%/lan-presence.h \
  %D%/lan-signaller.c %D%/lan-signaller.h
libyodel_signaller_lan_la_LIBADD  = libyodel-lan-record.la libyodel-lan-link.la libyodel.la $(AVAHI_LIBS) $(BASE_LIBS)
libyodel_signaller_lan_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -no-undefined -shared
endif
