# tls: TLS where no thread waits, for the modules that meet by TCP
TLS_SOURCES = \
  src/transport/certificate.c \
  %D%/tls-credentials.c %D%/tls-credentials.h \
  %D%/tls-stream.c %D%/tls-stream.h

noinst_LTLIBRARIES += libyodel-tls.la
libyodel_tls_la_CPPFLAGS = $(AM_CPPFLAGS) $(TRANSPORT_CFLAGS)
libyodel_tls_la_SOURCES  = $(TLS_SOURCES)
libyodel_tls_la_LIBADD   = $(TRANSPORT_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/tls/test-tls-stream
tests_tls_test_tls_stream_SOURCES  = tests/tls/test-tls-stream.c tests/lib/run-until.h tests/lib/certificate.h
tests_tls_test_tls_stream_CPPFLAGS = $(AM_CPPFLAGS) $(TRANSPORT_CFLAGS)
tests_tls_test_tls_stream_LDADD    = libyodel-tls.la libyodel.la $(TRANSPORT_LIBS) $(BASE_LIBS)
