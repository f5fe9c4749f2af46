# module: finds what is loaded at run time; a part of each library that does so
modulelibdir = $(libdir)/yodel-1
modulelib_LTLIBRARIES =

noinst_LTLIBRARIES += libyodel-module.la
libyodel_module_la_CPPFLAGS = $(AM_CPPFLAGS) $(MODULE_CFLAGS) -DMODULEDIR=\"$(modulelibdir)\"
libyodel_module_la_SOURCES  = %D%/load-module.c %D%/load-module.h
libyodel_module_la_LIBADD   = $(MODULE_LIBS)
