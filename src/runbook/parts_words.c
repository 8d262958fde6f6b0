/* Reads policy/parts.words at first use. */
#include "runbook/parts_words.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/list.h"
#include "base/must.h"
#include "runbook/phrases.h"

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
    [PART_ENDING] = "ending",
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
    [PART_PERSON_COLUMN] = "person_column",
    [PART_LAYER] = "layer",
    [PART_ONCALL] = "oncall",
    [PART_HOURS] = "hours",
    [PART_CONTACT_FIELD] = "contact_field",
    [PART_CONTACT_COLUMN] = "contact_column",
    [PART_CONTACT_HEADING] = "contact_heading",
    [PART_PURPOSE] = "purpose",
    [PART_NOT_CONTACT] = "not_contact",
    [PART_CALL_VERB] = "call_verb",
    [PART_ESCALATE_VERB] = "escalate_verb",
    [PART_TELL_VERB] = "tell_verb",
    [PART_WAIT_WORD] = "wait_word",
    [PART_CALLED] = "called",
    [PART_WAIT_COLUMN] = "wait_column",
    [PART_CHAIN] = "chain",
    [PART_ASSEMBLY] = "assembly",
    [PART_SME] = "sme",
    [PART_CHANNEL] = "channel",
    [PART_CHANNEL_TYPE] = "channel_type",
    [PART_CHANNEL_VERB] = "channel_verb",
    [PART_CHANNEL_HEADING] = "channel_heading",
    [PART_CHANNEL_PATTERN] = "channel_pattern",
    [PART_HOOK] = "hook",
    [PART_RECOVERY] = "recovery",
    [PART_MAINTENANCE] = "maintenance",
    [PART_RECURRENCE] = "recurrence",
    [PART_OCCASION] = "occasion",
    [PART_UPKEEP] = "upkeep",
    [PART_UNDO] = "undo",
    [PART_DRILL] = "drill",
    [PART_AGENDA] = "agenda",
    [PART_METRIC] = "metric",
    [PART_REPORT_TOPIC] = "report_topic",
    [PART_REPORT_FACT] = "report_fact",
};

/* Constant once load_once() has run. */
static struct {
    struct arena *arena;
    struct phrase_book phrases;
} vocabulary;

static enum part_words group_find(const char *name, size_t n_bytes)
{
    for (int i = 0; i < PART_WORDS_COUNT; i++)
        if (strlen(group_names[i]) == n_bytes && memcmp(group_names[i], name, n_bytes) == 0)
            return (enum part_words)i;
    return PART_WORDS_COUNT;
}

static void load_line(struct arena *arena, struct arena *growing, const char *line, size_t n,
                      enum part_words group, int row)
{
    const char *colon = memchr(line, ':', n);

    if (colon == NULL || group == PART_WORDS_COUNT)
        return;
    size_t first = (size_t)(colon - line) + 1;
    const struct phrase like = {
        .value = arena_strndup(arena, line, first - 1), .group = (uint8_t)group, .row = row};
    while (first < n) {
        const char *comma = memchr(line + first, ',', n - first);
        size_t part = comma ? (size_t)(comma - line) - first : n - first;
        phrase_add(arena, growing, &vocabulary.phrases, &like, line + first, part);
        first += part + 1;
    }
}

static void load_once(void)
{
    const struct embedded_file *file = embedded_find("parts.words");
    scoped_arena struct arena *growing = arena_new();
    enum part_words group = PART_WORDS_COUNT;
    int row = 0;

    must(file);
    vocabulary.arena = arena_new();
    for (const char *line = file->bytes; *line; row++) {
        size_t n = strcspn(line, "\n");
        if (line[0] == '[')
            group = group_find(line + 1, strcspn(line + 1, "]\n"));
        else if (line[0] != '#')
            load_line(vocabulary.arena, growing, line, n, group, row);
        line += n + (line[n] == '\n');
    }
    phrases_settle(vocabulary.arena, &vocabulary.phrases);
}

static const struct phrase_book *loaded(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    must(pthread_once(&once, load_once) == 0);
    return &vocabulary.phrases;
}

/* Bytes of the text that the phrase takes as whole words, or 0. */
static size_t phrase_bytes(const char *text, const char *phrase)
{
    size_t n = 0;

    for (; phrase[n]; n++) {
        bool blank = phrase[n] == ' ' || phrase[n] == '-';
        if (blank ? text[n] != ' ' && text[n] != '-' && text[n] != '_'
                  : text_lower(text[n]) != text_lower(phrase[n]))
            return 0;
    }
    if (!phrase_word_byte(text[n]))
        return n;
    return text_lower(text[n]) == 's' && !phrase_word_byte(text[n + 1]) ? n + 1 : 0;
}

/* The longest phrase of the group at text, where that word stands. */
static const struct phrase *phrase_at(const struct phrases *phrases, enum part_words group, const char *text,
                                      size_t *ret_n_bytes)
{
    const struct phrase *best = NULL;

    *ret_n_bytes = 0;
    list_each (phrase, phrases) {
        if (phrase->group != group || !phrase_may_go_on(phrase, text))
            continue;
        size_t n = phrase_bytes(text, phrase->text);
        if (n > *ret_n_bytes) {
            best = phrase;
            *ret_n_bytes = n;
        }
    }
    return best;
}

static const struct phrase *next_phrase(enum part_words group, const char *text, size_t from, size_t *ret_at,
                                        size_t *ret_n_bytes)
{
    const struct phrase_book *phrases = loaded();
    const struct phrase_text all = phrase_text(text + from, PTRDIFF_MAX);

    for (const char *at = all.begin; at < all.end;) {
        size_t n_word;
        const struct phrase_word *word = phrase_word_at(phrases, &all, at, &n_word);
        const struct phrase *phrase = word && (word->groups[0] >> group & 1)
                                          ? phrase_at(phrases_of(phrases, word), group, at, ret_n_bytes)
                                          : NULL;
        if (phrase) {
            *ret_at = (size_t)(at - text);
            return phrase;
        }
        at = phrase_next_word(at, n_word);
    }
    return NULL;
}

uint64_t part_words_in(const char *text)
{
    static_assert(PART_WORDS_COUNT <= 64, "a group has a bit");
    const struct phrase_book *phrases = loaded();
    const struct phrase_text all = phrase_text(text, PTRDIFF_MAX);
    uint64_t groups = 0;

    size_t n_word;
    for (const char *at = all.begin; at < all.end; at = phrase_next_word(at, n_word)) {
        const struct phrase_word *word = phrase_word_at(phrases, &all, at, &n_word);
        if (word == NULL)
            continue;
        groups |= word->alone;
        if ((word->groups[0] & ~groups) == 0)
            continue;
        list_each (phrase, phrases_of(phrases, word))
            if (!(groups >> phrase->group & 1) && phrase_may_go_on(phrase, at) &&
                phrase_bytes(at, phrase->text) > 0)
                groups |= UINT64_C(1) << phrase->group;
    }
    return groups;
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
    size_t n, n_word;
    const struct phrase_book *phrases = loaded();
    const struct phrase_text first = phrase_text(text, PHRASE_FIRST_BYTES);
    const struct phrase_word *word = text[0] ? phrase_word_at(phrases, &first, text, &n_word) : NULL;
    const struct phrase *phrase = word ? phrase_at(phrases_of(phrases, word), group, text, &n) : NULL;

    return phrase && text[n] == '\0' ? phrase->value : NULL;
}

bool part_message_page(const char *title)
{
    return part_words_value(PART_TEMPLATE, title) && part_words_value(PART_MESSAGE, title) &&
           !part_words_value(PART_REPORT, title);
}
