# congestion: rate estimate, pacing, probing
libyodel_pure_la_SOURCES += \
  %D%/controller.c %D%/controller.h \
  %D%/pacer.c %D%/pacer.h \
  %D%/rate-allocator.c %D%/rate-allocator.h \
  %D%/send-history.c %D%/send-history.h

check_PROGRAMS += tests/congestion/test-send-history
tests_congestion_test_send_history_SOURCES = tests/congestion/test-send-history.c
tests_congestion_test_send_history_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/congestion/test-pacer
tests_congestion_test_pacer_SOURCES = tests/congestion/test-pacer.c
tests_congestion_test_pacer_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/congestion/test-rate-allocator
tests_congestion_test_rate_allocator_SOURCES = tests/congestion/test-rate-allocator.c
tests_congestion_test_rate_allocator_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/congestion/test-sim-network
tests_congestion_test_sim_network_SOURCES = \
  tests/congestion/test-sim-network.c tests/lib/sim-network.c tests/lib/sim-network.h
tests_congestion_test_sim_network_LDADD   = $(PURE_LIBS)
