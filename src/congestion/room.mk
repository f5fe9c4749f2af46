# congestion: rate estimate, pacing, probing
libyodel_pure_la_SOURCES += \
  %D%/acknowledged-rate.c %D%/acknowledged-rate.h \
  %D%/aimd.c %D%/aimd.h \
  %D%/alr.c %D%/alr.h \
  %D%/circuit-breaker.c %D%/circuit-breaker.h \
  %D%/competing.c %D%/competing.h \
  %D%/controller.c %D%/controller.h \
  %D%/delay-control.c %D%/delay-control.h \
  %D%/drain.c %D%/drain.h \
  %D%/gcc.c %D%/gcc.h \
  %D%/inter-arrival.c %D%/inter-arrival.h \
  %D%/loss-estimate.c %D%/loss-estimate.h \
  %D%/loss-runs.c %D%/loss-runs.h \
  %D%/modest-rate.c %D%/modest-rate.h \
  %D%/pacer.c %D%/pacer.h \
  %D%/probe-controller.c %D%/probe-controller.h \
  %D%/probe-estimate.c %D%/probe-estimate.h \
  %D%/queue-estimate.c %D%/queue-estimate.h \
  %D%/rate-allocator.c %D%/rate-allocator.h \
  %D%/report-control.c %D%/report-control.h \
  %D%/rtt-guard.c %D%/rtt-guard.h \
  %D%/send-history.c %D%/send-history.h \
  %D%/trendline.c %D%/trendline.h

check_PROGRAMS += tests/congestion/test-send-history
tests_congestion_test_send_history_SOURCES = tests/congestion/test-send-history.c
tests_congestion_test_send_history_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/congestion/test-loss-runs
tests_congestion_test_loss_runs_SOURCES = tests/congestion/test-loss-runs.c
tests_congestion_test_loss_runs_LDADD   = $(PURE_LIBS)

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

# The scoreboard: RFC 8867 in virtual time.
check_PROGRAMS += tests/congestion/test-rfc8867
tests_congestion_test_rfc8867_SOURCES = \
  tests/congestion/test-rfc8867.c \
  tests/congestion/media-flow.c tests/congestion/media-flow.h \
  tests/congestion/scenario.c tests/congestion/scenario.h \
  tests/congestion/tcp-flow.c tests/congestion/tcp-flow.h \
  tests/lib/sim-network.c tests/lib/sim-network.h
tests_congestion_test_rfc8867_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/congestion/test-delay-detection
tests_congestion_test_delay_detection_SOURCES = tests/congestion/test-delay-detection.c
tests_congestion_test_delay_detection_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/congestion/test-gcc
tests_congestion_test_gcc_SOURCES = tests/congestion/test-gcc.c
tests_congestion_test_gcc_LDADD   = $(PURE_LIBS)
