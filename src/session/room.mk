# session: one peer connection: offer/answer; wires all the rooms above
libyodel_core_la_SOURCES += \
  %D%/track-private.h \
  %D%/yodel-sink.c \
  %D%/yodel-source.c \
  %D%/yodel-track.c

libyodel_core_la_SOURCES += \
  %D%/negotiation.h
