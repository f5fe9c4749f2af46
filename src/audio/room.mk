# audio: Opus and its payload format, redundancy, adaptive playout
libyodel_pure_la_SOURCES += \
  %D%/comfort-noise.c %D%/comfort-noise.h \
  %D%/delay-estimator.c %D%/delay-estimator.h \
  %D%/frame-collector.c %D%/frame-collector.h \
  %D%/level-meter.c %D%/level-meter.h \
  %D%/loss-controller.c %D%/loss-controller.h \
  %D%/opus-encoder.c %D%/opus-encoder.h \
  %D%/opus-payload.c %D%/opus-payload.h \
  %D%/arrival-history.c %D%/arrival-history.h \
  %D%/packet-queue.c %D%/packet-queue.h \
  %D%/playout-buffer.c %D%/playout-buffer.h \
  %D%/red-payload.c %D%/red-payload.h \
  %D%/speech-decoder.c %D%/speech-decoder.h \
  %D%/time-stretch.c %D%/time-stretch.h

PLAYOUT_LAB = tests/audio/playout-lab.c tests/audio/playout-lab.h

check_PROGRAMS += tests/audio/test-playout-network
tests_audio_test_playout_network_SOURCES = tests/audio/test-playout-network.c $(PLAYOUT_LAB)
tests_audio_test_playout_network_LDADD   = $(PURE_LIBS)

# by hand: bench-loss SPEECH.wav FOLDER
noinst_PROGRAMS += tests/audio/bench-loss
tests_audio_bench_loss_SOURCES = tests/audio/bench-loss.c $(PLAYOUT_LAB)
tests_audio_bench_loss_LDADD   = $(PURE_LIBS)
