#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct json_writer jw_start(struct buf *out)
{
    return (struct json_writer){.out = out};
}

static void before_value(struct json_writer *w)
{
    if (w->comma_)
        buf_putc(w->out, ',');
    w->comma_ = true;
}

static void begin(struct json_writer *w, char c)
{
    before_value(w);
    buf_putc(w->out, c);
    w->comma_ = false;
}

static void end(struct json_writer *w, char c)
{
    buf_putc(w->out, c);
    w->comma_ = true;
}

void jw_begin_object(struct json_writer *w)
{
    begin(w, '{');
}

void jw_end_object(struct json_writer *w)
{
    end(w, '}');
}

void jw_begin_array(struct json_writer *w)
{
    begin(w, '[');
}

void jw_end_array(struct json_writer *w)
{
    end(w, ']');
}

/* Length of the valid UTF-8 sequence at s, or 0. RFC 3629: no overlong forms, no surrogates, up to U+10FFFF.
 */
static size_t utf8_sequence(const unsigned char *s, size_t n)
{
    if (s[0] < 0x80)
        return 1;
    size_t len = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || n < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF0 && s[1] < 0x90) ||
        (s[0] == 0xF4 && s[1] > 0x8F))
        return 0;
    return len;
}

void utf8_clean(struct buf *out, const char *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes;) {
        size_t len = utf8_sequence((const unsigned char *)bytes + i, n_bytes - i);
        if (len)
            buf_add(out, bytes + i, len);
        else
            buf_puts(out, "\xEF\xBF\xBD");
        i += len ? len : 1;
    }
}

/* Eight bytes that need neither escape nor check, in any order of bytes. */
static bool is_plain(const char *s)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t x;
    memcpy(&x, s, sizeof x);
    uint64_t quote = x ^ (ones * '"'), backslash = x ^ (ones * '\\'), delete = x ^ (ones * 0x7f);
    uint64_t odd = x | ((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) |
                   ((backslash - ones) & ~backslash) | ((delete - ones) & ~delete);
    return !(odd & high);
}

static void write_escaped(struct buf *out, const char *s, size_t n)
{
    static const char hex[] = "0123456789abcdef";
    size_t plain = 0; /* start of the run that needs no escape */
    for (size_t i = 0; i < n;) {
        if (n - i >= 8 && is_plain(s + i)) {
            i += 8;
            continue;
        }
        unsigned char c = (unsigned char)s[i];
        size_t len = utf8_sequence((const unsigned char *)s + i, n - i);
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && len) {
            i += len;
            continue;
        }
        buf_add(out, s + plain, i - plain);
        if (!len)
            buf_puts(out, "\xEF\xBF\xBD");
        else if (c == '"' || c == '\\')
            buf_add(out, (char[]){'\\', (char)c}, 2);
        else if (c == '\n')
            buf_puts(out, "\\n");
        else
            buf_add(out, (char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
        plain = ++i;
    }
    buf_add(out, s + plain, n - plain);
}

void jw_name(struct json_writer *w, const char *name)
{
    before_value(w);
    buf_putc(w->out, '"');
    write_escaped(w->out, name, strlen(name));
    buf_add(w->out, "\":", 2);
    w->comma_ = false;
}

void jw_string_n(struct json_writer *w, const char *s, size_t n_bytes)
{
    before_value(w);
    buf_putc(w->out, '"');
    write_escaped(w->out, s, n_bytes);
    buf_putc(w->out, '"');
}

void jw_string(struct json_writer *w, const char *s)
{
    if (s)
        jw_string_n(w, s, strlen(s));
    else
        jw_null(w);
}

void jw_int(struct json_writer *w, int64_t value)
{
    before_value(w);
    buf_printf(w->out, "%lld", (long long)value);
}

void jw_double(struct json_writer *w, double value)
{
    if (!isfinite(value)) {
        jw_null(w);
        return;
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    before_value(w);
    buf_puts(w->out, text);
}

void jw_bool(struct json_writer *w, bool value)
{
    before_value(w);
    buf_puts(w->out, value ? "true" : "false");
}

void jw_null(struct json_writer *w)
{
    before_value(w);
    buf_puts(w->out, "null");
}

void jw_raw(struct json_writer *w, const char *json, size_t n_bytes)
{
    before_value(w);
    buf_add(w->out, json, n_bytes);
}

void jw_time(struct json_writer *w, int64_t us)
{
    if (us == 0) {
        jw_null(w);
        return;
    }
    char text[TIME_TEXT_BYTES];
    time_format_rfc3339(us, text);
    jw_string(w, text);
}

void jw_pair(struct json_writer *w, const char *name, const char *value)
{
    jw_name(w, name);
    jw_string(w, value);
}

void jw_pair_int(struct json_writer *w, const char *name, int64_t value)
{
    jw_name(w, name);
    jw_int(w, value);
}

void jw_pair_int_or_null(struct json_writer *w, const char *name, int64_t value, bool known)
{
    jw_name(w, name);
    if (known)
        jw_int(w, value);
    else
        jw_null(w);
}

void jw_pair_bool(struct json_writer *w, const char *name, bool value)
{
    jw_name(w, name);
    jw_bool(w, value);
}

void jw_pair_time(struct json_writer *w, const char *name, int64_t us)
{
    jw_name(w, name);
    jw_time(w, us);
}
