# transport: the direct, encrypted path: ICE (libnice), DTLS (GnuTLS), SRTP (libsrtp2)
libyodel_core_la_SOURCES += \
  %D%/alarm.c %D%/alarm.h \
  %D%/candidate-filter.c %D%/candidate-filter.h \
  %D%/certificate.c %D%/certificate.h %D%/certificate-private.h \
  %D%/dtls.c %D%/dtls.h \
  %D%/ice-agent.c %D%/ice-agent.h %D%/ice-agent-private.h \
  %D%/ice-remote.c \
  %D%/interfaces.c %D%/interfaces.h \
  %D%/srtp.c %D%/srtp.h \
  %D%/stun-check.c %D%/stun-check.h \
  %D%/transport.c %D%/transport.h %D%/transport-private.h \
  %D%/transport-flow.c \
  %D%/transport-state.c \
  %D%/transport-watch.c

check_PROGRAMS += tests/transport/test-alarm
tests_transport_test_alarm_SOURCES = tests/transport/test-alarm.c
tests_transport_test_alarm_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/transport/test-candidate-filter
tests_transport_test_candidate_filter_SOURCES = tests/transport/test-candidate-filter.c
tests_transport_test_candidate_filter_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/transport/test-dtls
tests_transport_test_dtls_SOURCES  = tests/transport/test-dtls.c
tests_transport_test_dtls_CPPFLAGS = $(AM_CPPFLAGS) $(TRANSPORT_CFLAGS)
tests_transport_test_dtls_LDADD    = $(CORE_LIBS)

check_PROGRAMS += tests/transport/test-dtls-foreign
tests_transport_test_dtls_foreign_SOURCES  = tests/transport/test-dtls-foreign.c
tests_transport_test_dtls_foreign_CPPFLAGS = $(AM_CPPFLAGS) $(TRANSPORT_CFLAGS)
tests_transport_test_dtls_foreign_LDADD    = $(CORE_LIBS)

check_PROGRAMS += tests/transport/test-srtp
tests_transport_test_srtp_SOURCES = tests/transport/test-srtp.c
tests_transport_test_srtp_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/transport/test-stun-check
tests_transport_test_stun_check_SOURCES  = tests/transport/test-stun-check.c
tests_transport_test_stun_check_CPPFLAGS = $(AM_CPPFLAGS) $(TRANSPORT_CFLAGS)
tests_transport_test_stun_check_LDADD    = $(CORE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-ice-candidate
tests_fuzz_fuzz_ice_candidate_SOURCES = tests/fuzz/fuzz-ice-candidate.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_ice_candidate_LDADD   = $(CORE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/ice-candidate

check_PROGRAMS += tests/fuzz/fuzz-dtls
tests_fuzz_fuzz_dtls_SOURCES = tests/fuzz/fuzz-dtls.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_dtls_LDADD   = $(CORE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/dtls
