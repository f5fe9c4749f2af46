# rtp: packets, RTCP, statistics, retransmission
libyodel_pure_la_SOURCES += \
  %D%/liveness.c %D%/liveness.h \
  %D%/nack-generator.c %D%/nack-generator.h \
  %D%/ntp-time.h \
  %D%/packet-history.c %D%/packet-history.h \
  %D%/receive-statistics.c %D%/receive-statistics.h \
  %D%/receive-window.c %D%/receive-window.h \
  %D%/rtcp-schedule.c %D%/rtcp-schedule.h \
  %D%/rtcp-write.c %D%/rtcp-write.h \
  %D%/rtcp.c %D%/rtcp.h \
  %D%/rtp-extensions.c %D%/rtp-extensions.h \
  %D%/rtp-packet.c %D%/rtp-packet.h \
  %D%/rtt-meter.c %D%/rtt-meter.h \
  %D%/stream-repair.c %D%/stream-repair.h \
  %D%/rtx.c %D%/rtx.h \
  %D%/sender-statistics.c %D%/sender-statistics.h \
  %D%/ulpfec.c %D%/ulpfec.h

check_PROGRAMS += tests/rtp/test-rtp-packet
tests_rtp_test_rtp_packet_SOURCES = tests/rtp/test-rtp-packet.c tests/lib/cases.h tests/lib/hex.h
tests_rtp_test_rtp_packet_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/rtp/test-rtcp
tests_rtp_test_rtcp_SOURCES = tests/rtp/test-rtcp.c tests/lib/cases.h tests/lib/hex.h
tests_rtp_test_rtcp_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/rtp/test-ulpfec
tests_rtp_test_ulpfec_SOURCES = tests/rtp/test-ulpfec.c
tests_rtp_test_ulpfec_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-ulpfec
tests_fuzz_fuzz_ulpfec_SOURCES = tests/fuzz/fuzz-ulpfec.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_ulpfec_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/ulpfec

check_PROGRAMS += tests/rtp/test-rtx
tests_rtp_test_rtx_SOURCES = tests/rtp/test-rtx.c tests/lib/cases.h tests/lib/hex.h
tests_rtp_test_rtx_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/rtp/test-liveness
tests_rtp_test_liveness_SOURCES = tests/rtp/test-liveness.c
tests_rtp_test_liveness_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/rtp/test-receive-window
tests_rtp_test_receive_window_SOURCES = tests/rtp/test-receive-window.c tests/lib/cases.h
tests_rtp_test_receive_window_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/rtp/test-receive-statistics
tests_rtp_test_receive_statistics_SOURCES = tests/rtp/test-receive-statistics.c tests/lib/cases.h
tests_rtp_test_receive_statistics_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/rtp/test-sender-statistics
tests_rtp_test_sender_statistics_SOURCES = tests/rtp/test-sender-statistics.c tests/lib/cases.h
tests_rtp_test_sender_statistics_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/rtp/test-nack-generator
tests_rtp_test_nack_generator_SOURCES = tests/rtp/test-nack-generator.c
tests_rtp_test_nack_generator_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/rtp/test-stream-repair
tests_rtp_test_stream_repair_SOURCES = tests/rtp/test-stream-repair.c
tests_rtp_test_stream_repair_LDADD   = libyodel-pure.la $(BASE_LIBS)

check_PROGRAMS += tests/rtp/test-packet-history
tests_rtp_test_packet_history_SOURCES = tests/rtp/test-packet-history.c tests/lib/cases.h
tests_rtp_test_packet_history_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/rtp/test-rtcp-schedule
tests_rtp_test_rtcp_schedule_SOURCES = tests/rtp/test-rtcp-schedule.c tests/lib/cases.h
tests_rtp_test_rtcp_schedule_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/rtp/test-rtp-extensions
tests_rtp_test_rtp_extensions_SOURCES = tests/rtp/test-rtp-extensions.c tests/lib/cases.h tests/lib/hex.h
tests_rtp_test_rtp_extensions_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/rtp/test-repair
tests_rtp_test_repair_SOURCES = \
  tests/rtp/test-repair.c tests/lib/cases.h tests/lib/sim-network.c tests/lib/sim-network.h
tests_rtp_test_repair_LDADD   = $(PURE_LIBS)

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

libyodel_pure_la_SOURCES += \
  %D%/congestion-feedback.c %D%/congestion-feedback.h

check_PROGRAMS += tests/rtp/test-congestion-feedback
tests_rtp_test_congestion_feedback_SOURCES = tests/rtp/test-congestion-feedback.c
tests_rtp_test_congestion_feedback_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-congestion-feedback
tests_fuzz_fuzz_congestion_feedback_SOURCES = tests/fuzz/fuzz-congestion-feedback.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_congestion_feedback_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/congestion-feedback
