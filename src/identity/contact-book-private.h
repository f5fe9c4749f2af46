/* What the other rooms may do with the contacts behind the public face. */
#pragma once

#include <yodel/yodel-contact-book.h>

#include "identity/contacts.h"

G_BEGIN_DECLS

YodelContacts *yodel_contact_book_get_contacts (YodelContactBook *self);

/* The contacts were changed behind the face. */
void           yodel_contact_book_emit_changed (YodelContactBook *self);

G_END_DECLS
