/* Thousands of texts that were never written down: each example of each rule with one character of what is to
 * be masked changed. What has a form or a telling name is masked still; what has a checksum is none any more.
 */
#include <ctype.h>
#include <string.h>

#include "base/testing.h"
#include "runner/redact_priv.h"

enum { SPANS = 16, LABEL_BYTES = 64, OTHERS = 9 };

#define OPENS  "\xc2\xab"
#define CLOSES "\xc2\xbb"
#define FEED   "\xe2\x90\xa4"

static struct redact_rules *rules;

struct sample {
    struct buf text;
    struct {
        size_t from, to;
        char label[LABEL_BYTES];
    } spans[SPANS];
    size_t n_spans;
};

static void keep(void *context, const char *bytes, size_t n_bytes)
{
    buf_add(context, bytes, n_bytes);
}

static void redact(const struct buf *text, struct buf *out)
{
    struct redactor *redactor = redactor_new(rules, keep, out);
    redactor_add(redactor, buf_text(text), text->n_bytes);
    redactor_finish(redactor);
    redactor_free(redactor);
}

static void sample_read(const char *example, struct sample *sample)
{
    scoped_buf struct buf out = {0};
    *sample = (struct sample){0};
    for (const char *at = example; *at;) {
        bool opens = strncmp(at, OPENS, 2) == 0, closes = strncmp(at, CLOSES, 2) == 0;
        bool feed = strncmp(at, FEED, 3) == 0;
        if (opens)
            sample->spans[sample->n_spans].from = sample->text.n_bytes;
        else if (closes)
            sample->spans[sample->n_spans++].to = sample->text.n_bytes;
        else
            buf_putc(&sample->text, feed ? '\n' : *at);
        assert_true(sample->n_spans < SPANS);
        at += opens || closes ? 2 : feed ? 3 : 1;
    }
    redact(&sample->text, &out);
    const char *mark = buf_text(&out);
    for (size_t i = 0; i < sample->n_spans; i++) {
        mark = strstr(mark, "[redacted: ");
        assert_non_null(mark);
        size_t n = strcspn(mark, "]") + 1;
        assert_true(n < LABEL_BYTES);
        memcpy(sample->spans[i].label, mark, n);
        mark += n;
    }
}

/* The one of its kind that comes after it. '\0': there is none, or many forms have no such letter. */
static char other(char c)
{
    if (isdigit((unsigned char)c))
        return c == '9' ? '\0' : (char)(c + 1);
    if (!isalpha((unsigned char)c))
        return '\0';
    if (strchr("fFzZ", c))
        return isupper((unsigned char)c) ? 'A' : 'a';
    return strchr("AHKNRY", c) ? '\0' : (char)(c + 1);
}

static const struct redact_detector *detector_of(const char *label)
{
    const char *name = label + strlen("[redacted: ");
    list_each (detector, &rules->detectors) {
        size_t n_bytes = strlen(detector->name);
        if (!detector->is_form && strncmp(name, detector->name, n_bytes) == 0 && name[n_bytes] == ']')
            return detector;
    }
    return NULL; /* a telling name */
}

struct tally {
    size_t n_positives, n_negatives, n_failed;
};

/* The text as it stands now, with another character in the span. */
static void variant_judge(const struct redact_example *example, const struct sample *sample, size_t span,
                          struct tally *tally)
{
    scoped_buf struct buf out = {0};
    const char *label = sample->spans[span].label;
    size_t from = sample->spans[span].from, n_bytes = sample->spans[span].to - from;
    const struct redact_detector *detector = detector_of(label);
    redact(&sample->text, &out);
    bool found = strstr(buf_text(&out), label);
    bool wanted = !detector || !detector->check || detector->check(sample->text.at + from, n_bytes);
    tally->n_positives += wanted;
    tally->n_negatives += !wanted;
    tally->n_failed += found != wanted;
    if (found != wanted)
        print_message("%s: %s\n    as %.*s is %s%s\n", example->place, example->text, (int)n_bytes,
                      sample->text.at + from, found ? "still " : "not ", label);
}

static void what_a_rule_takes_it_takes_in_every_variant_with_its_checksum(void **state)
{
    struct tally tally = {0};
    (void)state;
    list_each (example, &rules->examples) {
        struct sample sample;
        sample_read(example->text, &sample);
        for (size_t k = 0; k < sample.n_spans; k++) {
            size_t from = sample.spans[k].from, to = sample.spans[k].to;
            const struct redact_detector *detector = detector_of(sample.spans[k].label);
            if (detector && detector->until)
                continue; /* its first line is its form, and the rest of any kind */
            for (size_t i = from + (to - from) / 2; i < to; i++) {
                char before = sample.text.at[i], after = before;
                for (int n = 0; n < OTHERS && (after = other(after)) && after != before; n++) {
                    sample.text.at[i] = after;
                    variant_judge(example, &sample, k, &tally);
                }
                sample.text.at[i] = before;
            }
        }
        buf_free(&sample.text);
    }
    print_message("%zu positives, %zu negatives\n", tally.n_positives, tally.n_negatives);
    assert_int_equal(tally.n_failed, 0);
    assert_true(tally.n_positives > 1000 && tally.n_negatives > 200);
}

static int set_up(void **state)
{
    struct err err;
    (void)state;
    return redact_rules_read(NULL, &rules, &err);
}

static int tear_down(void **state)
{
    (void)state;
    redact_rules_free(rules);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_rule_takes_it_takes_in_every_variant_with_its_checksum),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
