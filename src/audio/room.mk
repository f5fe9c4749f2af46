# audio: Opus and its payload format, redundancy, adaptive playout
libyodel_pure_la_SOURCES += \
  %D%/frame-collector.h \
  %D%/level-meter.h \
  %D%/loss-controller.h \
  %D%/opus-encoder.h \
  %D%/opus-payload.h \
  %D%/playout-buffer.h \
  %D%/red-payload.h
