# net: transports over real sockets, and the networks they are tried on
check_PROGRAMS += tests/net/test-transport
tests_net_test_transport_SOURCES = tests/net/test-transport.c \
  tests/net/transport-pair.c tests/net/transport-pair.h
tests_net_test_transport_LDADD   = $(CORE_LIBS)

check_PROGRAMS += tests/net/test-nat
tests_net_test_nat_SOURCES = tests/net/test-nat.c tests/net/nat.c tests/net/nat.h \
  tests/net/link.c tests/net/link.h tests/net/tun.c tests/net/tun.h
tests_net_test_nat_LDADD   = $(BASE_LIBS) $(MATH_LIBS)

# Run by the scripts below and by benches.
noinst_PROGRAMS += tests/net/wire tests/net/unat tests/net/stun-server tests/net/flood tests/net/test-link tests/net/measure-transport

tests_net_wire_SOURCES = tests/net/wire.c tests/net/link.c tests/net/link.h tests/net/tun.c tests/net/tun.h
tests_net_wire_LDADD   = $(BASE_LIBS) $(MATH_LIBS)

tests_net_unat_SOURCES = tests/net/unat.c tests/net/nat.c tests/net/nat.h tests/net/tun.c tests/net/tun.h
tests_net_unat_LDADD   = $(BASE_LIBS) $(MATH_LIBS)

tests_net_stun_server_SOURCES = tests/net/stun-server.c

tests_net_flood_SOURCES = tests/net/flood.c

tests_net_test_link_SOURCES = tests/net/test-link.c tests/net/transport-pair.c tests/net/transport-pair.h
tests_net_test_link_LDADD   = $(CORE_LIBS)

tests_net_measure_transport_SOURCES = tests/net/measure-transport.c tests/net/transport-pair.c tests/net/transport-pair.h
tests_net_measure_transport_LDADD   = $(CORE_LIBS)

dist_check_SCRIPTS += tests/net/test-adverse.sh tests/net/test-lan.sh tests/net/test-link.sh
EXTRA_DIST += tests/net/lan-lib.sh
