/* Four stages: a scanner that takes terminal escapes, control characters and bad bytes out (a secret with
 * colours in it is a secret still), one that takes progress meters out, the redactor, and a store of two
 * halves, the second of which is a ring.
 *
 * Escapes follow ECMA-48: CSI (ESC [ ... final byte), strings (OSC, DCS, SOS, PM, APC, up to BEL or ST), and
 * ESC with intermediates. A newline ends any of them, so that a program that dies in the middle of one, or an
 * attacker who opens a string and never ends it, hides at most a line. */
#include "runner/output.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/must.h"
#include "runner/meter.h"

enum scan { SCAN_TEXT, SCAN_ESCAPE, SCAN_INTERMEDIATE, SCAN_CSI, SCAN_STRING, SCAN_STRING_ESCAPE };

enum { ESC = 0x1b, MARKER_BYTES = 96 };

struct output {
    enum scan scan;
    bool after_return; /* a carriage return that may yet become a line end */
    struct {           /* a UTF-8 sequence under way */
        uint8_t bytes[4];
        int n, wanted;
        uint8_t low, high; /* what the next byte may be */
    } utf8;

    struct meter meter;
    struct redactor *redactor;                                       /* or NULL */
    void (*watch)(void *context, const char *bytes, size_t n_bytes); /* or NULL */
    void *watch_context;

    size_t half_bytes;
    struct buf head;
    char *tail;
    size_t tail_at, tail_bytes; /* where the next byte goes; how many are there */
    uint64_t n_bytes, n_lines;  /* of the whole text */
};

static void redact(void *context, const char *bytes, size_t n_bytes);
static void store(void *context, const char *bytes, size_t n_bytes);

struct output *output_new(size_t limit_bytes, const struct redact_rules *rules)
{
    struct output *output = heap_alloc(sizeof *output);
    *output = (struct output){.meter = {.sink = redact, .context = output}};
    if (limit_bytes < OUTPUT_LEAST_BYTES)
        limit_bytes = OUTPUT_LEAST_BYTES;
    output->half_bytes = (limit_bytes - MARKER_BYTES) / 2;
    output->redactor = rules ? redactor_new(rules, store, output) : NULL;
    return output;
}

void output_free(struct output *output)
{
    if (!output)
        return;
    redactor_free(output->redactor);
    buf_free(&output->head);
    free(output->tail);
    free(output);
}

void output_watch(struct output *output, void (*watch)(void *context, const char *bytes, size_t n_bytes),
                  void *context)
{
    output->watch = watch;
    output->watch_context = context;
}

/* ---- the store ---- */

static void tail_add(struct output *output, const char *bytes, size_t n_bytes)
{
    size_t room = output->half_bytes;
    must(room);
    if (!output->tail)
        output->tail = heap_alloc(room);
    if (n_bytes > room) {
        bytes += n_bytes - room;
        n_bytes = room;
    }
    size_t first = room - output->tail_at < n_bytes ? room - output->tail_at : n_bytes;
    memcpy(output->tail + output->tail_at, bytes, first);
    memcpy(output->tail, bytes + first, n_bytes - first);
    output->tail_at = (output->tail_at + n_bytes) % room;
    output->tail_bytes = output->tail_bytes + n_bytes < room ? output->tail_bytes + n_bytes : room;
}

static uint64_t lines_in(const char *bytes, size_t n_bytes)
{
    uint64_t n = 0;
    const char *end = bytes + n_bytes;
    for (const char *at = bytes; n_bytes && (at = memchr(at, '\n', (size_t)(end - at))); at++)
        n++;
    return n;
}

static void keep(struct output *output, const char *bytes, size_t n_bytes)
{
    output->n_bytes += n_bytes;
    output->n_lines += lines_in(bytes, n_bytes);
    size_t room = output->half_bytes - output->head.n_bytes;
    size_t first = room < n_bytes ? room : n_bytes;
    buf_add(&output->head, bytes, first);
    if (n_bytes > first)
        tail_add(output, bytes + first, n_bytes - first);
}

/* A lone carriage return: what follows overwrites the line, as progress bars do, and only their last state is
 * worth keeping. Beyond the head, where lines cannot be taken back, it stands for a line end. */
static void line_return(struct output *output)
{
    if (output->tail_bytes) {
        keep(output, "\n", 1);
        return;
    }
    struct buf *head = &output->head;
    const char *line = head->n_bytes ? memrchr(head->at, '\n', head->n_bytes) : NULL;
    size_t kept = line ? (size_t)(line - head->at) + 1 : 0;
    output->n_bytes -= head->n_bytes - kept;
    head->n_bytes = kept;
}

static void store(void *context, const char *bytes, size_t n_bytes)
{
    struct output *output = context;
    if (output->watch && n_bytes)
        output->watch(output->watch_context, bytes, n_bytes);
    for (const char *back; (back = memchr(bytes, '\r', n_bytes));) {
        size_t n = (size_t)(back - bytes);
        keep(output, bytes, n);
        line_return(output);
        bytes += n + 1;
        n_bytes -= n + 1;
    }
    keep(output, bytes, n_bytes);
}

/* ---- the scanner ---- */

static void redact(void *context, const char *bytes, size_t n_bytes)
{
    struct output *output = context;
    if (output->redactor)
        redactor_add(output->redactor, bytes, n_bytes);
    else
        store(output, bytes, n_bytes);
}

static void pass(struct output *output, const char *bytes, size_t n_bytes)
{
    meter_add(&output->meter, bytes, n_bytes);
}

static void keep_replacement(struct output *output)
{
    pass(output, "\xef\xbf\xbd", 3);
}

static void return_settle(struct output *output)
{
    if (output->after_return)
        pass(output, "\r", 1);
    output->after_return = false;
}

/* C1 controls, U+0080 to U+009F, are escapes of their own to a terminal. */
static void c1_scan(struct output *output, uint8_t c1)
{
    static const struct {
        uint8_t c1;
        enum scan then;
    } introducers[] = {{0x90, SCAN_STRING}, {0x98, SCAN_STRING}, {0x9b, SCAN_CSI},
                       {0x9d, SCAN_STRING}, {0x9e, SCAN_STRING}, {0x9f, SCAN_STRING}};
    for (size_t i = 0; i < sizeof introducers / sizeof *introducers; i++)
        if (introducers[i].c1 == c1)
            output->scan = introducers[i].then;
}

static void utf8_begin(struct output *output, uint8_t byte)
{
    int wanted = byte >= 0xc2 && byte <= 0xdf   ? 2
                 : byte >= 0xe0 && byte <= 0xef ? 3
                 : byte >= 0xf0 && byte <= 0xf4 ? 4
                                                : 0;
    if (!wanted) {
        keep_replacement(output);
        return;
    }
    output->utf8.bytes[0] = byte;
    output->utf8.n = 1;
    output->utf8.wanted = wanted;
    /* Unicode, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF. */
    output->utf8.low = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    output->utf8.high = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
}

/* Takes the next byte of a sequence; false: it does not belong to it, and is still to be looked at. */
static bool utf8_continue(struct output *output, uint8_t byte)
{
    bool fits = byte >= output->utf8.low && byte <= output->utf8.high;
    if (!fits) {
        output->utf8.wanted = 0;
        keep_replacement(output);
        return false;
    }
    output->utf8.low = 0x80;
    output->utf8.high = 0xbf;
    output->utf8.bytes[output->utf8.n++] = byte;
    if (output->utf8.n < output->utf8.wanted)
        return true;
    output->utf8.wanted = 0;
    if (output->utf8.bytes[0] == 0xc2 && byte <= 0x9f)
        c1_scan(output, byte);
    else
        pass(output, (const char *)output->utf8.bytes, (size_t)output->utf8.n);
    return true;
}

static void text_scan(struct output *output, uint8_t byte)
{
    if (output->utf8.wanted && utf8_continue(output, byte))
        return;
    if (byte != '\r' && byte != '\n')
        return_settle(output);
    if (byte == '\n' || byte == '\t' || (byte >= 0x20 && byte < 0x7f))
        pass(output, (const char *)&byte, 1);
    else if (byte >= 0x80)
        utf8_begin(output, byte);
    else if (byte == ESC)
        output->scan = SCAN_ESCAPE;
    output->after_return = byte == '\r';
}

static enum scan escape_scan(uint8_t byte)
{
    if (byte == '[')
        return SCAN_CSI;
    if (strchr("]PX^_", byte) && byte)
        return SCAN_STRING;
    return byte >= 0x20 && byte <= 0x2f ? SCAN_INTERMEDIATE : SCAN_TEXT;
}

/* One byte inside an escape. */
static void escape_continue(struct output *output, uint8_t byte)
{
    enum scan scan = output->scan;
    bool final = byte >= 0x40 && byte <= 0x7e;
    bool in_string = scan == SCAN_STRING || scan == SCAN_STRING_ESCAPE;
    bool cancelled = byte == 0x18 || byte == 0x1a; /* CAN, SUB */
    bool ended = cancelled || (scan == SCAN_STRING && byte == 0x07) ||
                 (scan == SCAN_STRING_ESCAPE && byte == '\\') || (scan == SCAN_CSI && final) ||
                 (scan == SCAN_INTERMEDIATE && byte >= 0x30);
    if (byte == '\n' || (byte >= 0x80 && !in_string)) {
        output->scan = SCAN_TEXT;
        text_scan(output, byte);
    } else if (ended) {
        output->scan = SCAN_TEXT;
    } else if (byte == ESC) {
        output->scan = scan == SCAN_STRING ? SCAN_STRING_ESCAPE : SCAN_ESCAPE;
    } else if (scan == SCAN_ESCAPE || scan == SCAN_STRING_ESCAPE) {
        output->scan = escape_scan(byte); /* ESC in a string that is not its end begins anew */
    }
}

static size_t plain_run(const char *bytes, size_t n_bytes)
{
    size_t n = 0;
    while (n < n_bytes && ((bytes[n] >= 0x20 && bytes[n] < 0x7f) || bytes[n] == '\n' || bytes[n] == '\t'))
        n++;
    return n;
}

void output_add(struct output *output, const char *bytes, size_t n_bytes)
{
    size_t at = 0;
    while (at < n_bytes) {
        if (output->scan == SCAN_TEXT && !output->utf8.wanted && !output->after_return) {
            size_t n = plain_run(bytes + at, n_bytes - at);
            pass(output, bytes + at, n);
            at += n;
            if (at == n_bytes)
                break;
        }
        uint8_t byte = (uint8_t)bytes[at++];
        if (output->scan == SCAN_TEXT)
            text_scan(output, byte);
        else
            escape_continue(output, byte);
    }
}

/* ---- the end ---- */

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* How much of the head to keep: up to its last line end, unless that would throw away most of it. */
static size_t head_end(const struct buf *head)
{
    must(head->at); /* something was cut, so the head is full */
    const char *line = memrchr(head->at, '\n', head->n_bytes);
    size_t n = line ? (size_t)(line - head->at) + 1 : 0;
    if (n >= head->n_bytes / 2)
        return n;
    /* Not in the middle of a character: step back over its first byte too, if it is not whole. */
    n = head->n_bytes;
    size_t start = n;
    while (start && continues(head->at[start - 1]))
        start--;
    if (start && (unsigned char)head->at[start - 1] >= 0xc0) {
        unsigned char first = (unsigned char)head->at[start - 1];
        size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (n - (start - 1) < wanted)
            n = start - 1;
    }
    return n;
}

static size_t tail_start(const char *tail, size_t n_bytes)
{
    must(tail);
    const char *line = memchr(tail, '\n', n_bytes);
    size_t n = line ? (size_t)(line - tail) + 1 : n_bytes;
    if (n <= n_bytes / 2)
        return n;
    for (n = 0; n < n_bytes && continues(tail[n]);)
        n++;
    return n;
}

static void join_cut(struct output *output, const char *tail, struct buf *out)
{
    size_t head_bytes = head_end(&output->head);
    size_t from = tail_start(tail, output->tail_bytes);
    size_t tail_bytes = output->tail_bytes - from;
    uint64_t left_bytes = output->n_bytes - head_bytes - tail_bytes;
    uint64_t left_lines =
        output->n_lines - lines_in(output->head.at, head_bytes) - lines_in(tail + from, tail_bytes);
    buf_add(out, output->head.at, head_bytes);
    if (head_bytes && output->head.at[head_bytes - 1] != '\n')
        buf_putc(out, '\n');
    buf_printf(out, "[... %llu lines, %llu bytes left out ...]\n", (unsigned long long)left_lines,
               (unsigned long long)left_bytes);
    buf_add(out, tail + from, tail_bytes);
}

void output_finish(struct output *output, struct buf *ret_text, bool *ret_cut)
{
    if (output->utf8.wanted)
        keep_replacement(output);
    output->utf8.wanted = 0;
    if (output->after_return) /* nothing overwrote that line */
        pass(output, "\n", 1);
    meter_finish(&output->meter);
    if (output->redactor)
        redactor_finish(output->redactor);
    bool cut = output->n_bytes > output->head.n_bytes + output->tail_bytes;
    scoped_buf struct buf tail = {0};
    size_t start = output->tail_bytes == output->half_bytes ? output->tail_at : 0;
    if (output->tail_bytes) {
        buf_add(&tail, output->tail + start, output->tail_bytes - start);
        buf_add(&tail, output->tail, start);
    }
    if (cut) {
        join_cut(output, tail.at, ret_text);
    } else {
        buf_add(ret_text, buf_text(&output->head), output->head.n_bytes);
        buf_add(ret_text, buf_text(&tail), tail.n_bytes);
    }
    *ret_cut = cut;
}

void output_redacted(const struct output *output, struct buf *out)
{
    if (output->redactor)
        redactor_counts(output->redactor, out);
}
