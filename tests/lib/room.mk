# lib: what tests of several rooms share
EXTRA_DIST += tests/lib/tap.sh
