# What those who embed the library begin with; built, not installed.
noinst_PROGRAMS += examples/answer
examples_answer_SOURCES = examples/answer.c
examples_answer_CPPFLAGS = -I$(top_srcdir)/include $(BASE_CFLAGS)
examples_answer_LDADD   = libyodel.la libyodel-media.la $(BASE_LIBS)
