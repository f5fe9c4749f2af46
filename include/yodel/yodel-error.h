/* The error domain of the library. */
#pragma once

#include <glib.h>

#include <yodel/yodel-macros.h>

G_BEGIN_DECLS

/**
 * YODEL_ERROR:
 *
 * The domain of all errors of the library; the codes are #YodelError.
 */
#define YODEL_ERROR (yodel_error_quark ())

/**
 * YodelError:
 * @YODEL_ERROR_FAILED: anything else; the message says it
 * @YODEL_ERROR_STATE: the call does not fit the state the object is in
 * @YODEL_ERROR_DESCRIPTION: a session description or candidate is malformed or contradicts itself
 * @YODEL_ERROR_UNSUPPORTED: well-formed, but asks for what Yodel does not speak
 * @YODEL_ERROR_NO_CANDIDATES: there is no network interface to gather candidates on
 * @YODEL_ERROR_MEDIA: a source or sink cannot be opened, read or written
 * @YODEL_ERROR_KEY: a key or address is malformed or cannot be stored
 * @YODEL_ERROR_CLOSED: the object was closed
 * @YODEL_ERROR_UNREACHABLE: nobody was found under an address, or the way to him is not there
 */
typedef enum
{
  YODEL_ERROR_FAILED,
  YODEL_ERROR_STATE,
  YODEL_ERROR_DESCRIPTION,
  YODEL_ERROR_UNSUPPORTED,
  YODEL_ERROR_NO_CANDIDATES,
  YODEL_ERROR_MEDIA,
  YODEL_ERROR_KEY,
  YODEL_ERROR_CLOSED,
  YODEL_ERROR_UNREACHABLE,
} YodelError;

YODEL_API
GQuark yodel_error_quark (void);

G_END_DECLS
