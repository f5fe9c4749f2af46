# video: frames, VP8 and its payload format, frame buffer, timing, adaptation
libyodel_pure_la_SOURCES += \
  %D%/av-sync.h \
  %D%/frame-buffer.h \
  %D%/frame-timing.h \
  %D%/freeze-meter.h \
  %D%/quality-ladder.h \
  %D%/vp8-decoder.h \
  %D%/vp8-encoder.h \
  %D%/vp8-payload.h \
  %D%/yodel-video-frame.c

check_PROGRAMS += tests/video/test-video-frame
tests_video_test_video_frame_SOURCES = tests/video/test-video-frame.c
tests_video_test_video_frame_LDADD   = $(PURE_LIBS)
