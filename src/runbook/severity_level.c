/* One level: its name, and the fields that a table cell or a labelled line give it. */
#include "runbook/severity_priv.h"

#include <ctype.h>
#include <string.h>

#include "runbook/command.h"
#include "runbook/parts_person.h"
#include "runbook/severity.h"
#include "runbook/text.h"

/* Prefixes of a level's number. One letter must be a capital with the digit right behind it. */
static const char *const prefixes[] = {"severity", "priority", "level", "prio", "sev", "p", "s"};
enum { PREFIX_BYTES = 9 }; /* of the longest, with its mark */
enum { LABEL_BYTES = 24, WHOM_BYTES = 40 };
static const bool initials[256] = {
    ['s'] = true, ['p'] = true, ['l'] = true, ['S'] = true, ['P'] = true, ['L'] = true,
};

/* "P0/P1" are two levels, "S3/backup" is none. */
static bool another_after(char initial, const char *next)
{
    size_t n = 0;

    while (n < 10 && (isalpha((unsigned char)next[n]) || next[n] == '-'))
        n++;
    return next[0] == initial && isdigit((unsigned char)next[n]);
}

static bool id_at(const char *text, size_t at, size_t *ret_n_bytes, int *ret_number)
{
    char first = (char)(text[at] | 0x20);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (first != prefixes[i][0])
            continue;
        size_t n = strlen(prefixes[i]);
        if (strncasecmp(text + at, prefixes[i], n) != 0 || (n == 1 && !isupper((unsigned char)text[at])))
            continue;
        size_t mark = text[at + n] == '-' || text[at + n] == '_' || (text[at + n] == ' ' && n > 1);
        const char *digit = text + at + n + mark;
        if (!isdigit((unsigned char)*digit) || isalnum((unsigned char)digit[1]))
            continue;
        if (digit[1] == '/' && !another_after(text[at], digit + 2))
            continue;
        if (digit[1] == '.' && isdigit((unsigned char)digit[2]))
            continue;
        *ret_n_bytes = n + mark + 1;
        *ret_number = *digit - '0';
        return true;
    }
    return false;
}

const char *severity_find(struct arena *arena, const char *text, int *ret_number, size_t *ret_at,
                          size_t *ret_n_bytes)
{
    size_t digit = strcspn(text, "0123456789"); /* most texts have none */
    if (text[digit] == '\0')
        return NULL;
    for (size_t i = digit > PREFIX_BYTES ? digit - PREFIX_BYTES : 0; text[i]; i++) {
        size_t n;
        int number;
        if (!initials[(unsigned char)text[i]] || (i > 0 && isalnum((unsigned char)text[i - 1])) ||
            !id_at(text, i, &n, &number))
            continue;
        if (ret_number)
            *ret_number = number;
        if (ret_at)
            *ret_at = i;
        if (ret_n_bytes)
            *ret_n_bytes = n;
        return arena_strndup(arena, text + i, n);
    }
    return NULL;
}

int level_number(const struct severity *level)
{
    size_t n = strlen(level->id);

    if (n > 2 && isupper((unsigned char)level->id[n - 1]) && strchr(" -", level->id[n - 2]))
        return level->id[n - 1] - 'A' + 1;
    return n > 0 && isdigit((unsigned char)level->id[n - 1]) ? level->id[n - 1] - '0' : -1;
}

int level_word_rank(const char *text)
{
    return __builtin_ffsll((long long)words_in(text, WORDS_LEVEL_1, WORDS_LEVEL_5));
}

/* Parts of a name around its id: cut at brackets, colons, bars and dashes between blanks. */
static void name_parts(struct arena *arena, const char *text, struct strings *ret_parts)
{
    size_t first = 0, n = strlen(text);

    for (size_t i = 0; i <= n; i++) {
        bool dash =
            text[i] == '-' && i > 0 && text[i - 1] == ' ' && (text[i + 1] == ' ' || text[i + 1] == '\0');
        bool long_dash =
            strncmp(text + i, "\xe2\x80\x93", 3) == 0 || strncmp(text + i, "\xe2\x80\x94", 3) == 0;
        if (i < n && !dash && !long_dash && strchr("():|", text[i]) == NULL)
            continue;
        const char *part = text_normalise(arena, text + first, i - first);
        part = text_without_decoration(arena, text_without_colon(arena, part), NULL);
        if (part[0] != '\0' && strcmp(part, "-") != 0)
            strings_add(arena, ret_parts, part);
        i += long_dash ? 2 : 0;
        first = i + 1;
    }
}

static const struct severity unstated_level = {
    .response_time_s = UNSTATED,
    .resolution_target_s = UNSTATED,
    .escalate_after_s = UNSTATED,
    .source = "definition",
};

/* "Critical alerts", "High severity" -> what makes the level. */
static const char *without_noun(struct arena *arena, const char *name)
{
    static const char *const nouns[] = {"alerts",   "alert",    "incidents", "incident", "issues", "issue",
                                        "severity", "priority", "events",    "event",    "level"};
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
        size_t n_noun = strlen(nouns[i]);
        if (n > n_noun + 1 && name[n - n_noun - 1] == ' ' && text_same(name + n - n_noun, nouns[i]))
            return arena_strndup(arena, name, n - n_noun - 1);
    }
    return name;
}

static bool named_by_word(struct arena *arena, const char *text, struct severity *ret_level)
{
    struct strings parts = {0};

    name_parts(arena, text, &parts);
    if (parts.n == 0 || level_word_rank(parts.at[0]) == 0 || strlen(parts.at[0]) > LABEL_BYTES)
        return false;
    ret_level->id = without_noun(arena, parts.at[0]);
    ret_level->label = ret_level->id;
    ret_level->description = parts.n > 1 ? parts.at[1] : NULL;
    return true;
}

bool level_named_plainly(struct arena *arena, const char *text, struct severity *ret_level)
{
    struct severity level = unstated_level;

    text = text_without_decoration(arena, text, &level.decoration);
    if (!named_by_word(arena, text, &level))
        return false;
    *ret_level = level;
    for (enum words word = WORDS_LEVEL_1; word <= WORDS_LEVEL_5; word++)
        if (words_are(word, level.id))
            return true;
    return false;
}

bool level_named(struct arena *arena, const char *text, bool words_too, struct severity *ret_level)
{
    struct severity level = unstated_level;
    struct strings parts = {0};
    size_t at, n;

    text = text_without_decoration(arena, text, &level.decoration);
    const char *id = severity_find(arena, text, NULL, &at, &n);
    if (id == NULL) {
        if (!words_too || !named_by_word(arena, text, &level))
            return false;
        *ret_level = level;
        return true;
    }
    size_t other_at, other_n;
    if (text_starts_with(id, "level") && severity_find(arena, text + at + n, NULL, &other_at, &other_n)) {
        at += n + other_at; /* "Level 1 - Critical (P0)" goes by P0 */
        n = other_n;
        id = arena_strndup(arena, text + at, n);
    }
    level.id = id;
    const char *rest = arena_printf(arena, "%.*s | %s", (int)at, text, text + at + n);
    name_parts(arena, rest, &parts);
    list_each (part, &parts) {
        if (level.label == NULL && (level_word_rank(*part) > 0 || parts.n == 1))
            level.label = *part;
        else if (level.description == NULL && strlen(*part) > 3)
            level.description = *part;
    }
    *ret_level = level;
    return true;
}

bool level_of_house(struct arena *arena, const char *text, struct severity *ret_level)
{
    enum { HOUSE_NAME_BYTES = 30 };
    struct severity level = unstated_level;

    if (level_of_cell(arena, NULL, text, ret_level))
        return true;
    text = text_without_decoration(arena, text, &level.decoration);
    size_t n = strlen(text);
    if (n < 2 || n > HOUSE_NAME_BYTES || (!isalpha((unsigned char)text[0]) && !(text[0] & 0x80)) ||
        strpbrk(text, ".:;,?!<>="))
        return false;
    level.id = text;
    level.label = text;
    *ret_level = level;
    return true;
}

/* "A", "2": a capital letter or a digit, and what follows it. */
static bool is_mark(const char *text, const char **ret_rest)
{
    if (!isupper((unsigned char)text[0]) && !isdigit((unsigned char)text[0]))
        return false;
    *ret_rest = text + 1;
    return text[1] == '\0' ||
           ((strchr(":(", text[1]) || text[1] == ' ') && !isalpha((unsigned char)text[1]) &&
            (text[1] != ' ' || !isalnum((unsigned char)text[2])));
}

bool level_by_letter(struct arena *arena, const char *text, struct severity *ret_level)
{
    size_t n = strcspn(text, " -");
    const char *rest;

    return text[n] && words_are(WORDS_LEVEL_NAME, arena_strndup(arena, text, n)) &&
           is_mark(text + n + 1, &rest) && level_of_cell(arena, NULL, text, ret_level);
}

bool level_of_cell(struct arena *arena, const char *column, const char *cell, struct severity *ret_level)
{
    struct severity level = unstated_level;
    struct strings parts = {0};
    const char *rest = NULL;

    if (level_named(arena, cell, true, ret_level))
        return true;
    const char *text = text_without_decoration(arena, cell, &level.decoration);
    size_t n = strcspn(text, " -");
    bool called = text[n] && words_are(WORDS_LEVEL_NAME, arena_strndup(arena, text, n));
    if (called && is_mark(text + n + 1, &rest))
        level.id = arena_strndup(arena, text, n + 2);
    else if (column && words_are(WORDS_LEVEL_NAME, column) && strchr(column, ' ') == NULL &&
             is_mark(text, &rest))
        level.id = arena_printf(arena, "%s %c", column, text[0]);
    else
        return false;
    name_parts(arena, rest, &parts);
    if (parts.n > 0) /* "Level A (High)", "Level A (no scores reach the wards)" */
        *(strlen(parts.at[0]) <= LABEL_BYTES ? &level.label : &level.description) = parts.at[0];
    *ret_level = level;
    return true;
}

/* ---- Fields ---- */

static void take_response(struct arena *arena, struct severity *level, const char *text)
{
    struct duration_words duration;

    level->response_text = text;
    if (!text_duration(text, &duration)) {
        level->response_note = text;
        return;
    }
    level->response_time_s = duration.value_s;
    level->response_op = duration.op;
    const char *bracket = strchr(text, '(');
    if (duration.immediate && duration.value_s > 0)
        level->response_note = "Immediate";
    else if (bracket && (size_t)(bracket - text) >= duration.at + duration.n_bytes)
        level->response_note = arena_strndup(arena, bracket + 1, strcspn(bracket + 1, ")"));
}

/* "manager, then to the CTO or legal": three. What leads to a name is none of it. */
static void split_names(struct arena *arena, char *names, struct strings *ret_names)
{
    static const char *const between[] = {" and ", " + ", " then ", " or ", " followed by ", " finally "};
    static const char *const leading[] = {"and ",  "then ", "finally ", "followed by ",
                                          "next ", "also ", "to ",      "the "};
    struct strings parts = {0};
    for (size_t i = 0; i < sizeof between / sizeof *between; i++)
        for (char *at = names; (at = strstr(at, between[i]));) {
            memset(at, ' ', strlen(between[i]));
            *++at = ',';
        }
    text_split_list(arena, names, false, &parts);
    list_each (part, &parts) {
        const char *name = *part;
        for (size_t i = 0; i < sizeof leading / sizeof *leading; i++)
            name += text_starts_with(name, leading[i]) ? strlen(leading[i]) : 0;
        if (*name)
            strings_add(arena, ret_names, name);
    }
}

/* "to on-call engineer and management" -> both; without a "to" the roles that the text has. */
static void take_escalate_to(struct arena *arena, struct severity *level, const char *text)
{
    const char *to = text_find_word(text, "to");

    if (to == NULL) {
        persons_add(arena, text, &level->escalate_to);
        return;
    }
    to += strlen("to ");
    to += text_starts_with(to, "the ") ? strlen("the ") : 0;
    size_t n = strcspn(to, "(.;");
    static const char *const stops[] = {" within ", " after ", " if ", " when ", " at once", " immediately"};
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        const char *stop = strstr(to, stops[i]);
        if (stop && (size_t)(stop - to) < n)
            n = (size_t)(stop - to);
    }
    split_names(arena, arena_strndup(arena, to, n), &level->escalate_to);
}

/* What was said at first becomes a rung, so that a second rule ("Escalation 2") keeps both. */
static void keep_as_rung(struct arena *arena, struct severity *level)
{
    if (level->rungs.n > 0 || level->escalate_after_s == UNSTATED || level->escalate_after_s == 0)
        return;
    *list_push(arena, &level->rungs) = (struct rung){.text = level->escalation_text,
                                                     .after_s = level->escalate_after_s,
                                                     .to = level->escalate_to,
                                                     .condition = level->escalate_condition,
                                                     .line = level->escalation_line};
}

static void escalation_set(struct severity *level, const struct rung *rung)
{
    level->escalate_after_s = rung->after_s;
    level->escalate_condition = rung->condition;
    level->escalate_to = rung->to;
}

/* after_s: what the column says, UNSTATED without one. The level waits as long as its first rung. */
void level_take_escalation(struct arena *arena, struct severity *level, const char *text, int64_t after_s,
                           int line)
{
    struct severity said = {.escalation_text = text, .escalation_line = line, .escalate_after_s = after_s};
    struct duration_words duration;

    if (!rungs_read(arena, text, true, line, &said.rungs)) {
        if (text_duration(text, &duration))
            said.escalate_after_s = duration.value_s;
        said.escalate_condition = condition_clause(arena, text);
        take_escalate_to(arena, &said, text);
        if (said.escalate_to.n == 0)
            rung_whom(arena, text, &said.escalate_to);
        if (said.escalate_to.n == 0 && after_s != UNSTATED && strnlen(text, WHOM_BYTES) < WHOM_BYTES)
            text_split_list(arena, text, false, &said.escalate_to); /* the column says when, the cell whom */
    } else {
        escalation_set(&said, &said.rungs.at[0]);
    }
    bool first = level->escalation_text == NULL;
    if (!first) {
        keep_as_rung(arena, level);
        keep_as_rung(arena, &said);
    }
    list_each (rung, &said.rungs)
        *list_push(arena, &level->rungs) = *rung;
    bool sooner = said.escalate_after_s != UNSTATED &&
                  (level->escalate_after_s == UNSTATED || said.escalate_after_s < level->escalate_after_s);
    if (!first && !sooner)
        return;
    level->escalation_text = text;
    level->escalation_line = line;
    level->escalate_after_s = said.escalate_after_s;
    level->escalate_condition = said.escalate_condition;
    level->escalate_to = said.escalate_to;
}

/* "breaking the agreement", "not all users", "but slow": what stands before the comma goes on. */
static bool goes_on(const char *part)
{
    static const char *const starts[] = {
        "not ",       "but ",         "which ",      "who ",       "where ",    "with ",      "while ",
        "even ",      "e.g",          "such as ",    "if ",        "or ",       "affecting ", "impacting ",
        "breaking ",  "causing ",     "preventing ", "requiring ", "leading ",  "resulting ", "including ",
        "exceeding ", "threatening ", "limiting ",   "depending ", "blocking ", "regardless "};

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(part, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

/* A word that says how bad and nothing else: "Severe, for most users". */
static bool only_degree(const char *part)
{
    return strchr(part, ' ') == NULL && level_word_rank(part) > 0;
}

/* The parts of a line, at ';' where there is one and else at ','; clauses stay with what they belong to. */
static void split_criteria(struct arena *arena, const char *text, struct strings *ret_items)
{
    struct strings parts = {0};

    if (strchr(text, ';')) {
        for (const char *from = text; *from;) {
            size_t n = strcspn(from, ";");
            const char *part = text_normalise(arena, from, n);
            size_t n_part = strlen(part);
            n_part -= n_part > 0 && part[n_part - 1] == '.';
            if (n_part > 0)
                strings_add(arena, ret_items, arena_strndup(arena, part, n_part));
            from += n + (from[n] == ';');
        }
        return;
    }
    text_split_list(arena, text, true, &parts);
    list_each (part, &parts) {
        const char **last = ret_items->n > 0 ? &ret_items->at[ret_items->n - 1] : NULL;
        if (last && (goes_on(*part) || only_degree(*last)))
            *last = arena_printf(arena, "%s, %s", *last, *part);
        else
            strings_add(arena, ret_items, *part);
    }
}

static void take_criteria(struct arena *arena, struct severity *level, enum words group, const char *text,
                          int line, bool split)
{
    struct strings items = {0};

    if (split)
        split_criteria(arena, text, &items);
    else
        strings_add(arena, &items, text);
    list_each (item, &items) {
        struct criterion *criterion = group == WORDS_LEVEL_EXAMPLES ? list_push(arena, &level->examples)
                                                                    : list_push(arena, &level->criteria);
        criterion->text = *item;
        criterion->line = line;
        condition_read(arena, *item, &criterion->condition);
    }
}

void level_take(struct arena *arena, struct severity *level, enum words group, const char *text, int line,
                bool split)
{
    struct duration_words duration;

    if (line > level->line_end)
        level->line_end = line;
    if (text[0] == '\0')
        return;
    if (group == WORDS_RESPONSE_TIME && level->response_text == NULL) {
        take_response(arena, level, text);
    } else if (group == WORDS_RESOLUTION_TIME) {
        if (text_duration(text, &duration))
            level->resolution_target_s = duration.value_s;
    } else if (group == WORDS_ESCALATION_RULE) {
        level_take_escalation(arena, level, text, UNSTATED, line);
    } else if (group == WORDS_LEVEL_EXAMPLES || group == WORDS_LEVEL_CRITERIA ||
               group == WORDS_LEVEL_DESCRIPTION) {
        if (group != WORDS_LEVEL_EXAMPLES && split && level->description == NULL)
            level->description = text;
        take_criteria(arena, level, group, text, line, split);
    }
}
