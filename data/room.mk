# What is installed and not compiled.
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = %D%/yodel-1.pc %D%/yodel-media-1.pc
