/* Normalisation, slugs, labels and whole-word search. Case is ASCII case everywhere: the words that carry
 * meaning in a runbook's structure are ASCII, and other letters compare as bytes. */
#include "runbook/text.h"

#include <ctype.h>
#include <string.h>

#include "runbook/phrases.h"

struct replacement {
    const char *bytes, *with;
};

static const struct replacement replacements[] = {
    {"\xc2\xa0", " "},     /* U+00A0 no-break space */
    {"\xe2\x80\xaf", " "}, /* U+202F narrow no-break space */
    {"\xe2\x80\x87", " "}, /* U+2007 figure space */
    {"\xe2\x80\x89", " "}, /* U+2009 thin space */
    {"\xe2\x80\x91", "-"}, /* U+2011 no-break hyphen */
    {"\xe2\x80\x8b", ""},  /* U+200B zero-width space */
    {"\xef\xbb\xbf", ""},  /* U+FEFF byte order mark */
};

static const struct replacement *replacement_at(const char *at, size_t n_bytes)
{
    unsigned char first = (unsigned char)*at;

    if (first != 0xc2 && first != 0xe2 && first != 0xef)
        return NULL;
    for (size_t i = 0; i < sizeof replacements / sizeof *replacements; i++) {
        size_t n = strlen(replacements[i].bytes);
        if (n <= n_bytes && memcmp(at, replacements[i].bytes, n) == 0)
            return &replacements[i];
    }
    return NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_word(char c)
{
    return phrase_word_byte(c);
}

static void append_byte(struct buf *out, char c)
{
    if (!is_blank(c))
        buf_putc(out, c == '\0' ? ' ' : c);
    else if (out->n_bytes > 0 && out->at[out->n_bytes - 1] != ' ')
        buf_putc(out, ' ');
}

/* Blanks and controls, and the bytes that begin what has a replacement. */
#define NOT_PLAIN_8 true, true, true, true, true, true, true, true
static const bool not_plain[256] = {
    NOT_PLAIN_8,  NOT_PLAIN_8,   NOT_PLAIN_8,   NOT_PLAIN_8,
    [' '] = true, [0xc2] = true, [0xe2] = true, [0xef] = true,
};

/* Bytes that stay as they are: words with single blanks between them. */
static size_t plain_bytes(const char *bytes, size_t n_bytes)
{
    for (size_t n = 0;; n++) {
        while (n < n_bytes && !not_plain[(unsigned char)bytes[n]])
            n++;
        if (n == n_bytes || bytes[n] != ' ' || n == 0 || bytes[n - 1] == ' ')
            return n;
    }
}

void text_append_normalised(struct buf *out, const char *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes;) {
        size_t n_plain = plain_bytes(bytes + i, n_bytes - i);
        if (n_plain > 0) {
            buf_add(out, bytes + i, n_plain);
            i += n_plain;
            continue;
        }
        const struct replacement *found = replacement_at(bytes + i, n_bytes - i);
        if (found == NULL) {
            append_byte(out, bytes[i++]);
            continue;
        }
        if (found->with[0] != '\0')
            append_byte(out, found->with[0]);
        i += strlen(found->bytes);
    }
}

const char *text_normalise(struct arena *arena, const char *bytes, size_t n_bytes)
{
    scoped_buf struct buf out = {0};

    if (n_bytes > 0 && bytes[n_bytes - 1] != ' ' && plain_bytes(bytes, n_bytes) == n_bytes)
        return arena_strndup(arena, bytes, n_bytes);
    text_append_normalised(&out, bytes, n_bytes);
    while (out.n_bytes > 0 && out.at[out.n_bytes - 1] == ' ')
        out.n_bytes--;
    return arena_strndup(arena, out.at ? out.at : "", out.n_bytes);
}

/* Bytes of a mark that GitHub leaves out of anchors: dashes, quotes, arrows, pictures, wide punctuation. 0:
 * it is a letter. */
static size_t mark_bytes(const char *text)
{
    unsigned char a = (unsigned char)text[0], b = a ? (unsigned char)text[1] : 0,
                  c = b ? (unsigned char)text[2] : 0;

    if (a == 0xc2 && b >= 0x80)
        return b == 0xaa || b == 0xb5 || b == 0xba ? 0 : 2;
    if (a == 0xe2 && b >= 0x80 && b < 0xb0 && c)
        return 3;
    if (a == 0xe3 && b == 0x80 && c && (c < 0x85 || c > 0x87))
        return 3;
    if (a == 0xef && b == 0xbc && c && (c < 0x90 || (c > 0x99 && c < 0xa1)))
        return 3;
    return a == 0xf0 && b == 0x9f && c && text[3] ? 4 : 0;
}

const char *text_slug(struct arena *arena, const char *text)
{
    char *slug = arena_strdup(arena, text), *out = slug; /* no longer than the text */

    for (const char *s = text; *s; s++) {
        size_t n_mark = mark_bytes(s);
        if (n_mark)
            s += n_mark - 1;
        else if (isalnum((unsigned char)*s))
            *out++ = (char)tolower((unsigned char)*s);
        else if (*s == ' ' || *s == '-')
            *out++ = '-';
        else if (*s == '_' || (unsigned char)*s >= 0x80)
            *out++ = *s;
    }
    *out = '\0';
    return slug;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

char *text_percent_decoded(struct arena *arena, const char *text, size_t n_bytes)
{
    char *decoded = arena_alloc(arena, n_bytes + 1), *to = decoded;

    for (size_t i = 0; i < n_bytes; i++) {
        int high = text[i] == '%' && i + 2 < n_bytes ? hex_digit(text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        bool coded = low >= 0 && high + low > 0;

        *to++ = coded ? (char)(high * 16 + low) : text[i];
        i += coded ? 2 : 0;
    }
    return decoded;
}

const char *text_without_colon(struct arena *arena, const char *text)
{
    size_t n = strlen(text);

    while (n > 0 && (text[n - 1] == ':' || text[n - 1] == '.' || text[n - 1] == ' '))
        n--;
    return arena_strndup(arena, text, n);
}

/* Letters of other scripts are kept: only what lies in the planes of pictures and symbols (lead bytes E2 and
 * F0), or is what those planes look like after a wrong code page ("ð", "â" and what follows), is decoration.
 */
static size_t decoration_bytes(const char *text)
{
    size_t n = 0;

    while ((unsigned char)text[n] >= 0x80 || (n > 0 && text[n] == ' ')) {
        unsigned char lead = (unsigned char)text[n];
        bool mojibake =
            lead == 0xc3 && ((unsigned char)text[n + 1] == 0xb0 || (unsigned char)text[n + 1] == 0xa2);
        if (n == 0 && lead != 0xe2 && lead != 0xf0 && !mojibake)
            return 0;
        n++;
    }
    return n;
}

const char *text_without_decoration(struct arena *arena, const char *text, const char **ret_decoration)
{
    size_t n = decoration_bytes(text);
    size_t n_kept = n;

    while (n_kept > 0 && text[n_kept - 1] == ' ')
        n_kept--;
    if (ret_decoration)
        *ret_decoration = n_kept > 0 ? arena_strndup(arena, text, n_kept) : NULL;
    return text + n;
}

/* The number after "Step ", "Phase " ..., or in front; 0 when there is none. */
static size_t number_bytes(const char *text, size_t *ret_first)
{
    static const char *const nouns[] = {"step",   "phase",    "stage",    "part",     "section",    "option",
                                        "method", "strategy", "approach", "solution", "alternative"};
    size_t first = 0;

    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
        if (text_lower(*text) != *nouns[i] || !text_starts_with(text, nouns[i]))
            continue;
        size_t n = strlen(nouns[i]);
        if (text[n] == ' ')
            first = n + 1;
    }
    size_t n = first;
    while (isdigit((unsigned char)text[n]) ||
           (n > first && text[n] == '.' && isdigit((unsigned char)text[n + 1])))
        n++;
    bool lettered =
        n > first && text[n] && (text[n + 1] == '.' || text[n + 1] == ')' || text[n + 1] == ':'); /* "2a." */
    if ((n == first || lettered) && isalpha((unsigned char)text[n]))
        n++;
    *ret_first = first;
    return n;
}

const char *text_without_number(struct arena *arena, const char *text, const char **ret_number)
{
    size_t first, n = number_bytes(text, &first);
    const char *mark = text + n;
    bool closed = *mark == '.' || *mark == ')' || *mark == ':';
    /* "3.1 Roles": the numbers of chapters have no mark behind them */
    bool chapter = first == 0 && isdigit((unsigned char)text[0]) && *mark == ' ' &&
                   isupper((unsigned char)mark[1]) && memchr(text, '.', n) != NULL;
    bool dash = first > 0 && *mark == ' ' && (mark[1] == '-' || strncmp(mark + 1, "\xe2\x80", 2) == 0);

    if (ret_number)
        *ret_number = NULL;
    if (n == first || n - first > 8 || (!closed && !dash && !chapter))
        return text;
    const char *rest = mark + !chapter;
    if (dash)
        rest += rest[0] == '-' ? 1 : 3;
    if (*rest != ' ' && *rest != '\0')
        return text;
    if (isalpha((unsigned char)text[first]) && first == 0 && *mark != ')')
        return text;
    if (ret_number)
        *ret_number = arena_strndup(arena, text + first, n - first);
    return rest + (*rest == ' ');
}

bool text_same(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

bool text_starts_with(const char *text, const char *start)
{
    for (; *start; start++, text++)
        if (text_lower(*text) != text_lower(*start))
            return false;
    return true;
}

static bool word_ends(const char *end)
{
    if (!is_word(*end))
        return true;
    return (*end == 's' || *end == 'S') && !is_word(end[1]);
}

/* The first byte at or after `at` that may be `c` in either case, or NULL: eight bytes a step. */
static const char *letter_next(const char *at, const char *end, char c)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7, small = ones << 5;
    const uint64_t wanted = ones * ((unsigned char)c | 0x20);
    for (uint64_t bytes; end - at >= 8; at += 8) {
        memcpy(&bytes, at, sizeof bytes);
        bytes = (bytes | small) ^ wanted;
        if ((bytes - ones) & ~bytes & high)
            break;
    }
    for (; at < end; at++)
        if ((*at | 0x20) == (c | 0x20))
            return at;
    return NULL;
}

const char *text_find_word(const char *text, const char *word)
{
    size_t n = strlen(word);

    if (n == 0)
        return NULL;
    const char *end = text + strlen(text);
    for (const char *s = text; (s = letter_next(s, end, *word)); s++) {
        if (s > text && is_word(s[-1]) && is_word(*s))
            continue;
        if (text_starts_with(s, word) && (!is_word(word[n - 1]) || word_ends(s + n)))
            return s;
    }
    return NULL;
}

uint64_t text_beginnings(const char *text)
{
    uint64_t beginnings = 0;

    while (*text) {
        if (!is_word(*text)) {
            text++;
            continue;
        }
        beginnings |= text_beginning(text);
        text += phrase_word_bytes(text);
    }
    return beginnings;
}

enum { LABEL_WORDS = 5, LABEL_BYTES = 60 };

/* What ends a label, or the search for one. */
static const bool label_marks[256] = {
    ['\0'] = true, [':'] = true, ['.'] = true, [','] = true, [';'] = true, ['='] = true, ['"'] = true,
};

bool text_label(struct arena *arena, const char *text, const char **ret_label, const char **ret_rest)
{
    size_t n = 0;
    int words = 1;

    if (!is_word(text[0]) || !memchr(text, ':', strnlen(text, LABEL_BYTES + 1)))
        return false;
    for (; !label_marks[(unsigned char)text[n]] && n < LABEL_BYTES; n++)
        words += text[n] == ' ';
    if (text[n] != ':' || words > LABEL_WORDS || (text[n + 1] != ' ' && text[n + 1] != '\0'))
        return false;
    *ret_label = text_without_colon(arena, arena_strndup(arena, text, n));
    *ret_rest = text + n + 1 + (text[n + 1] == ' ');
    return true;
}
