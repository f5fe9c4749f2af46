# transport: the direct, encrypted path
libyodel_core_la_SOURCES += \
  %D%/certificate.h \
  %D%/transport.h
