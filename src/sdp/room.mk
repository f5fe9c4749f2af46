# sdp: session descriptions
libyodel_pure_la_SOURCES += \
  %D%/ice-candidate.c %D%/ice-candidate.h \
  %D%/sdp.c %D%/sdp.h \
  %D%/sdp-attributes.c %D%/sdp-attributes.h \
  %D%/sdp-parse.c %D%/sdp-private.h

check_PROGRAMS += tests/sdp/test-ice-candidate
tests_sdp_test_ice_candidate_SOURCES = tests/sdp/test-ice-candidate.c
tests_sdp_test_ice_candidate_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/sdp/test-sdp
tests_sdp_test_sdp_SOURCES = tests/sdp/test-sdp.c
tests_sdp_test_sdp_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/sdp/test-sdp-attributes
tests_sdp_test_sdp_attributes_SOURCES = tests/sdp/test-sdp-attributes.c
tests_sdp_test_sdp_attributes_LDADD   = $(PURE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-sdp
tests_fuzz_fuzz_sdp_SOURCES = tests/fuzz/fuzz-sdp.c tests/lib/fuzz-replay.c
tests_fuzz_fuzz_sdp_LDADD   = $(PURE_LIBS)

EXTRA_DIST += \
  tests/sdp/data/aiortc-answer.sdp \
  tests/sdp/data/aiortc-offer.sdp \
  tests/sdp/data/chromium-all-codecs-offer.sdp \
  tests/sdp/data/chromium-answer.sdp \
  tests/sdp/data/chromium-offer.sdp \
  tests/sdp/data/firefox-style-offer.sdp \
  tests/sdp/data/libdatachannel-answer.sdp \
  tests/sdp/data/libdatachannel-offer.sdp \
  tests/sdp/data/libwebrtc-m106-answer.sdp \
  tests/sdp/data/libwebrtc-m106-offer.sdp \
  tests/sdp/data/sip-no-bundle-offer.sdp \
  tests/sdp/data/webrtcbin-answer.sdp \
  tests/sdp/data/webrtcbin-offer.sdp \
  tests/fuzz/corpus/sdp
