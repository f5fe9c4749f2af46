# soup: the sockets of a rendezvous and of its clients, a module that is loaded when ws: or wss: is used
libyodel_core_la_SOURCES += %D%/yodel-rendezvous.c %D%/rendezvous-api.h

if ENABLE_SOUP
noinst_LTLIBRARIES += libyodel-soup.la
libyodel_soup_la_CPPFLAGS = $(AM_CPPFLAGS) $(SOUP_CFLAGS) $(IDENTITY_CFLAGS) $(MODULE_CFLAGS)
libyodel_soup_la_SOURCES = \
  src/identity/address.c src/identity/base32.c \
  %D%/client-source.c %D%/client-source.h \
  %D%/deadline-source.c %D%/deadline-source.h \
  %D%/guest-page.c %D%/guest-page.h \
  %D%/metrics.c %D%/metrics.h \
  %D%/rendezvous-server.c %D%/rendezvous-server.h \
  %D%/ws-connect.c %D%/ws-connect.h \
  %D%/ws-link.c %D%/ws-link.h \
  %D%/ws-signaller.c %D%/ws-signaller.h \
  %D%/ws-uri.c %D%/ws-uri.h
nodist_libyodel_soup_la_SOURCES = guest-resources.c
libyodel_soup_la_LIBADD = libyodel-rendezvous.la libyodel-tls.la $(SOUP_LIBS) $(IDENTITY_LIBS) $(BASE_LIBS)

GUEST_FILES = \
  data/guest/address.js \
  data/guest/call.js \
  data/guest/guest.css \
  data/guest/guest.js \
  data/guest/icon.svg \
  data/guest/index.html \
  data/guest/keys.js \
  data/guest/messages.js \
  data/guest/server.js \
  data/guest/words.js \
  data/guest/work.js

guest-resources.c: data/guest/guest.gresource.xml $(GUEST_FILES)
	$(AM_V_GEN)$(GLIB_COMPILE_RESOURCES) --generate-source --internal --c-name yodel_guest --sourcedir=$(srcdir)/data/guest --target=$@ $(srcdir)/data/guest/guest.gresource.xml
CLEANFILES += guest-resources.c

modulelib_LTLIBRARIES += libyodel-signaller-ws.la
libyodel_signaller_ws_la_CPPFLAGS = $(AM_CPPFLAGS) $(SOUP_CFLAGS) $(MODULE_CFLAGS)
libyodel_signaller_ws_la_SOURCES  = %D%/soup-module.c
libyodel_signaller_ws_la_LIBADD   = libyodel-soup.la libyodel.la $(SOUP_LIBS) $(BASE_LIBS)
libyodel_signaller_ws_la_LDFLAGS  = $(AM_LDFLAGS) -module -avoid-version -no-undefined -shared

check_PROGRAMS += tests/soup/test-rendezvous
tests_soup_test_rendezvous_SOURCES  = tests/soup/test-rendezvous.c tests/lib/run-until.h tests/lib/certificate.h
tests_soup_test_rendezvous_CPPFLAGS = $(AM_CPPFLAGS) $(SOUP_CFLAGS)
tests_soup_test_rendezvous_LDADD    = libyodel.la $(SOUP_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/soup/test-ws-uri
tests_soup_test_ws_uri_SOURCES = tests/soup/test-ws-uri.c
tests_soup_test_ws_uri_LDADD   = libyodel-soup.la libyodel.la $(SOUP_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/soup/test-hostile-rendezvous
tests_soup_test_hostile_rendezvous_SOURCES  = tests/soup/test-hostile-rendezvous.c tests/soup/frame-proxy.c tests/soup/frame-proxy.h \
  tests/lib/hostile.c tests/lib/hostile.h tests/lib/people.c tests/lib/people.h tests/lib/run-until.h
tests_soup_test_hostile_rendezvous_CPPFLAGS = $(AM_CPPFLAGS)
tests_soup_test_hostile_rendezvous_LDADD    = libyodel.la $(BASE_LIBS)

# A Yodel that the page's tests call and are called by.
noinst_PROGRAMS += tests/guest/guest-endpoint
tests_guest_guest_endpoint_SOURCES = tests/guest/guest-endpoint.c
tests_guest_guest_endpoint_LDADD   = libyodel.la libyodel-media.la $(BASE_LIBS)
endif

INTEROP_TESTS += tests/guest/test-chromium.sh tests/guest/test-firefox.sh
EXTRA_DIST += data/guest tests/guest/guest.mjs tests/guest/run.sh tests/guest/shots.sh tests/guest/test-chromium.sh tests/guest/test-firefox.sh
