/* Levels that items and paragraphs define: "- **P1**: all down, respond within 15 minutes", a bold name with
 * its lines below it, "P1 incidents must be acknowledged within 10 minutes". Only in sections about severity.
 */
#include <ctype.h>
#include <string.h>

#include "runbook/idle_words.h"
#include "runbook/parts_person.h"
#include "runbook/parts_words.h"
#include "runbook/procedure_priv.h"
#include "runbook/severity.h"
#include "runbook/severity_priv.h"
#include "runbook/text.h"

enum {
    NAME_BYTES = 60,
    ID_WITHIN_BYTES = 24,
    VERB_BYTES = 16,
    NUMBER_WITHIN_BYTES = 32,
    SENTENCE_BYTES = 2000,
    LEVELS_LEAST = 2,
    LINES_MAX = 8
};

/* ---- Times in running text ---- */

static bool says_any(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcasestr(text, words[i]))
            return true;
    return false;
}

/* "wake the storage engineer after 20 minutes", "escalate to the vendor at once"; in "call the clerk at once,
 * the manager after 15 minutes" the verb stands in a part before. */
static bool says_escalation(struct arena *arena, const char *text, const char *clause,
                            const struct duration_words *duration)
{
    struct word_match verb;
    struct person person;
    bool after = duration->op && duration->op[0] == '>' && duration->value_s >= 60;
    bool told = part_words_next(PART_TELL_VERB, clause, 0, &verb) ||
                part_words_next(PART_WAIT_WORD, clause, 0, &verb);

    if (told)
        return after || (strcasestr(clause, "escalat") && (duration->immediate || duration->value_s >= 60));
    return after && part_words_next(PART_TELL_VERB, text, 0, &verb) && person_next(arena, clause, 0, &person);
}

/* Up to a comma, a point or a dot in the middle of the line. */
static size_t clause_bytes(const char *text)
{
    size_t n = strcspn(text, ",;.");
    const char *dot = strstr(text, " \xc2\xb7 ");

    return dot && (size_t)(dot - text) < n ? (size_t)(dot - text) : n;
}

static size_t sentence_bytes(const char *text)
{
    const char *end = strstr(text, ". ");
    size_t n = end ? (size_t)(end - text) : strlen(text);

    return n > 0 && text[n - 1] == '.' ? n - 1 : n;
}

/* "If not mitigated after 1 h": a time after which nothing has happened. */
static bool says_idle(const char *clause)
{
    static const char *const words[] = {"not ",   "n't ",   "no ",          "unresolved", "unacknowledged",
                                        "still ", "nobody", "unmitigated ", "without"};
    const char *condition = text_find_word(clause, "if");

    return (condition || text_find_word(clause, "when")) &&
           says_any(clause, words, sizeof words / sizeof *words);
}

static bool calls_somebody(struct arena *arena, const char *sentence)
{
    const char *text = arena_strndup(arena, sentence, sentence_bytes(sentence));
    struct word_match verb;
    struct person person;

    return (part_words_next(PART_TELL_VERB, text, 0, &verb) ||
            part_words_next(PART_WAIT_WORD, text, 0, &verb)) &&
           person_next(arena, text, 0, &person);
}

static const char *const response[] = {
    "respon",        "acknowledg", "ack ",    "answer",   "triaged", "page within", "investigate within",
    "triage within", "reply",      "replied", "reaktion", "reagier", "antwort",     "responder",
    "répon",         "응답",       "대응",    "响应",     "対応"};
static const char *const resolution[] = {"resol",    "mttr",    "fix",         "restore", "mitigat",
                                         "behebung", "behoben", "wiederherst", "lösung",  "gelöst",
                                         "résol",    "복구",    "해결",        "解决",    "復旧"};

static bool says_response(const char *clause)
{
    return says_any(clause, response, sizeof response / sizeof *response);
}

/* "slow answers (> 10 s)" is how bad it is. */
static bool past(const struct duration_words *duration)
{
    return duration->op && duration->op[0] == '>';
}

/* "Answer next working day", "same shift": when people answer, without a length of time. */
static bool says_deferred(const char *clause)
{
    static const char *const days[] = {
        "next working day", "next business day", "next day",        "next shift",   "same shift",
        "this shift",       "n\303\244chster",   "n\303\244chsten", "next weekday", "best effort"};

    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (strcasestr(clause, days[i]))
            return says_response(clause) || text_starts_with(clause, days[i]) ||
                   text_starts_with(clause, "by the next");
    return false;
}

static bool says_resolution(const char *clause)
{
    return says_any(clause, resolution, sizeof resolution / sizeof *resolution);
}

/* "page the lead; after 10 min page the manager; after 20 min the director": from the clause on it is a
 * ladder. */
static bool takes_ladder(struct severity_reader *reader, struct severity *level, const char *text,
                         bool called, int line)
{
    enum { WORD_WITHIN_BYTES = 16 };
    size_t sentence = sentence_bytes(text);
    const char *word = strcasestr(text, "escalat");
    bool named = word && word - text < WORD_WITHIN_BYTES;
    struct rungs rungs = {0};

    if (!named && !called)
        return false;
    text = text_normalise(reader->arena, text, strlen(text));
    if (!rungs_read(reader->arena, text, named, line, &rungs)) {
        text = text_normalise(reader->arena, text, sentence);
        if (!rungs_read(reader->arena, text, named, line, &rungs))
            return false;
    }
    level_take_escalation(reader->arena, level, text, UNSTATED, line);
    return true;
}

/* "acknowledged within 10 minutes and resolved within 4 hours": each part its time, where none is known yet.
 */
void severity_take_times(struct severity_reader *reader, struct severity *level, const char *text, int line)
{
    struct duration_words duration;

    if (strnlen(text, SENTENCE_BYTES) == SENTENCE_BYTES)
        return;
    for (const char *part = text; *part;) {
        size_t n = clause_bytes(part);
        const char *and = strstr(part, " and ");
        if (and&&(size_t)(and-part) < n && strncasecmp(and, " and a half", 11) != 0)
            n = (size_t)(and-part);
        const char *clause = text_normalise(reader->arena, part, n);
        if (level->response_text == NULL && says_deferred(clause)) {
            level_take(reader->arena, level, WORDS_RESPONSE_TIME, clause, line, true);
        } else if (text_duration(clause, &duration)) {
            if (says_idle(clause)) {
                if (level->escalation_text == NULL && calls_somebody(reader->arena, part))
                    level_take(reader->arena, level, WORDS_ESCALATION_RULE,
                               text_normalise(reader->arena, part, sentence_bytes(part)), line, true);
            } else if (level->escalation_text == NULL &&
                       takes_ladder(reader, level, part, calls_somebody(reader->arena, text), line)) {
                return; /* to the end */
            } else if (says_response(clause) && !level->response_text && !past(&duration))
                level_take(reader->arena, level, WORDS_RESPONSE_TIME, clause, line, true);
            else if (says_resolution(clause) && level->resolution_target_s == UNSTATED)
                level_take(reader->arena, level, WORDS_RESOLUTION_TIME, clause, line, true);
            else if (level->escalation_text == NULL &&
                     says_escalation(reader->arena, text, clause, &duration))
                level_take(reader->arena, level, WORDS_ESCALATION_RULE, clause, line, true);
        }
        part += n;
        part += strncmp(part, " and ", 5) == 0 ? strlen(" and ") : *part != '\0';
    }
}

/* ---- Names ---- */

/* "P1", "Sev 2 (High)", or in bold a word that is a level and nothing else. */
static bool name_of_level(struct severity_reader *reader, const char *name, bool bold,
                          struct severity *ret_level)
{
    size_t at, n;

    name = text_without_decoration(reader->arena, name, NULL);
    if (severity_find(reader->arena, name, NULL, &at, &n))
        return at <= ID_WITHIN_BYTES && level_named(reader->arena, name, false, ret_level);
    if (level_by_letter(reader->arena, name, ret_level))
        return true;
    for (enum words word = WORDS_LEVEL_1; bold && word <= WORDS_LEVEL_5; word++)
        if (words_are(word, name))
            return level_named(reader->arena, name, true, ret_level);
    return false;
}

/* Where the name at the start of a text without marks ends: "P1 - all down", "Sev 2: slow"; 0: there is no
 * end.
 */
size_t severity_name_bytes(const char *text, size_t *ret_rest)
{
    static const char *const marks[] = {": ", " - ", " \xe2\x80\x93 ", " \xe2\x80\x94 ", " \xc2\xb7 "};

    for (size_t n = 1; n < NAME_BYTES && text[n]; n++)
        for (size_t i = 0; (text[n] == ':' || text[n] == ' ') && i < sizeof marks / sizeof *marks; i++)
            if (strncmp(text + n, marks[i], strlen(marks[i])) == 0) {
                *ret_rest = n + strlen(marks[i]);
                return n;
            }
    return 0;
}

/* The level that a passage begins with, and what it says of it. */
/* "SEV-1" and nothing else: a term whose definition stands below. */
static bool is_name_alone(struct arena *arena, const char *text)
{
    size_t at, n;

    return strnlen(text, NAME_BYTES) < NAME_BYTES && severity_find(arena, text, NULL, &at, &n) && at == 0 &&
           text[n] == '\0';
}

bool severity_passage_level(struct severity_reader *reader, const struct passage *passage,
                            struct severity *ret_level, const char **ret_rest)
{
    const char *name = passage->lead, *rest = passage->rest;

    if (name == NULL && text_starts_with(passage->rest, "=== \"")) {
        const char *tab = passage->rest + strlen("=== \""), *end = strchr(tab, '"');
        if (end == NULL || (size_t)(end - tab) > NAME_BYTES)
            return false;
        name = arena_strndup(reader->arena, tab, (size_t)(end - tab)); /* a tab a level */
        rest = end + 1 + (end[1] == ' ');
    }
    if (name == NULL) {
        const char *plain = text_without_decoration(
            reader->arena, text_without_number(reader->arena, passage->rest, NULL), NULL);
        size_t at, n = severity_name_bytes(plain, &at);
        if (n == 0 && is_name_alone(reader->arena, plain))
            n = at = strlen(plain);
        if (n == 0)
            return false;
        name = arena_strndup(reader->arena, plain, n);
        rest = plain + at;
    }
    if (!name_of_level(reader, name, passage->lead != NULL, ret_level))
        return false;
    while (*rest && (strchr(" :-", *rest) || strncmp(rest, "\xe2\x80", 2) == 0))
        rest += *rest & 0x80 ? 3 : 1;
    *ret_rest = rest;
    return true;
}

bool severity_names_level(struct severity_reader *reader, const struct passage *passage)
{
    struct severity level;
    const char *rest;

    return severity_passage_level(reader, passage, &level, &rest);
}

bool severity_level_of(struct severity_reader *reader, const struct passage *passage,
                       struct severity *ret_level, const char **ret_rest)
{
    *ret_rest = "";
    return severity_passage_level(reader, passage, ret_level, ret_rest) ||
           (passage->lead == NULL && strnlen(passage->rest, NAME_BYTES) < NAME_BYTES &&
            name_of_level(reader, text_without_colon(reader->arena, passage->rest), false, ret_level) &&
            ret_level->id && text_starts_with(passage->rest, ret_level->id));
}

/* "Response times", "Initial response SLA": what stands below it in brief is how soon. */
static bool names_times(const char *title)
{
    return severity_field(title) == WORDS_RESPONSE_TIME &&
           (text_find_word(title, "time") || text_find_word(title, "target") || text_find_word(title, "sla"));
}

/* "page at once", "ack in 5 min", "updates every 15 min": what is done and when, and not how bad it is. */
static const char *without_times(struct severity_reader *reader, const char *text)
{
    struct duration_words duration = {0};
    struct strings parts = {0};
    struct person person;
    char *kept = arena_strdup(reader->arena, "");

    text_split_list(reader->arena, text, false, &parts);
    list_each (part, &parts) {
        bool timed = text_duration(*part, &duration) &&
                     ((duration.immediate && duration.at < VERB_BYTES) || words_begin(WORDS_VERBS, *part) ||
                      severity_field(*part) == WORDS_RESPONSE_TIME || says_response(*part) ||
                      says_resolution(*part) || text_find_word(*part, "every"));
        bool deferred = strcasestr(*part, "business day") != NULL || text_same(*part, "backlog");
        bool rung =
            past(&duration) && duration.value_s >= 60 && person_next(reader->arena, *part, 0, &person);
        if (!timed && !deferred && !rung)
            kept = arena_printf(reader->arena, "%s%s%s", kept, kept[0] ? ", " : "", *part);
    }
    return strlen(kept) + 2 * parts.n >= strlen(text) ? text : kept;
}

/* "P0/P1: ..." speaks of both; gives the next id behind the first. */
static const char *further_id(struct severity_reader *reader, const char *name, size_t *at)
{
    size_t found, n;
    const char *id = severity_find(reader->arena, name + *at, NULL, &found, &n);

    if (id)
        *at += found + n;
    return id;
}

void severity_add_also(struct severity_reader *reader, const struct passage *passage,
                       const struct severity *level)
{
    size_t at = 0, rest;
    const char *plain = passage->lead ? passage->lead : passage->rest;
    const char *name =
        passage->lead ? plain : arena_strndup(reader->arena, plain, severity_name_bytes(plain, &rest));
    const char *id = further_id(reader, name, &at);

    for (int k = 0; k < 4 && id && (id = further_id(reader, name, &at)); k++) {
        struct severity also = *level;
        also.id = id;
        also.label = NULL;
        severity_add(reader, &also);
    }
}

/* "All services down -> on-call within 15 min": in front of the arrow what it is, behind it what follows. */
static const char *before_arrow(struct severity_reader *reader, const char *text, const char **ret_follows)
{
    static const char *const arrows[] = {" \xe2\x86\x92 ", " -> ", " => "};
    struct duration_words duration;

    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++) {
        const char *arrow = strstr(text, arrows[i]);
        if (arrow == NULL || !text_duration(arrow, &duration))
            continue;
        *ret_follows = arrow + strlen(arrows[i]);
        return arena_strndup(reader->arena, text, (size_t)(arrow - text));
    }
    return text;
}

/* title: of the heading or the label above; lead: the level's name when it stands in marks, or NULL. */
void severity_take_text(struct severity_reader *reader, struct severity *level, const char *title,
                        const char *lead, const char *rest, int line)
{
    struct duration_words duration;
    const char *follows = NULL;

    if (names_times(title) && text_duration(rest, &duration)) {
        level_take(reader->arena, level, WORDS_RESPONSE_TIME, rest, line, true);
    } else {
        const char *what = before_arrow(reader, rest, &follows);
        level_take(reader->arena, level, WORDS_LEVEL_DESCRIPTION, without_times(reader, what), line, true);
    }
    severity_take_times(reader, level, rest, line);
    if (lead)
        severity_take_times(reader, level, lead, line); /* "P1 - High (15-minute response)" */
    if (follows && level->response_text == NULL)
        level_take(reader->arena, level, WORDS_RESPONSE_TIME, follows, line, true);
}

void severity_take_rest(struct severity_reader *reader, struct severity *level, const char *rest, int line)
{
    if (rest[0])
        severity_take_text(reader, level, "", NULL, rest, line);
}

/* ---- Items ---- */

/* Words alone ("Warning", "Page") are a scheme only when each item of the list is one of the known. */
static bool whole_list_names(struct severity_reader *reader, size_t item)
{
    const struct block *blocks = reader->document->blocks.at;
    size_t first = blocks[item].list_first;

    if (reader->list_first == first + 1)
        return reader->list_names;
    reader->list_first = first + 1;
    reader->list_names = true;
    for (size_t i = first;
         i < reader->document->blocks.n && blocks[i].kind == BLOCK_ITEM && blocks[i].list_first == first;
         i = blocks[i].end) {
        struct severity level;
        const char *rest;
        reader->list_names &= blocks[i].prose.passages.n > 0 &&
                              severity_passage_level(reader, &blocks[i].prose.passages.at[0], &level, &rest);
    }
    return reader->list_names;
}

/* "Severity levels:", "Response times:" right above the list are as good as a heading; NULL: it has none. */
static const char *label_above(struct severity_reader *reader, size_t item)
{
    size_t first = reader->document->blocks.at[item].list_first;
    const struct block *above = first > 0 ? &reader->document->blocks.at[first - 1] : NULL;

    if (above == NULL || above->kind != BLOCK_PARAGRAPH ||
        strnlen(above->prose.text, NAME_BYTES) == NAME_BYTES)
        return NULL;
    const char *label = text_without_colon(reader->arena, above->prose.text);
    return words_are(WORDS_SEVERITY, label) || names_times(label) ? label : NULL;
}

/* A list under any heading whose every item begins with a level and tells something of all: the word for its
 * number ("P0 (Critical)"), or how soon people answer. */
static bool list_defines(struct severity_reader *reader, size_t item)
{
    const struct block *blocks = reader->document->blocks.at;
    size_t first = blocks[item].list_first, n_levels = 0;
    const char *start = blocks[first].prose.text;

    size_t n = 0;
    while (n < NUMBER_WITHIN_BYTES && start[n] && !isdigit((unsigned char)start[n]))
        n++;
    if (!isdigit((unsigned char)start[n]))
        return false;
    for (size_t i = first;
         i < reader->document->blocks.n && blocks[i].kind == BLOCK_ITEM && blocks[i].list_first == first;
         i = blocks[i].end, n_levels++) {
        struct severity level;
        const char *rest;
        if (blocks[i].prose.passages.n == 0 ||
            !severity_passage_level(reader, &blocks[i].prose.passages.at[0], &level, &rest) ||
            level_number(&level) < 0 || text_starts_with(level.id, "level"))
            return false;
        severity_take_times(reader, &level, rest, blocks[i].line);
        if (level.response_text == NULL && (level.label == NULL || level_word_rank(level.label) == 0))
            return false;
    }
    return n_levels >= LEVELS_LEAST;
}

/* Asked for each item, answered once a list. */
static void look_at_list(struct severity_reader *reader, size_t item)
{
    size_t first = reader->document->blocks.at[item].list_first;

    if (reader->list_seen == first + 1)
        return;
    reader->list_seen = first + 1;
    reader->list_label = label_above(reader, item);
    reader->list_defines = list_defines(reader, item);
}

void severity_read_item(struct severity_reader *reader, size_t item)
{
    const struct block *block = &reader->document->blocks.at[item];
    enum words list = WORDS_NONE;
    struct severity level;
    const char *rest;

    if (block->heading == NO_BLOCK || block->depth != 1 || block->prose.passages.n == 0)
        return;
    const struct passage *passage = &block->prose.passages.at[0];
    look_at_list(reader, item);
    bool about = reader->list_label || severity_about(reader, block->heading);
    if ((!about && !reader->list_defines) || !severity_passage_level(reader, passage, &level, &rest) ||
        (level_number(&level) < 0 && !whole_list_names(reader, item))) {
        if (about && item == block->list_first)
            severity_read_house_list(reader, item);
        return;
    }
    const char *label = reader->list_label;
    level.line = block->line;
    level.line_end = block->line;
    severity_take_text(reader, &level, label ? label : reader->document->blocks.at[block->heading].prose.text,
                       passage->lead, rest, block->line);
    for (size_t i = item + 1; i < block->end; i++)
        severity_take_block(reader, &level, i, &list);
    severity_add(reader, &level);
    severity_add_also(reader, passage, &level);
}

/* ---- Paragraphs ---- */

/* "a Major Incident", as contracts call a level. */
static bool defined_term(struct severity_reader *reader, const char *sentence, struct severity *ret_level)
{
    const char *noun = strstr(sentence, " Incident");
    size_t n = noun ? (size_t)(noun - sentence) : 0, first = n;

    while (first > 0 && isalpha((unsigned char)sentence[first - 1]))
        first--;
    return n > first && isupper((unsigned char)sentence[first]) &&
           level_named_plainly(reader->arena, arena_strndup(reader->arena, sentence + first, n - first),
                               ret_level);
}

/* The sentence that names a level, with those behind it that name none and speak of what did not happen: "For
 * P2, answer within 30 minutes. If nobody does in an hour, call the lead." */
static const char *spoken_of(struct severity_reader *reader, const struct block *block,
                             const struct sentences *sentences, const struct sentence *first)
{
    const struct sentence *end = first + 1, *behind = sentences->at + sentences->n;

    while (end < behind && idle_says(end->text) && !severity_find(reader->arena, end->text, NULL, NULL, NULL))
        end++;
    size_t n = end < behind ? end->at - first->at : strlen(block->prose.text + first->at);
    return end == first + 1 ? first->text : text_normalise(reader->arena, block->prose.text + first->at, n);
}

/* Sentences about a level that is or is not defined elsewhere: they give it the times it lacks. */
static void read_sentences(struct severity_reader *reader, const struct block *block)
{
    struct sentences sentences = {0};

    text_sentences(reader->arena, block->prose.text, &sentences);
    list_each (sentence, &sentences) {
        struct severity level;
        size_t at, n;
        const char *id = severity_find(reader->arena, sentence->text, NULL, &at, &n);
        bool named = id && at <= ID_WITHIN_BYTES && level_named(reader->arena, id, false, &level);
        if (!named && !(id == NULL && defined_term(reader, sentence->text, &level)))
            continue;
        int line = prose_line_at(&block->prose, sentence->at);
        level.line = line;
        level.line_end = line;
        severity_take_times(reader, &level, spoken_of(reader, block, &sentences, sentence), line);
        if (level.response_text || level.resolution_target_s != UNSTATED)
            severity_add(reader, &level);
    }
}

/* The first block after the definition that begins at `first`. */
static size_t definition_end(struct severity_reader *reader, size_t first)
{
    const struct document *document = reader->document;
    size_t i = first + 1;

    for (; i < document->blocks.n && !is_section(&document->blocks.at[i]); i = document->blocks.at[i].end) {
        const struct block *block = &document->blocks.at[i];
        struct severity level;
        const char *rest;
        if (block->kind == BLOCK_TABLE || block->kind == BLOCK_RULE)
            break;
        if (block->kind == BLOCK_PARAGRAPH && block->prose.passages.n > 0 &&
            severity_passage_level(reader, &block->prose.passages.at[0], &level, &rest))
            break;
    }
    return i;
}

static void read_passages(struct severity_reader *reader, size_t paragraph)
{
    const struct block *block = &reader->document->blocks.at[paragraph];
    size_t end = definition_end(reader, paragraph);
    enum words list = WORDS_NONE;

    list_each (passage, &block->prose.passages) {
        struct severity level;
        const char *rest;
        const struct passage *next = passage + 1,
                             *behind = block->prose.passages.at + block->prose.passages.n;
        if (!severity_passage_level(reader, passage, &level, &rest))
            continue;
        level.line = passage->line;
        level.line_end = passage->line_end;
        severity_take_text(reader, &level, reader->document->blocks.at[block->heading].prose.text,
                           passage->lead, rest, passage->line);
        for (; next < behind && !severity_names_level(reader, next); next++)
            list = severity_take_passage(reader, &level, next, list);
        for (size_t i = paragraph + 1; next == behind && i < end; i++)
            severity_take_block(reader, &level, i, &list);
        severity_add(reader, &level);
        severity_add_also(reader, passage, &level);
    }
}

void severity_read_paragraph(struct severity_reader *reader, size_t paragraph)
{
    const struct block *block = &reader->document->blocks.at[paragraph];
    struct severity level;
    const char *rest;

    if (block->depth > 0 || block->quoted || block->prose.passages.n == 0 ||
        severity_read_lines(reader, block) || block->heading == NO_BLOCK ||
        !(severity_about(reader, block->heading) ||
          names_times(reader->document->blocks.at[block->heading].prose.text)) ||
        level_named(reader->arena, reader->document->blocks.at[block->heading].prose.text, false, &level))
        return;
    if (severity_passage_level(reader, &block->prose.passages.at[0], &level, &rest))
        read_passages(reader, paragraph);
    else
        read_sentences(reader, block);
}
