# base: bytes, sequence numbers, errors
libyodel_pure_la_SOURCES += \
  %D%/byte-reader.c %D%/byte-reader.h \
  %D%/byte-writer.c %D%/byte-writer.h \
  %D%/sequence.c %D%/sequence.h \
  %D%/units.h \
  %D%/yodel-error.c

check_PROGRAMS += tests/base/test-bytes
tests_base_test_bytes_SOURCES = tests/base/test-bytes.c
tests_base_test_bytes_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/base/test-sequence
tests_base_test_sequence_SOURCES = tests/base/test-sequence.c
tests_base_test_sequence_LDADD   = $(PURE_LIBS)
