/* Calls between people: by an endpoint that finds the other side, where manual: has a person do it. */
#pragma once

#include <yodel/yodel-media.h>

#include "cli/call.h"
#include "cli/profile.h"

typedef struct _YodelPeople YodelPeople;
typedef struct _YodelTalk   YodelTalk;

/* One call, with media, figures and timers of its own.  Thread: the program's one. */
struct _YodelTalk
{
  YodelCliCall           base;          /* the first member */
  YodelPeople           *people;        /* (borrowed) */
  YodelCall             *call;          /* (owned) */
  YodelMediaTonePlayer  *tone;          /* (owned) (nullable) */
  gboolean               was_put_aside; /* for another call, and not because somebody asked for it */
  gboolean               was_held_by_peer;
  YodelCallMedia         remote_media;
  guint                  over_source;
};

/* What is the program's.  Thread: the program's one. */
struct _YodelPeople
{
  YodelCliCall           base;          /* the first member: outputs, signals, terminal; the line while there is no call */
  void                 (*on_over) (YodelPeople *self);   /* a call has ended and is forgotten */
  YodelProfile           profile;
  YodelEndpoint         *endpoint;      /* (owned) (nullable) */
  GPtrArray             *talks;         /* (owned) YodelTalk, in the order they began */
  YodelTalk             *current;       /* (borrowed) (nullable) of the calls that were taken, the one that keys are for */
  GError                *start_error;   /* (owned) (nullable) why nothing can be reached */
  guint                  alone_timer;
  guint                  n_calls;
  guint                  n_taken;
  gboolean               is_answering;
  gboolean               is_over;       /* the program ends */
  gboolean               is_undisturbed;
  gboolean               has_told_keys; /* of several calls */
  gboolean               has_result;    /* the last call has told how it went */
};

int      yodel_cli_call_somebody    (const YodelCliOptions *options);
int      yodel_cli_answer_everybody (const YodelCliOptions *options);

/* people.c */
gboolean yodel_people_open          (YodelPeople           *self,
                                     const YodelCliOptions *options);
void     yodel_people_close         (YodelPeople           *self);
YodelTalk *yodel_people_take        (YodelPeople           *self,
                                     YodelCall             *call);
YodelCallMedia yodel_people_get_media (YodelPeople         *self);
const char *yodel_people_get_name   (YodelCall             *call);
YodelTalk *yodel_people_find_ringing (YodelPeople          *self);
gboolean yodel_people_is_free       (YodelPeople           *self);
void     yodel_people_set_current   (YodelPeople           *self,
                                     YodelTalk             *talk);
void     yodel_people_receive       (YodelPeople           *self,
                                     YodelCall             *call);

/* people-talk.c */
YodelTalk *yodel_talk_new           (YodelPeople           *people,
                                     YodelCall             *call,
                                     guint                  number);
void     yodel_talk_free            (YodelTalk             *self);
gboolean yodel_talk_is_up           (const YodelTalk       *self);
gboolean yodel_talk_equip           (YodelTalk             *self);
void     yodel_talk_play            (YodelTalk             *self,
                                     const char            *tone);
void     yodel_talk_tell            (YodelTalk             *self,
                                     const char            *event);
void     yodel_talk_emit            (YodelTalk             *self,
                                     const char            *event);
void     yodel_talk_accept          (YodelTalk             *self,
                                     YodelCallMedia         media);
void     yodel_talk_set_held        (YodelTalk             *self,
                                     gboolean               held);
void     yodel_talk_set_video       (YodelTalk             *self,
                                     gboolean               is_on,
                                     const char            *spec);

/* people-control.c */
gboolean yodel_people_start_control (YodelPeople           *self,
                                     GError               **error);
void     yodel_people_ask           (YodelPeople           *self);
