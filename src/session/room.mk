# session: one peer connection: offer/answer; wires all the rooms above
libyodel_core_la_SOURCES += \
  %D%/audio-receiver.c %D%/audio-receiver.h \
  %D%/audio-sender.c %D%/audio-sender.h \
  %D%/codec-job.c %D%/codec-job.h \
  %D%/core-rates.c \
  %D%/core-rtcp.c \
  %D%/core-stats.c \
  %D%/driver-paths.c \
  %D%/driver-stats.c \
  %D%/engine.c %D%/engine.h \
  %D%/flow.c %D%/flow.h \
  %D%/keypad.c %D%/keypad.h \
  %D%/loop-thread.c %D%/loop-thread.h \
  %D%/mailbox.c %D%/mailbox.h \
  %D%/protection-row.c %D%/protection-row.h \
  %D%/rtp-stream.c %D%/rtp-stream.h \
  %D%/section.c %D%/section.h \
  %D%/session-core.c %D%/session-core.h %D%/session-core-private.h \
  %D%/session-descriptions.c \
  %D%/session-driver.c %D%/session-driver.h %D%/session-driver-private.h \
  %D%/session-link.c %D%/session-link.h \
  %D%/session-messages.c \
  %D%/session-news.c \
  %D%/session-private.h \
  %D%/session-tracks.c \
  %D%/stats-object.h %D%/stats-private.h \
  %D%/track-private.h \
  %D%/video-protection.c %D%/video-protection.h \
  %D%/video-receiver.c %D%/video-receiver.h \
  %D%/video-sender.c %D%/video-sender.h \
  %D%/video-worker.c %D%/video-worker.h \
  %D%/yodel-session.c \
  %D%/yodel-sink.c \
  %D%/yodel-source.c \
  %D%/yodel-stats.c \
  %D%/yodel-track.c

libyodel_core_la_SOURCES += \
  %D%/media-profile.c %D%/media-profile.h \
  %D%/negotiation.c %D%/negotiation.h \
  %D%/negotiation-agreement.c \
  %D%/negotiation-offer.c \
  %D%/negotiation-outcome.c \
  %D%/negotiation-private.h \
  %D%/negotiation-read.c %D%/negotiation-reader.h \
  %D%/negotiation-read-transport.c \
  %D%/negotiation-write.c

check_PROGRAMS += tests/session/test-mailbox
tests_session_test_mailbox_SOURCES = tests/session/test-mailbox.c
tests_session_test_mailbox_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/session/test-protection-row
tests_session_test_protection_row_SOURCES = tests/session/test-protection-row.c
tests_session_test_protection_row_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/session/test-video-receiver
tests_session_test_video_receiver_SOURCES = tests/session/test-video-receiver.c
tests_session_test_video_receiver_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/session/test-session
tests_session_test_session_SOURCES = tests/session/test-session.c tests/lib/run-until.h
tests_session_test_session_LDADD   = $(CORE_LIBS)

NEGOTIATION_PAIR = tests/session/negotiation-pair.c tests/session/negotiation-pair.h
check_PROGRAMS += tests/session/test-negotiation
tests_session_test_negotiation_SOURCES = tests/session/test-negotiation.c $(NEGOTIATION_PAIR) tests/lib/negotiation-peer.h
tests_session_test_negotiation_LDADD   = $(CORE_LIBS)
check_PROGRAMS += tests/session/test-negotiation-refusals
tests_session_test_negotiation_refusals_SOURCES = tests/session/test-negotiation-refusals.c $(NEGOTIATION_PAIR) tests/lib/negotiation-peer.h
tests_session_test_negotiation_refusals_LDADD   = $(CORE_LIBS)
check_PROGRAMS += tests/session/test-negotiation-transports
tests_session_test_negotiation_transports_SOURCES = tests/session/test-negotiation-transports.c $(NEGOTIATION_PAIR) tests/lib/negotiation-peer.h
tests_session_test_negotiation_transports_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-negotiation
tests_fuzz_fuzz_negotiation_SOURCES = tests/fuzz/fuzz-negotiation.c tests/lib/fuzz-replay.c tests/lib/negotiation-peer.h
tests_fuzz_fuzz_negotiation_LDADD   = $(CORE_LIBS)

EXTRA_DIST += tests/fuzz/corpus/negotiation
