# two session machines and a simulated network: whole calls in virtual time
check_PROGRAMS += tests/sim/test-call tests/sim/test-rates
tests_sim_test_call_SOURCES = %D%/test-call.c \
  tests/lib/sim-call.c tests/lib/sim-call.h tests/lib/sim-network.c tests/lib/sim-network.h
tests_sim_test_call_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/sim/test-lossy-call
tests_sim_test_lossy_call_SOURCES = %D%/test-lossy-call.c \
  tests/lib/sim-call.c tests/lib/sim-call.h tests/lib/sim-network.c tests/lib/sim-network.h
tests_sim_test_lossy_call_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/sim/test-beside-tcp
tests_sim_test_beside_tcp_SOURCES = %D%/test-beside-tcp.c tests/congestion/tcp-flow.c tests/congestion/tcp-flow.h \
  tests/lib/sim-call.c tests/lib/sim-call.h tests/lib/sim-network.c tests/lib/sim-network.h
tests_sim_test_beside_tcp_LDADD   = $(CORE_LIBS)

tests_sim_test_rates_SOURCES = %D%/test-rates.c \
  tests/lib/sim-call.c tests/lib/sim-call.h tests/lib/sim-network.c tests/lib/sim-network.h
tests_sim_test_rates_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/sim/test-voice-repair
tests_sim_test_voice_repair_SOURCES = %D%/test-voice-repair.c \
  tests/lib/sim-call.c tests/lib/sim-call.h tests/lib/sim-network.c tests/lib/sim-network.h
tests_sim_test_voice_repair_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/sim/test-sound
tests_sim_test_sound_SOURCES = %D%/test-sound.c \
  tests/lib/sim-call.c tests/lib/sim-call.h tests/lib/sim-network.c tests/lib/sim-network.h
tests_sim_test_sound_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/sim/test-lips
tests_sim_test_lips_SOURCES = %D%/test-lips.c \
  tests/lib/sim-call.c tests/lib/sim-call.h tests/lib/sim-network.c tests/lib/sim-network.h
tests_sim_test_lips_LDADD   = $(CORE_LIBS)

# by hand: bench-voice SPEECH.wav FOLDER SEED...
noinst_PROGRAMS += tests/sim/bench-voice
tests_sim_bench_voice_SOURCES = %D%/bench-voice.c tests/lib/wav.c tests/lib/wav.h \
  tests/lib/sim-call.c tests/lib/sim-call.h tests/lib/sim-network.c tests/lib/sim-network.h
tests_sim_bench_voice_LDADD   = $(CORE_LIBS)
