# two session machines and a simulated network: whole calls in virtual time
check_PROGRAMS += tests/sim/test-call
tests_sim_test_call_SOURCES = %D%/test-call.c \
  tests/lib/sim-call.c tests/lib/sim-call.h tests/lib/sim-network.c tests/lib/sim-network.h
tests_sim_test_call_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/sim/test-lossy-call
tests_sim_test_lossy_call_SOURCES = %D%/test-lossy-call.c \
  tests/lib/sim-call.c tests/lib/sim-call.h tests/lib/sim-network.c tests/lib/sim-network.h
tests_sim_test_lossy_call_LDADD   = $(CORE_LIBS)
