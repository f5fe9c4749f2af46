#define G_LOG_DOMAIN "yodel-media"

#include "media/file/y4m-header.h"

#include <string.h>

#include <yodel/yodel-error.h>
#include <yodel/yodel-video-frame.h>

#define MAGIC       "YUV4MPEG2"
#define MAGIC_BYTES (sizeof MAGIC - 1)
#define MARK        "FRAME"
#define MARK_BYTES  (sizeof MARK - 1)

/* Used where the header names no rate. */
#define DEFAULT_DURATION_US (G_USEC_PER_SEC / 30)

/* Reads a decimal number of at most 7 digits from *@text up to @end.  Returns: FALSE if there is none */
static gboolean
read_number (const char **text,
             const char  *end,
             guint       *number)
{
  const char *start = *text;
  guint value = 0;

  while (*text < end && g_ascii_isdigit (**text) && *text - start < 8)
    value = value * 10 + (guint) g_ascii_digit_value (*(*text)++);

  *number = value;
  return *text > start && *text - start < 8;
}

static gboolean
read_side (const char *text,
           const char *end,
           guint      *side)
{
  return read_number (&text, end, side) && text == end &&
         *side >= 1 && *side <= YODEL_VIDEO_FRAME_MAX_SIDE;
}

static gboolean
read_rate (const char     *text,
           const char     *end,
           YodelY4mHeader *header)
{
  if (!read_number (&text, end, &header->rate_num) || text == end || *text++ != ':' ||
      !read_number (&text, end, &header->rate_den) || text != end)
    return FALSE;

  if (header->rate_num == 0 || header->rate_den == 0)
    header->rate_num = header->rate_den = 0;
  return TRUE;
}

/* 4:2:0 of eight bits, wherever the chroma samples sit: less than half a pixel apart. */
static gboolean
is_420 (const char *text,
        const char *end)
{
  static const char * const known[] = { "420", "420jpeg", "420mpeg2", "420paldv" };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strlen (known[i]) == (gsize) (end - text) && memcmp (known[i], text, (gsize) (end - text)) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
read_parameter (const char      *text,
                const char      *end,
                YodelY4mHeader  *header,
                GError         **error)
{
  gboolean ok = TRUE;

  switch (text[0])
    {
    case 'W': ok = read_side (text + 1, end, &header->width); break;
    case 'H': ok = read_side (text + 1, end, &header->height); break;
    case 'F': ok = read_rate (text + 1, end, header); break;
    case 'C': ok = is_420 (text + 1, end); break;
    default:  break;                             /* interlacing, aspect, comments */
    }

  if (!ok)
    {
      g_autofree char *word = g_strndup (text, (gsize) MIN (end - text, 24));
      g_autofree char *shown = g_strescape (word, NULL);

      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA,
                   "a y4m header with \"%s\" cannot be read (4:2:0 of eight bits is needed)", shown);
    }
  return ok;
}

/* Reads the first line of a stream, with or without its newline.  Untouched on failure. */
gboolean
yodel_y4m_header_parse (YodelY4mHeader  *header,
                        const char      *line,
                        gsize            length,
                        GError         **error)
{
  YodelY4mHeader result = { 0 };
  const char *end;

  if (length > 0 && line[length - 1] == '\n')
    length--;
  end = line + length;

  if (length > YODEL_Y4M_LINE_MAX_BYTES || length < MAGIC_BYTES ||
      memcmp (line, MAGIC, MAGIC_BYTES) != 0 ||
      (length > MAGIC_BYTES && line[MAGIC_BYTES] != ' '))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "this is no y4m: it does not begin with \"" MAGIC "\"");
      return FALSE;
    }

  for (const char *at = line + MAGIC_BYTES; at < end;)
    {
      const char *stop;

      if (*at == ' ')
        {
          at++;
          continue;
        }
      stop = memchr (at, ' ', (gsize) (end - at));
      if (stop == NULL)
        stop = end;
      if (!read_parameter (at, stop, &result, error))
        return FALSE;
      at = stop;
    }

  if (result.width == 0 || result.height == 0)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "the y4m header names no width or no height");
      return FALSE;
    }

  *header = result;
  return TRUE;
}

/* Returns: (transfer full): the header line, with its newline */
char *
yodel_y4m_header_write (const YodelY4mHeader *header)
{
  return g_strdup_printf (MAGIC " W%u H%u F%u:%u Ip A1:1 C420jpeg\n",
                          header->width, header->height, header->rate_num, header->rate_den);
}

/* @line: without its newline */
gboolean
yodel_y4m_is_frame_line (const char *line,
                         gsize       length)
{
  return length >= MARK_BYTES && memcmp (line, MARK, MARK_BYTES) == 0 &&
         (length == MARK_BYTES || line[MARK_BYTES] == ' ');
}

/* Returns: size of the pixels of one frame */
gsize
yodel_y4m_frame_bytes (const YodelY4mHeader *header)
{
  return (gsize) header->width * header->height +
         2 * (gsize) ((header->width + 1) / 2) * ((header->height + 1) / 2);
}

/* Returns: the time from one frame to the next, from 1 ms to 10 s */
gint64
yodel_y4m_frame_duration_us (const YodelY4mHeader *header)
{
  if (header->rate_num == 0 || header->rate_den == 0)
    return DEFAULT_DURATION_US;

  return CLAMP ((gint64) header->rate_den * G_USEC_PER_SEC / header->rate_num,
                G_USEC_PER_SEC / 1000, 10 * G_USEC_PER_SEC);
}
