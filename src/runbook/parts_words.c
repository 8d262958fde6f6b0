/* Reads policy/parts.words at first use. Phrases are found by a hash of their first word. */
#include "runbook/parts_words.h"

#include <ctype.h>
#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/list.h"
#include "base/map.h"
#include "base/must.h"

enum { WORD_BYTES = 40 };

struct phrase {
    const char *text, *value;
    enum part_words group;
    int row; /* its line in the file: the order in which values count */
};

struct phrases {
    struct phrase *at;
    size_t n;
    size_t capacity;
};

struct parts_vocabulary {
    struct arena *arena;
    struct map *by_first_word; /* -> struct phrases */
};

static const char *const group_names[PART_WORDS_COUNT] = {
    [PART_METADATA] = "metadata",
    [PART_METADATA_ANYWHERE] = "metadata_anywhere",
    [PART_METADATA_HEADING] = "metadata_heading",
    [PART_TEMPLATE] = "template",
    [PART_MESSAGE] = "message",
    [PART_AUDIENCE] = "audience",
    [PART_MEDIUM] = "medium",
    [PART_FIELD] = "field",
    [PART_REPORT] = "report",
    [PART_REPORT_SECTION] = "report_section",
    [PART_REPORT_VERB] = "report_verb",
    [PART_CHECKLIST] = "checklist",
    [PART_PARTICIPANTS] = "participants",
    [PART_TIMELINE] = "timeline",
    [PART_EVERY] = "every",
    [PART_UPDATE] = "update",
    [PART_CADENCE_COLUMN] = "cadence_column",
    [PART_DEADLINE] = "deadline",
    [PART_DEADLINE_AFTER] = "deadline_after",
    [PART_OBLIGATION] = "obligation",
    [PART_ACTION_COLUMN] = "action_column",
    [PART_THRESHOLD] = "threshold",
    [PART_DOCUMENT_HOST] = "document_host",
    [PART_ENDPOINT] = "endpoint",
    [PART_PATH] = "path",
    [PART_PERSON] = "person",
    [PART_PERSON_ALONE] = "person_alone",
    [PART_PERSON_STOP] = "person_stop",
    [PART_LAYER] = "layer",
    [PART_ONCALL] = "oncall",
    [PART_HOURS] = "hours",
    [PART_CONTACT_FIELD] = "contact_field",
    [PART_CONTACT_COLUMN] = "contact_column",
    [PART_CONTACT_HEADING] = "contact_heading",
    [PART_PURPOSE] = "purpose",
    [PART_NOT_CONTACT] = "not_contact",
    [PART_ESCALATE_VERB] = "escalate_verb",
    [PART_CHAIN] = "chain",
    [PART_ASSEMBLY] = "assembly",
    [PART_SME] = "sme",
    [PART_CHANNEL] = "channel",
    [PART_CHANNEL_VERB] = "channel_verb",
    [PART_CHANNEL_HEADING] = "channel_heading",
    [PART_CHANNEL_PATTERN] = "channel_pattern",
    [PART_HOOK] = "hook",
    [PART_RECOVERY] = "recovery",
    [PART_MAINTENANCE] = "maintenance",
    [PART_RECURRENCE] = "recurrence",
    [PART_OCCASION] = "occasion",
    [PART_DRILL] = "drill",
    [PART_AGENDA] = "agenda",
    [PART_METRIC] = "metric",
    [PART_REPORT_TOPIC] = "report_topic",
    [PART_REPORT_FACT] = "report_fact",
};

static struct parts_vocabulary vocabulary; /* constant once load_once() has run */

static bool word_byte(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The word at text in lower case; its length, cut at WORD_BYTES. */
static size_t lower_word(const char *text, char word[WORD_BYTES])
{
    size_t n = 0;

    for (; n < WORD_BYTES - 1 && word_byte(text[n]); n++)
        word[n] = (char)tolower((unsigned char)text[n]);
    return n;
}

static enum part_words group_find(const char *name, size_t n_bytes)
{
    for (int i = 0; i < PART_WORDS_COUNT; i++)
        if (strlen(group_names[i]) == n_bytes && memcmp(group_names[i], name, n_bytes) == 0)
            return (enum part_words)i;
    return PART_WORDS_COUNT;
}

static void add_phrase(const struct phrase *like, const char *from, size_t n)
{
    char word[WORD_BYTES];

    while (n > 0 && *from == ' ') {
        from++;
        n--;
    }
    while (n > 0 && from[n - 1] == ' ')
        n--;
    size_t n_word = n > 0 ? lower_word(from, word) : 0;
    if (n_word == 0)
        return;
    struct phrases *same = map_get(vocabulary.by_first_word, word, n_word);
    if (same == NULL) {
        same = arena_alloc(vocabulary.arena, sizeof *same);
        map_put(vocabulary.by_first_word, word, n_word, same);
    }
    struct phrase *phrase = list_push(vocabulary.arena, same);
    *phrase = *like;
    phrase->text = arena_strndup(vocabulary.arena, from, n);
}

static void load_line(const char *line, size_t n, enum part_words group, int row)
{
    const char *colon = memchr(line, ':', n);

    if (colon == NULL || group == PART_WORDS_COUNT)
        return;
    size_t first = (size_t)(colon - line) + 1;
    const struct phrase like = {
        .value = arena_strndup(vocabulary.arena, line, first - 1), .group = group, .row = row};
    while (first < n) {
        const char *comma = memchr(line + first, ',', n - first);
        size_t part = comma ? (size_t)(comma - line) - first : n - first;
        add_phrase(&like, line + first, part);
        first += part + 1;
    }
}

static void load_once(void)
{
    const struct embedded_file *file = embedded_find("parts.words");
    enum part_words group = PART_WORDS_COUNT;
    int row = 0;

    must(file);
    vocabulary.arena = arena_new();
    vocabulary.by_first_word = map_new();
    for (const char *line = file->bytes; *line; row++) {
        size_t n = strcspn(line, "\n");
        if (line[0] == '[')
            group = group_find(line + 1, strcspn(line + 1, "]\n"));
        else if (line[0] != '#')
            load_line(line, n, group, row);
        line += n + (line[n] == '\n');
    }
}

static const struct parts_vocabulary *loaded(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    must(pthread_once(&once, load_once) == 0);
    return &vocabulary;
}

/* Bytes of the text that the phrase takes as whole words, or 0. */
static size_t phrase_bytes(const char *text, const char *phrase)
{
    size_t n = 0;

    for (; phrase[n]; n++) {
        bool blank = phrase[n] == ' ' || phrase[n] == '-';
        if (blank ? text[n] != ' ' && text[n] != '-' && text[n] != '_'
                  : tolower((unsigned char)text[n]) != tolower((unsigned char)phrase[n]))
            return 0;
    }
    if (!word_byte(text[n]))
        return n;
    return tolower((unsigned char)text[n]) == 's' && !word_byte(text[n + 1]) ? n + 1 : 0;
}

static const struct phrase *longest_of(const char *word, size_t n_word, enum part_words group,
                                       const char *text, size_t *n_best)
{
    const struct phrases *phrases = map_get(loaded()->by_first_word, word, n_word);
    const struct phrase *best = NULL;

    if (phrases == NULL)
        return NULL;
    list_each (phrase, phrases) {
        size_t n = phrase->group == group ? phrase_bytes(text, phrase->text) : 0;
        if (n > *n_best) {
            best = phrase;
            *n_best = n;
        }
    }
    return best;
}

/* The longest phrase of the group at text. */
static const struct phrase *phrase_at(enum part_words group, const char *text, size_t *ret_n_bytes)
{
    char word[WORD_BYTES];
    size_t n = lower_word(text, word), n_best = 0;
    const struct phrase *best = longest_of(word, n, group, text, &n_best);

    if (n > 1 && word[n - 1] == 's') {
        const struct phrase *singular = longest_of(word, n - 1, group, text, &n_best);
        best = singular ? singular : best;
    }
    *ret_n_bytes = n_best;
    return best;
}

static size_t word_end(const char *text, size_t at)
{
    while (word_byte(text[at]))
        at++;
    return at;
}

static const struct phrase *next_phrase(enum part_words group, const char *text, size_t from, size_t *ret_at,
                                        size_t *ret_n_bytes)
{
    for (size_t i = from; text[i];) {
        if (!word_byte(text[i])) {
            i++;
            continue;
        }
        const struct phrase *phrase = phrase_at(group, text + i, ret_n_bytes);
        if (phrase) {
            *ret_at = i;
            return phrase;
        }
        i = word_end(text, i);
    }
    return NULL;
}

bool part_words_next(enum part_words group, const char *text, size_t from, struct word_match *ret_match)
{
    struct word_match match;
    const struct phrase *phrase = next_phrase(group, text, from, &match.at, &match.n_bytes);

    if (phrase == NULL)
        return false;
    match.value = phrase->value;
    *ret_match = match;
    return true;
}

const char *part_words_value(enum part_words group, const char *text)
{
    const struct phrase *best = NULL, *phrase;
    size_t at, n;

    for (size_t from = 0; (phrase = next_phrase(group, text, from, &at, &n)); from = at + n)
        if (best == NULL || phrase->row < best->row)
            best = phrase;
    return best ? best->value : NULL;
}

const char *part_words_whole(enum part_words group, const char *text)
{
    size_t n;
    const struct phrase *phrase = phrase_at(group, text, &n);

    return phrase && text[n] == '\0' ? phrase->value : NULL;
}
