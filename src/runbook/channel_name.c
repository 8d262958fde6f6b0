/* A pattern is cut into words and marks. Words stand for something when they are in brackets, when they are
 * letters of a date (YYYY, MM) or of a count (NNN), or when they name what a name of a channel can hold
 * ("brief-description"). All others stay as they are. */
#include "runbook/channel_name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"

enum { DESCRIPTION_BYTES = 40, WORD_BYTES = 40, NUMBER_BYTES = 24 };

enum part { PART_LITERAL, PART_SKIPPED, PART_DATE, PART_NUMBER, PART_SERVICE, PART_SEVERITY, PART_SHORT };

/* In the order in which they are tried. bare: also outside of brackets. */
static const struct part_word {
    const char *word;
    enum part part;
    bool bare;
} part_words[] = {
    {"brief", PART_SHORT, true},         {"short", PART_SHORT, true},     {"description", PART_SHORT, true},
    {"desc", PART_SHORT, true},          {"summary", PART_SHORT, true},   {"title", PART_SHORT, true},
    {"topic", PART_SHORT, true},         {"slug", PART_SHORT, true},      {"name", PART_SHORT, true},
    {"service", PART_SERVICE, true},     {"system", PART_SERVICE, true},  {"component", PART_SERVICE, true},
    {"application", PART_SERVICE, true}, {"app", PART_SERVICE, false},    {"severity", PART_SEVERITY, true},
    {"sev", PART_SEVERITY, false},       {"level", PART_SEVERITY, false}, {"priority", PART_SEVERITY, false},
    {"sevx", PART_SEVERITY, true},       {"sevn", PART_SEVERITY, true},   {"n", PART_NUMBER, false},
    {"number", PART_NUMBER, true},       {"num", PART_NUMBER, true},      {"no", PART_NUMBER, false},
    {"id", PART_NUMBER, true},           {"ticket", PART_NUMBER, false},  {"jira", PART_NUMBER, false},
    {"date", PART_DATE, true},
};

/* As strftime(3) has them; the longest first. */
static const struct date_letters {
    const char *letters, *format;
} date_letters[] = {{"yyyymmddhhmm", "%Y%m%d%H%M"},
                    {"yyyymmdd", "%Y%m%d"},
                    {"yyyymm", "%Y%m"},
                    {"ddmmyyyy", "%d%m%Y"},
                    {"yymmdd", "%y%m%d"},
                    {"yyyy", "%Y"},
                    {"mmdd", "%m%d"},
                    {"hhmm", "%H%M"},
                    {"yy", "%y"},
                    {"mm", "%m"},
                    {"dd", "%d"},
                    {"hh", "%H"}};

struct naming {
    const struct channel_name_facts *facts;
    struct buf *out;
    bool numbered, described;
    bool after_hour; /* MM is a minute then */
};

/* "Lab Gateway / EU" -> "lab-gateway-eu", at most so many bytes, without a "-" at its ends. */
static void add_slug(struct buf *out, const char *text, size_t n, size_t most)
{
    size_t from = out->n_bytes;
    for (size_t i = 0; i < n && out->n_bytes - from < most; i++) {
        if (isalnum((unsigned char)text[i]) || text[i] == '_')
            buf_putc(out, (char)tolower((unsigned char)text[i]));
        else if (out->n_bytes > from && out->at[out->n_bytes - 1] != '-')
            buf_putc(out, '-');
    }
    while (out->n_bytes > from && out->at[out->n_bytes - 1] == '-')
        out->at[--out->n_bytes] = '\0';
}

static void add_date(struct naming *naming, const char *format)
{
    char text[WORD_BYTES];
    struct tm parts;
    time_t seconds = (time_t)(naming->facts->opened_us / US_PER_S);
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof text, naming->after_hour && strcmp(format, "%m") == 0 ? "%M" : format, &parts);
    naming->after_hour = strcmp(format, "%H") == 0;
    buf_puts(naming->out, text);
}

static const char *date_format(const char *word)
{
    for (size_t i = 0; i < sizeof date_letters / sizeof *date_letters; i++)
        if (strcasecmp(word, date_letters[i].letters) == 0)
            return date_letters[i].format;
    return NULL;
}

/* "NNN", "xxxx", "###": a count, however it is drawn. */
static bool is_count(const char *word)
{
    size_t n = strlen(word);
    return n >= 2 && (strspn(word, "N") == n || strspn(word, "nN") == n || strspn(word, "xX") == n ||
                      strspn(word, "#") == n);
}

static enum part part_of(const char *word, bool bracketed)
{
    if (is_count(word))
        return PART_NUMBER;
    for (size_t i = 0; i < sizeof part_words / sizeof *part_words; i++)
        if (strcasecmp(word, part_words[i].word) == 0 && (bracketed || part_words[i].bare))
            return part_words[i].part;
    return PART_LITERAL;
}

static void add_part(struct naming *naming, enum part part)
{
    const struct channel_name_facts *facts = naming->facts;
    switch (part) {
    case PART_NUMBER:
        buf_printf(naming->out, "%lld", (long long)facts->number);
        naming->numbered = true;
        break;
    case PART_SERVICE:
        add_slug(naming->out, facts->service, strlen(facts->service), DESCRIPTION_BYTES);
        break;
    case PART_SEVERITY:
        add_slug(naming->out, facts->severity, strlen(facts->severity), DESCRIPTION_BYTES);
        break;
    case PART_DATE:
        add_date(naming, "%Y-%m-%d");
        break;
    case PART_SHORT: /* "brief-description" is one */
        if (!naming->described)
            add_slug(naming->out, facts->description, strlen(facts->description), DESCRIPTION_BYTES);
        naming->described = true;
        break;
    default:
        break;
    }
}

static void add_mark(struct buf *out)
{
    if (out->n_bytes && out->at[out->n_bytes - 1] != '-')
        buf_putc(out, '-');
}

static size_t word_end(const char *text, size_t n, size_t at)
{
    size_t from = at;
    while (at < n && (isalnum((unsigned char)text[at]) || text[at] == '#') &&
           (text[at] == '#') == (text[from] == '#')) /* "INC####" is two */
        at++;
    return at;
}

/* What stands between brackets asks for one thing: a date when it has letters of one, else what its words
 * name first, else the description. */
static void add_bracketed(struct naming *naming, const char *text, size_t n)
{
    char word[WORD_BYTES];
    enum part found = PART_LITERAL;
    bool dated = false;
    for (size_t at = 0, end; at < n; at = end + (end == at)) {
        end = word_end(text, n, at);
        snprintf(word, sizeof word, "%.*s", (int)(end - at), text + at);
        const char *format = date_format(word);
        if (format && dated)
            add_mark(naming->out);
        if (format)
            add_date(naming, format);
        dated |= format != NULL;
        enum part part = part_of(word, true);
        if (found == PART_LITERAL || found == PART_SHORT)
            found = part == PART_LITERAL ? found : part;
    }
    if (!dated)
        add_part(naming, found == PART_LITERAL ? PART_SHORT : found);
}

/* The closing bracket of the opening one at `at`, or n. */
static size_t bracket_end(const char *text, size_t n, size_t at)
{
    static const char open[] = "<[{(", close[] = ">]})";
    char closes = close[strchr(open, text[at]) - open];
    while (at < n && text[at] != closes)
        at++;
    return at;
}

/* A date of another day, in an example ("incident-2026-01-15-imaging"), or as strftime(3) has it ("%Y%m%d");
 * its bytes, and how it is written. 0: none begins there. */
static size_t example_date(const char *text, size_t n, char format[4], const char **ret_format)
{
    size_t digits = strspn(text, "0123456789");
    if (n >= 2 && *text == '%' && strchr("YymdHM", text[1])) {
        snprintf(format, 4, "%%%c", text[1]);
        *ret_format = format;
        return 2;
    }
    if (strncmp(text, "20", 2) != 0)
        return 0;
    *ret_format = digits == 8 ? "%Y%m%d" : "%Y-%m-%d";
    return digits == 8 && n >= 8 ? 8
           : digits == 4 && n >= 10 && text[4] == '-' && strspn(text + 5, "0123456789") == 2 &&
                   text[7] == '-' && strspn(text + 8, "0123456789") == 2
               ? 10
               : 0;
}

static void add_words(struct naming *naming, const char *pattern, size_t n)
{
    char word[WORD_BYTES];
    for (size_t at = 0; at < n;) {
        size_t end = word_end(pattern, n, at);
        char letter[4];
        const char *other = NULL;
        size_t n_date = example_date(pattern + at, n - at, letter, &other);
        if (n_date) {
            add_date(naming, other);
            at += n_date;
        } else if (strchr("<[{(", pattern[at])) {
            end = bracket_end(pattern, n, at);
            add_bracketed(naming, pattern + at + 1, end - at - 1);
            at = end + (end < n);
        } else if (end == at) {
            if (pattern[at] == '_')
                buf_putc(naming->out, '_');
            else if (strchr("-. ", pattern[at]))
                add_mark(naming->out);
            at++;
        } else {
            snprintf(word, sizeof word, "%.*s", (int)(end - at), pattern + at);
            const char *format = date_format(word);
            enum part part = part_of(word, false);
            if (format)
                add_date(naming, format);
            else if (part != PART_LITERAL)
                add_part(naming, part);
            else
                add_slug(naming->out, pattern + at, end - at, WORD_BYTES);
            at = end;
        }
    }
}

void channel_name_write(struct buf *out, const char *pattern, const struct channel_name_facts *facts)
{
    scoped_buf struct buf name = {0};
    char number[NUMBER_BYTES] = "";
    struct naming naming = {.facts = facts, .out = &name};
    if (!pattern)
        pattern = "incident-YYYY-MM-DD-description";
    add_words(&naming, pattern, strlen(pattern));
    while (name.n_bytes && strchr("-_", name.at[name.n_bytes - 1]))
        name.n_bytes--;
    bool cut = name.n_bytes > CHANNEL_NAME_BYTES;
    if (!naming.numbered || cut)
        snprintf(number, sizeof number, "%s%lld", name.n_bytes ? "-" : "", (long long)facts->number);
    size_t most = CHANNEL_NAME_BYTES - strlen(number);
    size_t n = name.n_bytes < most ? name.n_bytes : most;
    while (n && name.at[n - 1] == '-')
        n--;
    buf_add(out, name.at ? name.at : "", n);
    buf_puts(out, number);
}
