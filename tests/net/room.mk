# net: transports over real sockets
check_PROGRAMS += tests/net/test-transport
tests_net_test_transport_SOURCES = tests/net/test-transport.c \
  tests/net/transport-pair.c tests/net/transport-pair.h
tests_net_test_transport_LDADD   = $(CORE_LIBS)
