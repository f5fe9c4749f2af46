# video: frames, VP8 and its payload format, frame buffer, timing, adaptation
libyodel_pure_la_SOURCES += \
  %D%/av-sync.c %D%/av-sync.h \
  %D%/frame-assembler.c %D%/frame-assembler.h \
  %D%/frame-buffer.c %D%/frame-buffer.h \
  %D%/frame-chain.c %D%/frame-chain.h \
  %D%/frame-timing.c %D%/frame-timing.h \
  %D%/freeze-meter.c %D%/freeze-meter.h \
  %D%/quality-ladder.c %D%/quality-ladder.h \
  %D%/quality-rungs.c %D%/quality-rungs.h \
  %D%/video-decoder.c %D%/video-decoder.h \
  %D%/video-encoder.c %D%/video-encoder.h \
  %D%/video-frame-private.h \
  %D%/vp8-encoder.c %D%/vp8-encoder.h \
  %D%/vp8-payload.c %D%/vp8-payload.h \
  %D%/vp9-encoder.c %D%/vp9-encoder.h \
  %D%/vp9-payload.c %D%/vp9-payload.h \
  %D%/yodel-video-frame.c

# a scene to encode, shared by the tests
MOVING_PICTURE = tests/video/moving-picture.c tests/video/moving-picture.h

check_PROGRAMS += tests/video/test-video-frame
tests_video_test_video_frame_SOURCES = tests/video/test-video-frame.c
tests_video_test_video_frame_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/video/test-vp8-codec
tests_video_test_vp8_codec_SOURCES = tests/video/test-vp8-codec.c $(MOVING_PICTURE)
tests_video_test_vp8_codec_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/video/test-vp8-payload
tests_video_test_vp8_payload_SOURCES = tests/video/test-vp8-payload.c
tests_video_test_vp8_payload_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/video/test-vp9
tests_video_test_vp9_SOURCES = tests/video/test-vp9.c $(MOVING_PICTURE)
tests_video_test_vp9_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/video/test-frame-buffer
tests_video_test_frame_buffer_SOURCES = tests/video/test-frame-buffer.c
tests_video_test_frame_buffer_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/video/test-lossy-video
tests_video_test_lossy_video_SOURCES = tests/video/test-lossy-video.c $(MOVING_PICTURE)
tests_video_test_lossy_video_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-vp8-payload
tests_fuzz_fuzz_vp8_payload_SOURCES = tests/fuzz/fuzz-vp8-payload.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_vp8_payload_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/vp8-payload

check_PROGRAMS += tests/fuzz/fuzz-vp9
tests_fuzz_fuzz_vp9_SOURCES = tests/fuzz/fuzz-vp9.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_vp9_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/vp9

check_PROGRAMS += tests/fuzz/fuzz-frame-buffer
tests_fuzz_fuzz_frame_buffer_SOURCES = tests/fuzz/fuzz-frame-buffer.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_frame_buffer_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/frame-buffer

check_PROGRAMS += tests/fuzz/fuzz-vp8-decoder
tests_fuzz_fuzz_vp8_decoder_SOURCES = tests/fuzz/fuzz-vp8-decoder.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_vp8_decoder_LDADD   = $(PURE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/vp8-decoder

check_PROGRAMS += tests/video/test-quality-ladder
tests_video_test_quality_ladder_SOURCES = tests/video/test-quality-ladder.c
tests_video_test_quality_ladder_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/video/test-frame-timing
tests_video_test_frame_timing_SOURCES = tests/video/test-frame-timing.c
tests_video_test_frame_timing_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/video/test-freeze-meter
tests_video_test_freeze_meter_SOURCES = tests/video/test-freeze-meter.c
tests_video_test_freeze_meter_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/video/test-av-sync
tests_video_test_av_sync_SOURCES = tests/video/test-av-sync.c
tests_video_test_av_sync_LDADD   = $(PURE_LIBS)
