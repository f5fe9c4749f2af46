# audio: Opus and its payload format, redundancy, adaptive playout
libyodel_pure_la_SOURCES += \
  %D%/comfort-noise.c %D%/comfort-noise.h \
  %D%/delay-estimator.c %D%/delay-estimator.h \
  %D%/frame-collector.c %D%/frame-collector.h \
  %D%/level-meter.c %D%/level-meter.h \
  %D%/loss-controller.c %D%/loss-controller.h \
  %D%/muted-speech.c %D%/muted-speech.h \
  %D%/opus-encoder.c %D%/opus-encoder.h \
  %D%/opus-payload.c %D%/opus-payload.h \
  %D%/arrival-history.c %D%/arrival-history.h \
  %D%/packet-queue.c %D%/packet-queue.h \
  %D%/channels.h \
  %D%/playout-buffer.c %D%/playout-buffer.h \
  %D%/playout-private.h \
  %D%/playout-sound.c \
  %D%/playout-stretch.c \
  %D%/red-payload.c %D%/red-payload.h \
  %D%/speech-decoder.c %D%/speech-decoder.h \
  %D%/telephone-event.c %D%/telephone-event.h \
  %D%/telephone-receiver.c %D%/telephone-receiver.h \
  %D%/telephone-sender.c %D%/telephone-sender.h \
  %D%/time-stretch.c %D%/time-stretch.h

# Captured sound: beside the pure rooms' library, so that only what has devices carries C++.
noinst_LTLIBRARIES += libyodel-processing.la
libyodel_processing_la_SOURCES = %D%/audio-processor.c %D%/audio-processor.h %D%/linear-echo.c %D%/linear-echo.h
PROCESSING_LIBS = libyodel-processing.la $(CODEC_LIBS) $(APM_LIBS)
if WITH_WEBRTC_APM
libyodel_processing_la_SOURCES  += %D%/apm-shim.cc %D%/apm-shim.h
libyodel_processing_la_CPPFLAGS  = $(AM_CPPFLAGS) $(APM_CFLAGS)
endif
EXTRA_DIST += %D%/apm-shim.cc %D%/apm-shim.h

check_PROGRAMS += tests/audio/test-audio-processor
tests_audio_test_audio_processor_SOURCES = tests/audio/test-audio-processor.c $(PLAYOUT_LAB)
tests_audio_test_audio_processor_LDADD   = $(PROCESSING_LIBS) $(PURE_LIBS)

PLAYOUT_LAB = tests/audio/playout-lab.c tests/audio/playout-lab.h

check_PROGRAMS += tests/audio/test-playout-network
tests_audio_test_playout_network_SOURCES = tests/audio/test-playout-network.c $(PLAYOUT_LAB)
tests_audio_test_playout_network_LDADD   = $(PURE_LIBS)

# by hand: bench-loss SPEECH.wav FOLDER
noinst_PROGRAMS += tests/audio/bench-loss
tests_audio_bench_loss_SOURCES = tests/audio/bench-loss.c tests/lib/wav.c tests/lib/wav.h $(PLAYOUT_LAB)
tests_audio_bench_loss_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/audio/test-opus
tests_audio_test_opus_SOURCES = tests/audio/test-opus.c tests/lib/hex.h
tests_audio_test_opus_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/audio/test-red-payload
tests_audio_test_red_payload_SOURCES = tests/audio/test-red-payload.c tests/lib/hex.h
tests_audio_test_red_payload_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/audio/test-capture
tests_audio_test_capture_SOURCES = tests/audio/test-capture.c
tests_audio_test_capture_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/audio/test-loss-controller
tests_audio_test_loss_controller_SOURCES = tests/audio/test-loss-controller.c
tests_audio_test_loss_controller_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/audio/test-time-stretch
tests_audio_test_time_stretch_SOURCES = tests/audio/test-time-stretch.c
tests_audio_test_time_stretch_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/audio/test-playout-buffer
tests_audio_test_playout_buffer_SOURCES = tests/audio/test-playout-buffer.c $(PLAYOUT_LAB)
tests_audio_test_playout_buffer_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/audio/test-muted-speech
tests_audio_test_muted_speech_SOURCES = tests/audio/test-muted-speech.c $(PLAYOUT_LAB)
tests_audio_test_muted_speech_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/audio/test-telephone-event
tests_audio_test_telephone_event_SOURCES = tests/audio/test-telephone-event.c tests/lib/hex.h
tests_audio_test_telephone_event_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-telephone-event
tests_fuzz_fuzz_telephone_event_SOURCES = tests/fuzz/fuzz-telephone-event.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_telephone_event_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/telephone-event

check_PROGRAMS += tests/fuzz/fuzz-opus-payload
tests_fuzz_fuzz_opus_payload_SOURCES = tests/fuzz/fuzz-opus-payload.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_opus_payload_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/opus-payload

check_PROGRAMS += tests/fuzz/fuzz-red-payload
tests_fuzz_fuzz_red_payload_SOURCES = tests/fuzz/fuzz-red-payload.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_red_payload_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/red-payload

check_PROGRAMS += tests/fuzz/fuzz-playout
tests_fuzz_fuzz_playout_SOURCES = tests/fuzz/fuzz-playout.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_playout_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/playout
