/* Calls between people: by an endpoint that finds the other side, where manual: has a person do it. */
#pragma once

#include <yodel/yodel-media.h>

#include "cli/call.h"
#include "cli/profile.h"

typedef struct _YodelPeople YodelPeople;

/* Thread: the program's one. */
struct _YodelPeople
{
  YodelCliCall           base;          /* the first member */
  void                 (*on_over) (YodelPeople *self);   /* the call has ended, and its figures are in */
  YodelProfile           profile;
  YodelEndpoint         *endpoint;      /* (owned) (nullable) */
  YodelCall             *call;          /* (owned) (nullable) the one that is under way */
  YodelMediaTonePlayer  *tone;          /* (owned) (nullable) */
  GError                *start_error;   /* (owned) (nullable) why nothing can be reached */
  guint                  alone_timer;
  gboolean               is_answering;
  gboolean               is_over;       /* the program ends */
};

int      yodel_cli_call_somebody    (const YodelCliOptions *options);
int      yodel_cli_answer_everybody (const YodelCliOptions *options);

/* people.c */
gboolean yodel_people_open          (YodelPeople           *self,
                                     const YodelCliOptions *options);
void     yodel_people_close         (YodelPeople           *self);
void     yodel_people_take          (YodelPeople           *self,
                                     YodelCall             *call);
gboolean yodel_people_equip         (YodelPeople           *self);
void     yodel_people_play          (YodelPeople           *self,
                                     const char            *tone);
YodelCallMedia yodel_people_get_media (YodelPeople         *self);
const char *yodel_people_get_name   (YodelCall             *call);
void     yodel_people_tell          (YodelPeople           *self,
                                     const char            *event);
