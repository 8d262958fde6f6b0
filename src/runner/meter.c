/* Until headings are seen, text goes by in whole runs: only what may be their beginning is held. */
#include "runner/meter.h"

#include <stdbool.h>
#include <string.h>

static const char headings[] =
    "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n"
    "                                 Dload  Upload   Total   Spent    Left  Speed\n";
_Static_assert(sizeof headings - 1 == METER_HEADINGS_BYTES, "what is held has room for them");

/* "\r 42  340M   42  145M    0     0  11.2M      0  0:00:30  0:00:12  0:00:18 11.5M" */
enum { LINE_BYTES = 79, TELLING_BYTES = 16 };

static bool is_line(const char *at, size_t n_bytes)
{
    if (at[0] != '\r' || n_bytes > LINE_BYTES)
        return false;
    for (size_t i = 1; i < n_bytes; i++)
        if (!at[i] || !strchr(" 0123456789.kMGTPdh:-", at[i]))
            return false;
    return true;
}

static bool may_begin(const struct meter *meter, const char *at, size_t n_bytes)
{
    return (n_bytes <= METER_HEADINGS_BYTES && memcmp(at, headings, n_bytes) == 0) ||
           (meter->state != METER_NONE && is_line(at, n_bytes));
}

/* Gives the first of the held bytes until the rest may be a beginning. */
static void held_give(struct meter *meter)
{
    size_t n = 0;
    while (n < meter->n_held && !may_begin(meter, meter->held + n, meter->n_held - n))
        n++;
    if (n)
        meter->sink(meter->context, meter->held, n);
    meter->n_held -= n;
    memmove(meter->held, meter->held + n, meter->n_held);
}

static void byte_add(struct meter *meter, char byte)
{
    bool ends_line = meter->state == METER_SHOWN && !meter->n_held && byte == '\n';
    if (meter->state == METER_SHOWN && !meter->n_held)
        meter->state = METER_RUNS;
    if (ends_line)
        return;
    meter->held[meter->n_held++] = byte;
    held_give(meter);
    if (meter->n_held == METER_HEADINGS_BYTES)
        meter->state = METER_RUNS;
    else if (meter->n_held == LINE_BYTES && meter->held[0] == '\r')
        meter->state = METER_SHOWN;
    else
        return;
    meter->n_held = 0;
}

/* How much of the run holds no beginning of headings, nor of a line. */
static size_t quiet_bytes(const struct meter *meter, const char *bytes, size_t n_bytes)
{
    const char *back = meter->state == METER_RUNS ? memchr(bytes, '\r', n_bytes) : NULL;
    if (meter->state == METER_SHOWN || meter->n_held)
        return 0;
    if (back)
        n_bytes = (size_t)(back - bytes);
    const char *found = memmem(bytes, n_bytes, headings, TELLING_BYTES);
    if (found)
        return (size_t)(found - bytes);
    for (size_t n = n_bytes < TELLING_BYTES ? n_bytes : TELLING_BYTES - 1; n > 0; n--)
        if (memcmp(bytes + n_bytes - n, headings, n) == 0)
            return n_bytes - n;
    return n_bytes;
}

void meter_add(struct meter *meter, const char *bytes, size_t n_bytes)
{
    size_t at = 0;
    while (at < n_bytes) {
        size_t quiet = quiet_bytes(meter, bytes + at, n_bytes - at);
        if (quiet)
            meter->sink(meter->context, bytes + at, quiet);
        at += quiet;
        if (at < n_bytes)
            byte_add(meter, bytes[at++]);
    }
}

void meter_finish(struct meter *meter)
{
    if (meter->n_held)
        meter->sink(meter->context, meter->held, meter->n_held);
    meter->n_held = 0;
}
