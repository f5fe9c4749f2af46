# What is installed and not compiled, and the bindings made from the library.
pkgconfigdir   = $(libdir)/pkgconfig
pkgconfig_DATA = %D%/yodel-1.pc %D%/yodel-media-1.pc

dist_man_MANS = %D%/yodel.1

# A click on an invite calls.
applicationsdir        = $(datadir)/applications
dist_applications_DATA = %D%/yodel-link.desktop

if HAVE_INTROSPECTION
-include $(INTROSPECTION_MAKEFILE)
INTROSPECTION_GIRS          = Yodel-1.gir YodelMedia-1.gir
INTROSPECTION_SCANNER_ARGS  = --warn-all --warn-error --add-include-path=$(builddir)
INTROSPECTION_COMPILER_ARGS = --includedir=$(builddir)

# The headers and, for their comments, the sources of the public objects.
INTROSPECTED = \
  $(filter-out %/yodel-media.h,$(pkginclude_HEADERS)) \
  $(filter src/%,$(libyodel_la_PUBLIC))
libyodel_la_PUBLIC = $(foreach f,$(libyodel_pure_la_SOURCES) $(libyodel_core_la_SOURCES),$(if $(findstring /yodel-,$(f)),$(f)))

Yodel-1.gir: libyodel.la
Yodel_1_gir_INCLUDES         = GObject-2.0 Gio-2.0
Yodel_1_gir_PACKAGES         = gobject-2.0 gio-2.0
Yodel_1_gir_EXPORT_PACKAGES  = yodel-1
Yodel_1_gir_CFLAGS           = -I$(top_srcdir)/include -I$(top_srcdir)/src
Yodel_1_gir_LIBS             = libyodel.la
Yodel_1_gir_FILES            = $(INTROSPECTED)
Yodel_1_gir_SCANNERFLAGS     = --c-include=yodel/yodel.h

YodelMedia-1.gir: libyodel-media.la Yodel-1.gir
YodelMedia_1_gir_PACKAGES        = gobject-2.0 gio-2.0
YodelMedia_1_gir_EXPORT_PACKAGES = yodel-media-1
YodelMedia_1_gir_CFLAGS          = -I$(top_srcdir)/include
YodelMedia_1_gir_LIBS            = libyodel-media.la libyodel.la
YodelMedia_1_gir_FILES           = include/yodel/yodel-media.h src/media/media.c
YodelMedia_1_gir_SCANNERFLAGS    = --c-include=yodel/yodel-media.h --include-uninstalled=Yodel-1.gir \
                                   --identifier-prefix=YodelMedia --symbol-prefix=yodel_media

girdir       = $(datadir)/gir-1.0
gir_DATA     = $(INTROSPECTION_GIRS)
typelibdir   = $(libdir)/girepository-1.0
typelib_DATA = $(INTROSPECTION_GIRS:.gir=.typelib)
CLEANFILES  += $(gir_DATA) $(typelib_DATA)
endif

if ENABLE_VAPIGEN
yodel-1.vapi: Yodel-1.gir
	$(AM_V_GEN)$(VAPIGEN) --quiet --library yodel-1 --pkg gio-2.0 Yodel-1.gir

yodel-media-1.vapi: YodelMedia-1.gir yodel-1.vapi
	$(AM_V_GEN)$(VAPIGEN) --quiet --library yodel-media-1 --pkg gio-2.0 --vapidir . --pkg yodel-1 \
	  --girdir . YodelMedia-1.gir

vapidir     = $(datadir)/vala/vapi
vapi_DATA   = yodel-1.vapi yodel-media-1.vapi
CLEANFILES += $(vapi_DATA)
endif
