# rtp: packets, RTCP, statistics, retransmission
libyodel_pure_la_SOURCES += \
  %D%/liveness.h \
  %D%/nack-generator.h \
  %D%/ntp-time.h \
  %D%/packet-history.h \
  %D%/receive-statistics.h \
  %D%/receive-window.h \
  %D%/rtcp-schedule.h \
  %D%/rtcp-write.c %D%/rtcp-write.h \
  %D%/rtcp.c %D%/rtcp.h \
  %D%/rtp-extensions.h \
  %D%/rtp-packet.c %D%/rtp-packet.h \
  %D%/rtt-meter.h \
  %D%/rtx.h \
  %D%/sender-statistics.h

check_PROGRAMS += tests/rtp/test-rtp-packet
tests_rtp_test_rtp_packet_SOURCES = tests/rtp/test-rtp-packet.c tests/lib/hex.h
tests_rtp_test_rtp_packet_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/rtp/test-rtcp
tests_rtp_test_rtcp_SOURCES = tests/rtp/test-rtcp.c tests/lib/hex.h
tests_rtp_test_rtcp_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-rtp-packet
tests_fuzz_fuzz_rtp_packet_SOURCES = tests/fuzz/fuzz-rtp-packet.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_rtp_packet_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/rtp-packet

check_PROGRAMS += tests/fuzz/fuzz-rtcp
tests_fuzz_fuzz_rtcp_SOURCES = tests/fuzz/fuzz-rtcp.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_rtcp_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/rtcp

# transport-wide congestion control
libyodel_pure_la_SOURCES += \
  %D%/arrival-recorder.c %D%/arrival-recorder.h \
  %D%/transport-feedback.c %D%/transport-feedback.h

check_PROGRAMS += tests/rtp/test-transport-feedback
tests_rtp_test_transport_feedback_SOURCES = tests/rtp/test-transport-feedback.c
tests_rtp_test_transport_feedback_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-transport-feedback
tests_fuzz_fuzz_transport_feedback_SOURCES = tests/fuzz/fuzz-transport-feedback.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_transport_feedback_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/transport-feedback
