/* Reads the vocabulary at first use. */
#include "runbook/heading_words.h"

#include <ctype.h>
#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/list.h"
#include "base/map.h"
#include "base/must.h"
#include "runbook/phrases.h"
#include "runbook/text.h"

enum { LOOKED_AT_BYTES = 300, WORD_BYTES = 40 };

struct vocabulary {
    struct arena *arena;
    struct phrase_book headings;
    struct map *programs;
};

static const char *const group_names[WORDS_COUNT] = {
    [WORDS_IMMEDIATE] = "immediate",
    [WORDS_DIAGNOSIS] = "diagnosis",
    [WORDS_RESOLUTION] = "resolution",
    [WORDS_MITIGATION] = "mitigation",
    [WORDS_COMMUNICATION] = "communication",
    [WORDS_VERIFICATION] = "verification",
    [WORDS_POST_INCIDENT] = "post_incident",
    [WORDS_REFERENCE] = "reference",
    [WORDS_SYMPTOMS] = "symptoms",
    [WORDS_CAUSES] = "causes",
    [WORDS_TRIGGERS] = "triggers",
    [WORDS_SEVERITY] = "severity",
    [WORDS_ABOUT] = "about",
    [WORDS_CONTACTS] = "contacts",
    [WORDS_ESCALATION] = "escalation",
    [WORDS_ROLES] = "roles",
    [WORDS_TEMPLATES] = "templates",
    [WORDS_CONTENTS] = "contents",
    [WORDS_QUESTIONS] = "questions",
    [WORDS_LINKS] = "links",
    [WORDS_COLLECTION] = "collection",
    [WORDS_PAGE] = "page",
    [WORDS_SUSPECTS] = "suspects",
    [WORDS_ASIDE] = "aside",
    [WORDS_PHASE_TAIL] = "phase_tail",
    [WORDS_LEVEL_1] = "level_1",
    [WORDS_LEVEL_2] = "level_2",
    [WORDS_LEVEL_3] = "level_3",
    [WORDS_LEVEL_4] = "level_4",
    [WORDS_LEVEL_5] = "level_5",
    [WORDS_RESPONSE_TIME] = "response_time",
    [WORDS_RESOLUTION_TIME] = "resolution_time",
    [WORDS_ESCALATION_RULE] = "escalation_rule",
    [WORDS_LEVEL_EXAMPLES] = "level_examples",
    [WORDS_LEVEL_CRITERIA] = "level_criteria",
    [WORDS_LEVEL_DESCRIPTION] = "level_description",
    [WORDS_LEVEL_NAME] = "level_name",
    [WORDS_SEVERITY_LABEL] = "severity_label",
    [WORDS_SEVERITY_STATEMENT] = "severity_statement",
    [WORDS_SEVERITY_VALUE] = "severity_value",
    [WORDS_PROBLEMS] = "problems",
    [WORDS_VERBS] = "verbs",
    [WORDS_NOTIFY_VERBS] = "notify_verbs",
    [WORDS_WAIT_VERBS] = "wait_verbs",
    [WORDS_LOOK_FOR] = "look_for",
    [WORDS_USE_WHEN] = "use_when",
    [WORDS_ORDER_COLUMN] = "order_column",
    [WORDS_COMMAND_COLUMN] = "command_column",
    [WORDS_NUMBER_COLUMN] = "number_column",
    [WORDS_LEFT_OVER_COLUMN] = "left_over_column",
    [WORDS_NO_NOTIFY] = "no_notify",
    [WORDS_TRIGGER_SENTENCE] = "trigger_sentence",
    [WORDS_CHANGES] = "changes",
    [WORDS_LOOKS] = "looks",
    [WORDS_PATIENT_DATA] = "patient_data",
    [WORDS_VERIFIES] = "verifies",
    [WORDS_WAY_BACK] = "way_back",
    [WORDS_SYMPTOM_COLUMN] = "symptom_column",
    [WORDS_BREACH] = "breach",
    [WORDS_EVIDENCE] = "evidence",
    [WORDS_KIND_SECURITY] = "kind_security",
    [WORDS_KIND_EMERGENCY] = "kind_emergency",
    [WORDS_KIND_POST_INCIDENT] = "kind_post_incident",
    [WORDS_KIND_DRILL] = "kind_drill",
    [WORDS_KIND_TESTING] = "kind_testing",
    [WORDS_KIND_MAINTENANCE] = "kind_maintenance",
    [WORDS_KIND_ALERT] = "kind_alert",
    [WORDS_KIND_MITIGATION] = "kind_mitigation",
    [WORDS_KIND_LIFECYCLE] = "kind_lifecycle",
    [WORDS_KIND_REFERENCE] = "kind_reference",
};

static struct vocabulary vocabulary; /* constant once load_once() has run */

static enum words group_find(const char *name, size_t n_bytes)
{
    for (int i = 1; i < WORDS_COUNT; i++)
        if (strlen(group_names[i]) == n_bytes && memcmp(group_names[i], name, n_bytes) == 0)
            return (enum words)i;
    return WORDS_NONE;
}

static void load_headings(const char *bytes)
{
    scoped_arena struct arena *growing = arena_new();
    enum words group = WORDS_NONE;

    for (const char *line = bytes; *line;) {
        size_t n = strcspn(line, "\n");
        if (line[0] == '[') {
            group = group_find(line + 1, strcspn(line + 1, "]\n"));
        } else if (line[0] != '#') {
            for (size_t first = 0; first < n;) {
                size_t part = strcspn(line + first, ",\n");
                const struct phrase like = {.group = (uint8_t)group};
                if (group != WORDS_NONE)
                    phrase_add(vocabulary.arena, growing, &vocabulary.headings, &like, line + first, part);
                first += part + 1;
            }
        }
        line += n + (line[n] == '\n');
    }
    phrases_settle(vocabulary.arena, &vocabulary.headings);
}

static void load_programs(const char *bytes)
{
    for (const char *at = bytes; *at;) {
        size_t n = strcspn(at, " \n");
        if (*at == '#')
            n = strcspn(at, "\n");
        else if (n > 0)
            map_put(vocabulary.programs, at, n, &vocabulary);
        at += n + (at[n] != '\0');
    }
}

static void load_once(void)
{
    const struct embedded_file *headings = embedded_find("headings.words");
    const struct embedded_file *programs = embedded_find("programs.words");

    must(headings && programs);
    vocabulary.arena = arena_new();
    vocabulary.programs = map_new();
    load_headings(headings->bytes);
    load_programs(programs->bytes);
}

static const struct vocabulary *loaded(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    must(pthread_once(&once, load_once) == 0);
    return &vocabulary;
}

/* Length of the phrase when it stands at text as whole words ("s" at its end let pass), else 0. */
static size_t phrase_bytes(const char *text, const char *phrase)
{
    size_t n = 0;

    for (; phrase[n]; n++)
        if (text_lower(text[n]) != text_lower(phrase[n]))
            return 0;
    size_t plural = n + (tolower((unsigned char)text[n]) == 's');
    bool whole = !isalnum((unsigned char)text[n]) && (unsigned char)text[n] < 0x80;
    return whole || !isalnum((unsigned char)text[plural]) ? n : 0;
}

struct best {
    enum words first, last, group;
    size_t n_bytes, weight;
    bool inner;  /* not at the start of the text */
    bool within; /* the best is neither there nor at the end */
};

/* "Access" says what a part is for where it begins or ends a heading; in "Unusual access patterns" it does
 * not. */
static bool counts_inside(enum words group)
{
    return group != WORDS_ABOUT && group != WORDS_LINKS && group != WORDS_CONTENTS &&
           group != WORDS_QUESTIONS && group != WORDS_TRIGGERS;
}

static bool at_end(const char *text, size_t n)
{
    n += tolower((unsigned char)text[n]) == 's';
    return text[n] == '\0' || text[n] == ':' || text[n] == '?' || text[n] == '(' ||
           (text[n] == ' ' && text[n + 1] == '(');
}

static void try_phrase(const struct phrase *phrase, const char *text, struct best *best)
{
    enum words group = (enum words)phrase->group;
    size_t n = phrase_bytes(text, phrase->text);

    if (best->inner && !counts_inside(group) && !at_end(text, n))
        return;
    /* "Procedure description" is a procedure: what only informs yields, unless it is all of the heading. */
    bool all = !best->inner && text[n] == '\0';
    size_t weight = n == 0 ? 0 : counts_inside(group) || all ? n + LOOKED_AT_BYTES : n;
    if (weight > best->weight || (weight == best->weight && n > 0 && group < best->group)) {
        best->group = group;
        best->n_bytes = n;
        best->weight = weight;
        best->within = best->inner && !at_end(text, n);
    }
}

/* The longest phrase of first..last at `at`; gives the bytes of the word there. */
static size_t try_word(const struct vocabulary *words, const struct phrase_text *text, const char *at,
                       struct best *best)
{
    size_t n_word;
    const struct phrase_word *word = phrase_word_at(&words->headings, text, at, &n_word);

    if (word && phrase_groups_any(word->groups, best->first, best->last))
        list_each (phrase, phrases_of(&words->headings, word))
            if (phrase->group >= best->first && phrase->group <= best->last && phrase_may_go_on(phrase, at))
                try_phrase(phrase, at, best);
    return n_word;
}

/* What is looked at of a text: words that begin in it, with the rest of the last one. */
static struct phrase_text looked_at(const char *text)
{
    return phrase_text(text, LOOKED_AT_BYTES + PHRASE_FIRST_BYTES);
}

static struct best longest(const char *text, enum words first, enum words last)
{
    const struct vocabulary *words = loaded();
    const struct phrase_text all = looked_at(text);
    struct best best = {.first = first, .last = last};

    for (const char *at = text; at < all.end && at - text < LOOKED_AT_BYTES;) {
        best.inner = at > text;
        at = phrase_next_word(at, try_word(words, &all, at, &best));
    }
    return best;
}

enum words words_longest(const char *text, enum words first, enum words last)
{
    return longest(text, first, last).group;
}

bool words_within(enum words group, const char *text)
{
    return longest(text, group, group).within;
}

enum words words_heading(const char *text)
{
    return words_longest(text, WORDS_IMMEDIATE, WORDS_LAST_HEADING);
}

uint64_t words_in(const char *text, enum words first, enum words last)
{
    const struct vocabulary *words = loaded();
    const struct phrase_text all = looked_at(text);
    uint64_t groups = 0;
    size_t n_word;

    for (const char *at = text; at < all.end && at - text < LOOKED_AT_BYTES;
         at = phrase_next_word(at, n_word)) {
        const struct phrase_word *word = phrase_word_at(&words->headings, &all, at, &n_word);
        if (word == NULL || !phrase_groups_any(word->groups, first, last))
            continue;
        list_each (phrase, phrases_of(&words->headings, word)) {
            struct best best = {.first = phrase->group, .last = phrase->group, .inner = at > text};
            if (phrase->group < first || phrase->group > last || !phrase_may_go_on(phrase, at))
                continue;
            try_phrase(phrase, at, &best);
            groups |= best.n_bytes > 0 ? UINT64_C(1) << (phrase->group - first) : 0;
        }
    }
    return groups;
}

bool words_occur(enum words group, const char *text)
{
    return words_longest(text, group, group) != WORDS_NONE;
}

bool words_begin(enum words group, const char *text)
{
    const struct phrase_text first = phrase_text(text, PHRASE_FIRST_BYTES);
    struct best best = {.first = group, .last = group};

    if (isalnum((unsigned char)text[0]))
        try_word(loaded(), &first, text, &best);
    return best.n_bytes > 0 && !(tolower((unsigned char)text[best.n_bytes]) == 's' && group == WORDS_VERBS);
}

bool words_are(enum words group, const char *text)
{
    const struct phrase_text first = phrase_text(text, PHRASE_FIRST_BYTES);
    struct best best = {.first = group, .last = group};
    char c;

    if (!phrase_word_byte(text[0]))
        return false;
    try_word(loaded(), &first, text, &best);
    c = best.n_bytes > 0 ? text[best.n_bytes] : 'x';
    return c == '\0' || (tolower((unsigned char)c) == 's' && text[best.n_bytes + 1] == '\0');
}

bool words_program(const char *word, size_t n_bytes)
{
    return n_bytes > 0 && n_bytes < WORD_BYTES && map_get(loaded()->programs, word, n_bytes) != NULL;
}
