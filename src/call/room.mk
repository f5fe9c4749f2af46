# call: endpoint and call: ringing, hold, trust, how it ended
libyodel_core_la_SOURCES += \
  %D%/call-candidates.c \
  %D%/call-end.c \
  %D%/call-media.c \
  %D%/call-offers.c \
  %D%/call-private.h \
  %D%/call-talk.c \
  %D%/endpoint-inbox.c \
  %D%/endpoint-private.h \
  %D%/endpoint-routes.c \
  %D%/history-private.h \
  %D%/inbox.c %D%/inbox.h \
  %D%/knock-guard.c %D%/knock-guard.h \
  %D%/yodel-call.c \
  %D%/yodel-endpoint.c \
  %D%/yodel-history.c

CALL_TEST_PEOPLE = tests/lib/people.c tests/lib/people.h tests/lib/run-until.h tests/lib/loop-signaller.c tests/lib/loop-signaller.h

check_PROGRAMS += tests/call/test-call
tests_call_test_call_SOURCES = tests/call/test-call.c $(CALL_TEST_PEOPLE)
tests_call_test_call_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/call/test-hostile
tests_call_test_hostile_SOURCES = tests/call/test-hostile.c tests/lib/hostile.c tests/lib/hostile.h $(CALL_TEST_PEOPLE)
tests_call_test_hostile_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/call/test-knock-guard
tests_call_test_knock_guard_SOURCES = tests/call/test-knock-guard.c
tests_call_test_knock_guard_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/call/test-address
tests_call_test_address_SOURCES = tests/call/test-address.c $(CALL_TEST_PEOPLE)
tests_call_test_address_LDADD   = $(CORE_LIBS)
