# transport: the direct, encrypted path: ICE (libnice), DTLS (GnuTLS), SRTP (libsrtp2)
libyodel_core_la_SOURCES += \
  %D%/candidate-filter.c %D%/candidate-filter.h \
  %D%/certificate.c %D%/certificate.h %D%/certificate-private.h \
  %D%/dtls.c %D%/dtls.h \
  %D%/ice-agent.c %D%/ice-agent.h \
  %D%/interfaces.c %D%/interfaces.h \
  %D%/srtp.c %D%/srtp.h \
  %D%/stun-check.c %D%/stun-check.h \
  %D%/transport.c %D%/transport.h

check_PROGRAMS += tests/transport/test-dtls
tests_transport_test_dtls_SOURCES  = tests/transport/test-dtls.c
tests_transport_test_dtls_CPPFLAGS = $(AM_CPPFLAGS) $(TRANSPORT_CFLAGS)
tests_transport_test_dtls_LDADD    = $(CORE_LIBS)
