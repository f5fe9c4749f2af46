/* What protects the packets of a picture on their way out (RFC 5109 in RED).  A protection has its
 * sequence number behind its frame, but is summed up when it leaves: the header extensions of
 * what it protects are written as late as that. */
#pragma once

#include <glib.h>

typedef struct _YodelVideoProtection YodelVideoProtection;

YodelVideoProtection *yodel_video_protection_new          (void);
void                  yodel_video_protection_free         (YodelVideoProtection *self);

/* 0 where they are not agreed on. */
void                  yodel_video_protection_set_types    (YodelVideoProtection *self,
                                                           guint8                red,
                                                           guint8                ulpfec);

/* The packet @sequence will protect those of @numbers, in their order: no more than YODEL_ULPFEC_MAX_SPAN,
 * and no further apart. */
void                  yodel_video_protection_reserve      (YodelVideoProtection *self,
                                                           guint16               sequence,
                                                           const guint16        *numbers,
                                                           guint                 n);

/* A packet of the stream leaves, as @data: it is remembered, or summed up if it is a protection. */
void                  yodel_video_protection_on_leaving   (YodelVideoProtection *self,
                                                           guint8               *data,
                                                           gsize                 size);

/* Takes the RED header out of a packet with one block (RFC 2198 section 3), into @plain, which is as
 * large.  Returns: the size; 0 where it is not such a packet */
gsize                 yodel_video_protection_unwrap       (guint8               *plain,
                                                           const guint8         *data,
                                                           gsize                 size,
                                                           guint8                red,
                                                           guint8               *payload_type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelVideoProtection, yodel_video_protection_free)
