# media: sources and sinks: test, file, pipe, device
noinst_LTLIBRARIES += libyodel-media-core.la
libyodel_media_core_la_CPPFLAGS = $(AM_CPPFLAGS)
libyodel_media_core_la_SOURCES = \
  %D%/error-report.c %D%/error-report.h \
  %D%/fd.h \
  %D%/lock.h \
  %D%/media.c \
  %D%/media-spec.c %D%/media-spec.h \
  %D%/sink-base.c %D%/sink-base.h \
  %D%/source-base.c %D%/source-base.h \
  %D%/device/device.c %D%/device/device.h \
  %D%/device/sound-device.c %D%/device/sound-device.h \
  %D%/file/clip-clock.c %D%/file/clip-clock.h \
  %D%/file/file-source.c %D%/file/file-source.h \
  %D%/file/pcm-reader.c %D%/file/pcm-reader.h \
  %D%/file/reader.h \
  %D%/file/wav-header.c %D%/file/wav-header.h \
  %D%/file/y4m-header.c %D%/file/y4m-header.h \
  %D%/file/y4m-parser.c %D%/file/y4m-parser.h \
  %D%/file/y4m-reader.c %D%/file/y4m-reader.h \
  %D%/gst/gst-api.h %D%/gst/gst-load.c \
  %D%/none/none.c %D%/none/none.h \
  %D%/pipe/byte-outlet.c %D%/pipe/byte-outlet.h \
  %D%/pipe/pipe-source.c %D%/pipe/pipe-source.h \
  %D%/pipe/rate-limit.c %D%/pipe/rate-limit.h \
  %D%/pipe/stream-sink.c %D%/pipe/stream-sink.h \
  %D%/pulse/pulse-api.h %D%/pulse/pulse-load.c \
  %D%/record/recording.c %D%/record/recording.h \
  %D%/record/recording-sink.c %D%/record/recording-sink.h \
  %D%/tone/call-tone.c %D%/tone/call-tone.h \
  %D%/tone/tone-player.c \
  %D%/tone/tone-reader.c %D%/tone/tone-reader.h \
  %D%/test/stamp.c %D%/test/stamp.h \
  %D%/test/test-picture.c %D%/test/test-picture.h \
  %D%/test/test-reader.c %D%/test/test-reader.h \
  %D%/test/test-tone.c %D%/test/test-tone.h
libyodel_media_core_la_LIBADD = libyodel-module.la $(MODULE_LIBS)

libyodel_media_la_LIBADD += libyodel-media-core.la

# GStreamer's weight is carried by a module, loaded when a file or a device is first used.
modulelib_LTLIBRARIES += libyodel-media-gst.la
libyodel_media_gst_la_CPPFLAGS = $(AM_CPPFLAGS) $(MEDIA_CFLAGS)
libyodel_media_gst_la_SOURCES = \
  %D%/gst/gst-device.c \
  %D%/gst/gst-file.c \
  %D%/gst/gst-module.c %D%/gst/gst-module.h \
  %D%/gst/gst-recorder.c
libyodel_media_gst_la_LIBADD  = libyodel.la $(MEDIA_LIBS) $(BASE_LIBS)
libyodel_media_gst_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -no-undefined -shared

# Sound devices: libpulse, and the processing with its C++.
noinst_LTLIBRARIES += libyodel-sound.la
libyodel_sound_la_CPPFLAGS = $(AM_CPPFLAGS) $(PULSE_CFLAGS)
libyodel_sound_la_SOURCES = \
  %D%/pulse/pulse-module.c %D%/pulse/pulse-module.h \
  %D%/pulse/sound-list.c \
  %D%/pulse/sound-queue.c %D%/pulse/sound-queue.h \
  %D%/pulse/sound-server.c %D%/pulse/sound-server.h \
  %D%/pulse/sound-stream.c %D%/pulse/sound-stream.h
SOUND_LIBS = libyodel-sound.la $(PROCESSING_LIBS) $(PULSE_LIBS) $(BASE_LIBS) $(MATH_LIBS)

modulelib_LTLIBRARIES += libyodel-media-pulse.la
libyodel_media_pulse_la_SOURCES =
libyodel_media_pulse_la_LIBADD  = $(SOUND_LIBS)
libyodel_media_pulse_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -no-undefined -shared

check_PROGRAMS += tests/media/test-sound-queue
tests_media_test_sound_queue_SOURCES = tests/media/test-sound-queue.c
tests_media_test_sound_queue_LDADD   = $(SOUND_LIBS)

check_PROGRAMS += tests/media/test-sound-devices
tests_media_test_sound_devices_SOURCES = tests/media/test-sound-devices.c $(MEDIA_TEST_TRACK)
tests_media_test_sound_devices_LDADD   = $(MEDIA_TEST_LIBS)

MEDIA_TEST_LIBS = libyodel-media-core.la $(CORE_LIBS) $(MODULE_LIBS)
MEDIA_TEST_TRACK = tests/media/test-track.c tests/media/test-track.h

check_PROGRAMS += tests/media/test-y4m
tests_media_test_y4m_SOURCES = tests/media/test-y4m.c
tests_media_test_y4m_LDADD   = $(MEDIA_TEST_LIBS)

check_PROGRAMS += tests/media/test-wav-header
tests_media_test_wav_header_SOURCES = tests/media/test-wav-header.c
tests_media_test_wav_header_LDADD   = $(MEDIA_TEST_LIBS)

check_PROGRAMS += tests/media/test-media-spec
tests_media_test_media_spec_SOURCES = tests/media/test-media-spec.c
tests_media_test_media_spec_LDADD   = $(MEDIA_TEST_LIBS)

check_PROGRAMS += tests/media/test-test-clip
tests_media_test_test_clip_SOURCES = tests/media/test-test-clip.c
tests_media_test_test_clip_LDADD   = $(MEDIA_TEST_LIBS)

check_PROGRAMS += tests/media/test-call-tone
tests_media_test_call_tone_SOURCES = tests/media/test-call-tone.c
tests_media_test_call_tone_LDADD   = $(MEDIA_TEST_LIBS)

check_PROGRAMS += tests/media/test-rate-limit
tests_media_test_rate_limit_SOURCES = tests/media/test-rate-limit.c
tests_media_test_rate_limit_LDADD   = $(MEDIA_TEST_LIBS)

check_PROGRAMS += tests/media/test-sources
tests_media_test_sources_SOURCES = tests/media/test-sources.c $(MEDIA_TEST_TRACK)
tests_media_test_sources_LDADD   = $(MEDIA_TEST_LIBS)

check_PROGRAMS += tests/media/test-sinks
tests_media_test_sinks_SOURCES = tests/media/test-sinks.c
tests_media_test_sinks_LDADD   = $(MEDIA_TEST_LIBS)

check_PROGRAMS += tests/media/test-recordings
tests_media_test_recordings_SOURCES = tests/media/test-recordings.c $(MEDIA_TEST_TRACK)
tests_media_test_recordings_LDADD   = $(MEDIA_TEST_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-y4m
tests_fuzz_fuzz_y4m_SOURCES = tests/fuzz/fuzz-y4m.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_y4m_LDADD   = $(MEDIA_TEST_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-wav
tests_fuzz_fuzz_wav_SOURCES = tests/fuzz/fuzz-wav.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_wav_LDADD   = $(MEDIA_TEST_LIBS)

EXTRA_DIST += tests/fuzz/corpus/y4m tests/fuzz/corpus/wav
