# identity: the key pair that is somebody, and its address
libyodel_core_la_SOURCES += \
  %D%/address.c %D%/address.h \
  %D%/base32.c %D%/base32.h \
  %D%/contacts.c %D%/contacts.h %D%/contacts-private.h \
  %D%/database.c %D%/database.h \
  %D%/identity-private.h \
  %D%/invites.c \
  %D%/safety-code.c %D%/safety-code.h \
  %D%/yodel-contact-book.c %D%/contact-book-private.h \
  %D%/yodel-identity.c \
  %D%/yodel-identity-protected.c \
  %D%/yodel-identity-shared.c \
  %D%/yodel-invite.c

check_PROGRAMS += tests/identity/test-contacts
tests_identity_test_contacts_SOURCES = tests/identity/test-contacts.c
tests_identity_test_contacts_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/identity/test-identity
tests_identity_test_identity_SOURCES = tests/identity/test-identity.c
tests_identity_test_identity_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/identity/test-safety-code
tests_identity_test_safety_code_SOURCES = tests/identity/test-safety-code.c
tests_identity_test_safety_code_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-address
tests_fuzz_fuzz_address_SOURCES = tests/fuzz/fuzz-address.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_address_LDADD   = $(CORE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/address

check_PROGRAMS += tests/identity/test-invite
tests_identity_test_invite_SOURCES = tests/identity/test-invite.c
tests_identity_test_invite_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-invite
tests_fuzz_fuzz_invite_SOURCES = tests/fuzz/fuzz-invite.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_invite_LDADD   = $(CORE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/invite
