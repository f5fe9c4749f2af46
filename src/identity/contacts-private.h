/* The database that contacts and invites share. */
#pragma once

#include "identity/contacts.h"
#include "identity/database.h"

struct _YodelContacts
{
  YodelDatabase database;
};
