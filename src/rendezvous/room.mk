# rendezvous: a meeting place that nobody has to trust, without its sockets
noinst_LTLIBRARIES += libyodel-rendezvous.la
libyodel_rendezvous_la_CPPFLAGS = $(AM_CPPFLAGS) $(IDENTITY_CFLAGS)
libyodel_rendezvous_la_SOURCES = \
  %D%/mailbox-key.c %D%/mailbox-key.h \
  %D%/mailbox-store.c %D%/mailbox-store.h \
  %D%/post-office.c %D%/post-office.h \
  %D%/reconnect-delay.c %D%/reconnect-delay.h \
  %D%/rendezvous-message.c %D%/rendezvous-message.h \
  %D%/source-table.c %D%/source-table.h \
  %D%/token-bucket.h
libyodel_rendezvous_la_LIBADD = libyodel-pure.la $(IDENTITY_LIBS) $(BASE_LIBS)
RENDEZVOUS_TEST_LIBS = libyodel-rendezvous.la $(CORE_LIBS)

check_PROGRAMS += tests/rendezvous/test-mailbox-key
tests_rendezvous_test_mailbox_key_SOURCES = tests/rendezvous/test-mailbox-key.c
tests_rendezvous_test_mailbox_key_LDADD   = $(RENDEZVOUS_TEST_LIBS)

check_PROGRAMS += tests/rendezvous/test-post-office
tests_rendezvous_test_post_office_SOURCES = tests/rendezvous/test-post-office.c
tests_rendezvous_test_post_office_LDADD   = $(RENDEZVOUS_TEST_LIBS)

check_PROGRAMS += tests/rendezvous/test-reconnect-delay
tests_rendezvous_test_reconnect_delay_SOURCES = tests/rendezvous/test-reconnect-delay.c
tests_rendezvous_test_reconnect_delay_LDADD   = $(RENDEZVOUS_TEST_LIBS)

check_PROGRAMS += tests/rendezvous/test-rendezvous-message
tests_rendezvous_test_rendezvous_message_SOURCES = tests/rendezvous/test-rendezvous-message.c
tests_rendezvous_test_rendezvous_message_LDADD   = $(RENDEZVOUS_TEST_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-rendezvous
tests_fuzz_fuzz_rendezvous_SOURCES = tests/fuzz/fuzz-rendezvous.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_rendezvous_LDADD   = $(RENDEZVOUS_TEST_LIBS)
EXTRA_DIST += tests/fuzz/corpus/rendezvous
