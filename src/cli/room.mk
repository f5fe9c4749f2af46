# cli: the program yodel
noinst_LTLIBRARIES += libyodel-cli.la
libyodel_cli_la_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(QR_CFLAGS)
libyodel_cli_la_SOURCES = \
  %D%/call-command.c %D%/call.h \
  %D%/call-control.c \
  %D%/call-figures.c %D%/call-figures.h \
  %D%/call-report.c \
  %D%/call-signalling.c \
  %D%/command-input.c %D%/command-input.h \
  %D%/commands.h \
  %D%/contacts-command.c \
  %D%/devices-command.c \
  %D%/demo.h %D%/demo-command.c \
  %D%/demo-media.c \
  %D%/demo-net.c %D%/demo-net.h \
  %D%/demo-report.c \
  %D%/demo-story.c \
  %D%/demo-stun.c \
  %D%/description-line.c %D%/description-line.h \
  %D%/echo-line.c %D%/echo-line.h \
  %D%/echo-peer.c %D%/echo-peer.h \
  %D%/events.c %D%/events.h \
  %D%/exit-status.h \
  %D%/history-command.c \
  %D%/id-command.c \
  %D%/invite-command.c \
  %D%/json-line.c %D%/json-line.h \
  %D%/key-input.c %D%/key-input.h \
  %D%/line-input.c %D%/line-input.h \
  %D%/media-options.c %D%/media-options.h \
  %D%/options.c %D%/options.h \
  %D%/passphrase.c %D%/passphrase.h \
  %D%/people.c %D%/people.h \
  %D%/people-answer.c \
  %D%/people-call.c \
  %D%/people-control.c \
  %D%/people-talk.c \
  %D%/profile.c %D%/profile.h \
  %D%/qr-code.c %D%/qr-code.h \
  %D%/output.c %D%/output.h \
  %D%/picture.c %D%/picture.h \
  %D%/serve-command.c \
  %D%/snapshot-sink.c %D%/snapshot-sink.h \
  %D%/status-line.c %D%/status-line.h
libyodel_cli_la_LIBADD = $(JSON_LIBS) $(QR_LIBS) $(BASE_LIBS) $(MATH_LIBS)

bin_PROGRAMS += yodel
yodel_SOURCES = %D%/main.c
yodel_LDADD   = libyodel-cli.la libyodel.la libyodel-media.la $(JSON_LIBS) $(BASE_LIBS) $(MATH_LIBS)

CLI_TEST_LIBS = libyodel-cli.la libyodel.la libyodel-media.la $(JSON_LIBS) $(BASE_LIBS) $(MATH_LIBS)

check_PROGRAMS += tests/cli/test-description-line
tests_cli_test_description_line_SOURCES = tests/cli/test-description-line.c
tests_cli_test_description_line_LDADD   = $(CLI_TEST_LIBS)

check_PROGRAMS += tests/cli/test-json-line
tests_cli_test_json_line_SOURCES  = tests/cli/test-json-line.c
tests_cli_test_json_line_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
tests_cli_test_json_line_LDADD    = $(CLI_TEST_LIBS)

# Who knocks in tests/cli/test-flood.sh.
noinst_PROGRAMS += tests/cli/knock-maker tests/cli/knock-sender
tests_cli_knock_maker_SOURCES  = tests/cli/knock-maker.c
tests_cli_knock_maker_LDADD    = $(CORE_LIBS)
tests_cli_knock_sender_SOURCES = tests/cli/knock-sender.c
tests_cli_knock_sender_LDADD   = libyodel.la $(BASE_LIBS)

check_PROGRAMS += tests/cli/test-media-options
tests_cli_test_media_options_SOURCES = tests/cli/test-media-options.c
tests_cli_test_media_options_LDADD   = $(CLI_TEST_LIBS)

check_PROGRAMS += tests/cli/test-picture
tests_cli_test_picture_SOURCES = tests/cli/test-picture.c
tests_cli_test_picture_LDADD   = $(CLI_TEST_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-description-line
tests_fuzz_fuzz_description_line_SOURCES = tests/fuzz/fuzz-description-line.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_description_line_LDADD   = $(CLI_TEST_LIBS)

EXTRA_DIST += tests/fuzz/corpus/description-line
EXTRA_DIST += tests/cli/call-lib.sh tests/cli/people-lib.sh
dist_check_SCRIPTS += tests/cli/test-adverse.sh tests/cli/test-call.sh tests/cli/test-demo.sh tests/cli/test-echo.sh tests/cli/test-flood.sh tests/cli/test-people.sh tests/cli/test-restart.sh tests/cli/test-sound-call.sh tests/cli/test-stereo.sh tests/cli/test-usage.sh

check_PROGRAMS += tests/cli/test-status-line
tests_cli_test_status_line_SOURCES = tests/cli/test-status-line.c
tests_cli_test_status_line_LDADD   = $(CLI_TEST_LIBS)
