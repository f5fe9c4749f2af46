# Each parser of foreign bytes has a target here.  Its room lists it, in that room's room.mk:
#
#   check_PROGRAMS += tests/fuzz/fuzz-NAME
#   tests_fuzz_fuzz_NAME_SOURCES = tests/fuzz/fuzz-NAME.c tests/lib/fuzz-replay.c
#   tests_fuzz_fuzz_NAME_LDADD   = $(PURE_LIBS)
#   EXTRA_DIST += tests/fuzz/corpus/NAME
#
# make check replays the corpus.  To search for more with libFuzzer:
#   clang -g -fsanitize=fuzzer,address,undefined ... tests/fuzz/fuzz-NAME.c (without fuzz-replay.c)
