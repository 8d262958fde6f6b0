/* Holds rules to their examples: what stands between « and » is masked, and nothing else; ␤ is a line end. */
#include <string.h>

#include "runner/redact_priv.h"

#define OPENS  "\xc2\xab"
#define CLOSES "\xc2\xbb"
#define FEED   "\xe2\x90\xa4"

/* The text as it comes in, and as it has to come out but for names: marks are written [redacted]. */
static void example_read(const char *text, struct buf *in, struct buf *wanted)
{
    bool hidden = false;
    while (*text) {
        size_t n = strncmp(text, FEED, 3) == 0 ? 3 : 1;
        if (strncmp(text, OPENS, 2) == 0 || strncmp(text, CLOSES, 2) == 0) {
            hidden = (unsigned char)text[1] == 0xab;
            buf_puts(wanted, hidden ? "[redacted]" : "");
            text += 2;
            continue;
        }
        char c = n == 3 ? '\n' : *text;
        buf_putc(in, c);
        if (!hidden)
            buf_putc(wanted, c);
        text += n;
    }
}

static void without_names(const char *text, struct buf *out)
{
    for (const char *mark; (mark = strstr(text, "[redacted: ")); text = strchr(mark, ']')) {
        buf_add(out, text, (size_t)(mark - text));
        buf_puts(out, "[redacted");
    }
    buf_puts(out, text);
}

static void keep(void *context, const char *bytes, size_t n_bytes)
{
    buf_add(context, bytes, n_bytes);
}

size_t redact_rules_check(const struct redact_rules *rules, struct buf *out)
{
    size_t n_failed = 0;
    list_each (example, &rules->examples) {
        scoped_buf struct buf in = {0}, wanted = {0}, given = {0}, plain = {0};
        example_read(example->text, &in, &wanted);
        struct redactor *redactor = redactor_new(rules, keep, &given);
        redactor_add(redactor, buf_text(&in), in.n_bytes);
        redactor_finish(redactor);
        redactor_free(redactor);
        without_names(buf_text(&given), &plain);
        if (strcmp(buf_text(&plain), buf_text(&wanted)) == 0)
            continue;
        n_failed++;
        buf_printf(out, "%s: %s\n    gives: %s\n", example->place, example->text, buf_text(&given));
    }
    return n_failed;
}
