#include "runbook/alert_words.h"

#include <ctype.h>
#include <string.h>

/* How a byte behaves when a text is cut. Bytes of other alphabets count as small letters. */
enum glyph { GLYPH_MARK, GLYPH_SMALL, GLYPH_CAPITAL, GLYPH_DIGIT };

/* The glyph at `at` and how many bytes it takes. Dashes, quotes, arrows and no-break spaces (U+0080 to U+00BF
 * and U+2000 to U+2BFF) are marks; CJK punctuation (U+3000 to U+303F, U+FF00 to U+FF0F) too. */
static enum glyph glyph_at(const char *at, const char *end, size_t *ret_n_bytes)
{
    unsigned char c = (unsigned char)*at;
    *ret_n_bytes = 1;
    if (c < 0x80)
        return isupper(c) ? GLYPH_CAPITAL : islower(c) ? GLYPH_SMALL : isdigit(c) ? GLYPH_DIGIT : GLYPH_MARK;
    size_t n_left = (size_t)(end - at);
    unsigned char next = n_left > 1 ? (unsigned char)at[1] : 0;
    size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    *ret_n_bytes = n < n_left ? n : n_left;
    if (c == 0xc2 || (c == 0xe2 && next < 0xb0) || (c == 0xe3 && next == 0x80) ||
        (c == 0xef && next == 0xbc) || c >= 0xf0)
        return GLYPH_MARK;
    return GLYPH_SMALL;
}

/* At the last capital of a run ("HTTPServer" at S): a new word starts when small letters follow, unless they
 * are the s of a plural ("PVCs are"). */
static bool capital_starts_word(const char *at, const char *end)
{
    size_t n_bytes, n_second;
    if (at + 1 >= end || glyph_at(at + 1, end, &n_bytes) != GLYPH_SMALL)
        return false;
    if (at[1] != 's')
        return true;
    return at + 2 < end && glyph_at(at + 2, end, &n_second) == GLYPH_SMALL;
}

struct run { /* what has been taken of a word so far */
    enum glyph last;
    size_t n_letters;
};

/* Whether a name is cut before the glyph at `at`: "kubePod", "HTTPServer", "Error500", "P99Latency"; not
 * within "k8s", "K8S", "ipv6". */
static bool boundary_before(const struct run *run, enum glyph glyph, const char *at, const char *end)
{
    if (glyph == GLYPH_DIGIT)
        return run->last != GLYPH_DIGIT && run->n_letters >= 4;
    if (glyph != GLYPH_CAPITAL)
        return false;
    return run->last == GLYPH_SMALL || capital_starts_word(at, end);
}

static void raw_add(struct word_cutter *cutter, const char *at, size_t n_bytes)
{
    if (cutter->n_raw + n_bytes > WORD_BYTES)
        return;
    for (size_t i = 0; i < n_bytes; i++)
        cutter->raw[cutter->n_raw++] =
            (char)((unsigned char)at[i] < 0x80 ? tolower((unsigned char)at[i]) : at[i]);
}

bool word_cut(struct word_cutter *cutter)
{
    struct run run = {.last = GLYPH_MARK};
    cutter->n_raw = 0;
    while (cutter->at < cutter->end) {
        size_t n_bytes;
        enum glyph glyph = glyph_at(cutter->at, cutter->end, &n_bytes);
        bool apostrophe = *cutter->at == '\'' && run.last != GLYPH_MARK;
        if (glyph == GLYPH_MARK) {
            if (cutter->n_raw > 0 && !apostrophe)
                break;
            cutter->at += n_bytes;
            continue;
        }
        if (cutter->n_raw > 0 && boundary_before(&run, glyph, cutter->at, cutter->end))
            break;
        raw_add(cutter, cutter->at, n_bytes);
        run.n_letters = glyph == GLYPH_DIGIT ? run.n_letters : run.n_letters + 1;
        run.last = glyph;
        cutter->at += n_bytes;
    }
    cutter->raw[cutter->n_raw] = '\0';
    return cutter->n_raw > 0;
}

const char *name_folded(struct arena *arena, const char *text, size_t n_bytes)
{
    char *folded = arena_alloc(arena, n_bytes + 1);
    size_t n = 0;
    for (const char *at = text, *end = text + n_bytes; at < end;) {
        size_t n_glyph;
        if (glyph_at(at, end, &n_glyph) != GLYPH_MARK)
            for (size_t i = 0; i < n_glyph; i++)
                folded[n++] = (char)((unsigned char)at[i] < 0x80 ? tolower((unsigned char)at[i]) : at[i]);
        at += n_glyph;
    }
    return folded;
}
