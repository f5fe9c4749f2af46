# the public headers, all of them
pkginclude_HEADERS += \
  %D%/yodel.h \
  %D%/yodel-call.h \
  %D%/yodel-contact-book.h \
  %D%/yodel-endpoint.h \
  %D%/yodel-enums.h \
  %D%/yodel-error.h \
  %D%/yodel-history.h \
  %D%/yodel-identity.h \
  %D%/yodel-invite.h \
  %D%/yodel-macros.h \
  %D%/yodel-media.h \
  %D%/yodel-rendezvous.h \
  %D%/yodel-session.h \
  %D%/yodel-signaller.h \
  %D%/yodel-sink.h \
  %D%/yodel-source.h \
  %D%/yodel-stats.h \
  %D%/yodel-track.h \
  %D%/yodel-video-frame.h
