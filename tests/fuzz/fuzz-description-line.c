/* Whatever the line: a description, or one line of words about what is wrong. */
#include <string.h>

#include "cli/description-line.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *sdp = NULL;
  g_autoptr (GError) error = NULL;
  YodelSdpType type;

  if (!yodel_description_line_parse ((const char *) data, size, &type, &sdp, &error))
    {
      g_assert (error != NULL && strchr (error->message, '\n') == NULL && sdp == NULL);
      return 0;
    }

  g_assert (type <= YODEL_SDP_ROLLBACK && sdp[0] != '\0');
  return 0;
}
