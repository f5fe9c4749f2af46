# Calls with other stacks.  Each test is one peer, both roles, and skips where the peer is missing.
# For a minute of media instead of a quarter: make check-interop YODEL_INTEROP_SECONDS=60
INTEROP_CALLS = \
  %D%/test-aiortc.sh \
  %D%/test-chromium.sh \
  %D%/test-chromium-longway.sh \
  %D%/test-chromium-trouble.sh \
  %D%/test-chromium-keys.sh \
  %D%/test-chromium-stereo.sh \
  %D%/test-chromium-vp9.sh \
  %D%/test-firefox.sh \
  %D%/test-webrtcbin.sh \
  %D%/test-wrtc.sh
INTEROP_TESTS += $(INTEROP_CALLS)

dist_noinst_SCRIPTS = $(INTEROP_CALLS) %D%/both-ways.sh %D%/call.py %D%/longway.py %D%/trouble.py
EXTRA_DIST += \
  %D%/alignment.py \
  %D%/environment.sh \
  %D%/judge.py \
  %D%/media.py \
  %D%/network.py \
  %D%/peers/aiortc-peer.py \
  %D%/peers/chromium-page.js \
  %D%/peers/chromium-peer.mjs \
  %D%/peers/contract.mjs \
  %D%/peers/contract.py \
  %D%/peers/firefox-page.js \
  %D%/peers/firefox-peer.mjs \
  %D%/peers/package.json \
  %D%/peers/stamp.mjs \
  %D%/peers/webrtcbin-peer.py \
  %D%/peers/wrtc-peer.mjs

clean-local:
	-rm -rf interop-media
