# signalling: how two peers exchange descriptions
libyodel_core_la_SOURCES += \
  %D%/call-dialogue.c %D%/call-dialogue.h \
  %D%/call-message.c %D%/call-message.h \
  %D%/dialogue-outbox.c %D%/dialogue-outbox.h \
  %D%/hpke.c %D%/hpke.h \
  %D%/knock.c %D%/knock.h \
  %D%/replay-cache.c %D%/replay-cache.h \
  %D%/sealed-message.c %D%/sealed-message.h \
  %D%/signaller-registry.c %D%/signaller-registry.h \
  %D%/yodel-signaller.c

check_PROGRAMS += tests/signalling/test-call-dialogue
tests_signalling_test_call_dialogue_SOURCES = tests/signalling/test-call-dialogue.c
tests_signalling_test_call_dialogue_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/signalling/test-call-message
tests_signalling_test_call_message_SOURCES = tests/signalling/test-call-message.c
tests_signalling_test_call_message_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/signalling/test-sealed-message
tests_signalling_test_sealed_message_SOURCES = tests/signalling/test-sealed-message.c tests/lib/made-envelope.c tests/lib/made-envelope.h
tests_signalling_test_sealed_message_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/signalling/test-replay-cache
tests_signalling_test_replay_cache_SOURCES = tests/signalling/test-replay-cache.c
tests_signalling_test_replay_cache_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-call-message
tests_fuzz_fuzz_call_message_SOURCES = tests/fuzz/fuzz-call-message.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_call_message_LDADD   = $(CORE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/call-message

check_PROGRAMS += tests/fuzz/fuzz-sealed-message
tests_fuzz_fuzz_sealed_message_SOURCES = tests/fuzz/fuzz-sealed-message.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_sealed_message_LDADD   = $(CORE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/sealed-message
