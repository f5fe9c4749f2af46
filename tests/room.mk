# What every test sees, and the tests of the tree itself.
AM_TESTS_ENVIRONMENT = \
  export CC='$(CC)' NM='$(NM)' PKG_CONFIG='$(PKG_CONFIG)' MSGFMT='$(MSGFMT)' \
         abs_top_srcdir='$(abs_top_srcdir)' abs_top_builddir='$(abs_top_builddir)' \
         YODEL_MODULE_PATH='$(abs_top_builddir)/.libs' SANITIZERS='$(SANITIZER_CFLAGS)';

dist_check_SCRIPTS += \
  %D%/check-bindings.sh \
  %D%/check-exports.sh \
  %D%/check-headers.sh \
  %D%/check-po.sh \
  %D%/check-rooms.sh

EXTRA_DIST += %D%/check-bindings.py %D%/lib/lsan.supp %D%/lib/tsan.supp
