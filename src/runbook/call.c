#include "runbook/call.h"

#include <ctype.h>
#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/heading_words.h"
#include "runbook/idle_words.h"
#include "runbook/parts_person.h"
#include "runbook/parts_words.h"
#include "runbook/rungs.h"
#include "runbook/text.h"

enum { NAME_BYTES = 48, NAME_WORDS = 5, WAIT_LEAST_S = 60 };

size_t call_place(const char *text)
{
    size_t n = calling_at(CALLING_PLACE, text);
    size_t digits = n > 0 ? strspn(text + n, "0123456789") : 0;

    return digits > 0 && !isalnum((unsigned char)text[n + digits]) ? n + digits : 0;
}

/* Bytes of what leads from one who is called to the next; not the sign in "latency > 2 s". */
static size_t arrow_at(const char *text)
{
    size_t n = calling_at(CALLING_ARROW, text);
    bool sign = strncmp(text, " > ", 3) == 0 && !isdigit((unsigned char)text[3]);

    return n > 0 || !sign ? n : 3;
}

/* ---- names ---- */

static size_t n_words(const char *text)
{
    size_t n = text[0] != '\0';

    for (; *text; text++)
        n += *text == ' ';
    return n;
}

/* Without "is paged", "gets called as well" behind it. */
static const char *without_tail(struct arena *arena, const char *text)
{
    for (size_t i = 0; text[i]; i++)
        if (i > 0 && calling_at(CALLING_NAME_END, text + i) > 0)
            return text_normalise(arena, text, i);
    return text;
}

static bool ends_with_word(enum calling kind, const char *text)
{
    const char *last = strrchr(text, ' ');

    last = last ? last + 1 : text;
    return calling_is(kind, last, strlen(last));
}

/* Without what led to its time: "Site director - ", "the lead at T+". */
static const char *without_marks(struct arena *arena, const char *text)
{
    size_t n = strlen(text), before;

    do {
        before = n;
        list_each (mark, calling_words(CALLING_MARK))
            n -= n >= strlen(*mark) && strncmp(text + n - strlen(*mark), *mark, strlen(*mark)) == 0
                     ? strlen(*mark)
                     : 0;
        list_each (word, calling_words(CALLING_TIME_LEAD))
            n -= n >= strlen(*word) && strncasecmp(text + n - strlen(*word), *word, strlen(*word)) == 0
                     ? strlen(*word)
                     : 0;
    } while (n < before);
    return arena_strndup(arena, text, n);
}

static bool begins_clause(const char *name)
{
    return calling_at(CALLING_CLAUSE, name) > 0 || calling_at(CALLING_AFTER, name) > 0;
}

/* "the lock keeper" locks nothing. */
static bool is_noun(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at && at - text >= 4 && strncasecmp(at - 4, "the ", 4) == 0;
}

/* One name: all of a short text, else the role in it. known_only: it may be something else that is said. */
static void name_add(struct arena *arena, const char *text, size_t n, bool known_only, struct strings *ret_to)
{
    struct person person;
    const char *behind = calling_after(CALLING_GOES_TO, without_marks(arena, arena_strndup(arena, text, n)));
    const char *name = without_tail(arena, rung_name(arena, behind));
    bool known = name[0] && person_next(arena, name, 0, &person);
    bool does =
        words_begin(WORDS_VERBS, name) && !part_words_whole(PART_LAYER, name) && !is_noun(behind, name);
    bool whole = name[0] && strlen(name) < NAME_BYTES && n_words(name) <= NAME_WORDS && !does &&
                 !idle_says(name) && !ends_with_word(CALLING_NO_PERSON, name) &&
                 (!known || person.at == 0 || name[person.end] == '\0');
    struct person actor;

    whole = whole && (known || !known_only) && !begins_clause(name);
    if (whole && person_does(arena, name, &actor))
        strings_add(arena, ret_to, actor.name); /* "On-call engineer investigates" */
    else if (whole)
        strings_add(arena, ret_to, name);
    else if (!ends_with_word(CALLING_NO_PERSON, name))
        persons_add(arena, behind, ret_to);
}

void call_names(struct arena *arena, const char *text, struct strings *ret_to)
{
    size_t from = 0, mark;
    int brackets = 0;
    bool behind_comma = false;

    for (size_t i = 0; text[i]; i += mark > 0 ? mark : 1) {
        brackets += (text[i] == '(') - (text[i] == ')');
        mark = brackets <= 0 ? calling_at(CALLING_AND, text + i) : 0;
        if (mark == 0 && text[i] == ',' && brackets <= 0)
            mark = 1;
        if (mark == 0)
            continue;
        name_add(arena, text + from, i - from, behind_comma && ret_to->n > 0, ret_to);
        behind_comma = text[i] == ',';
        from = i + mark;
    }
    name_add(arena, text + from, strlen(text + from), behind_comma && ret_to->n > 0, ret_to);
}

/* ---- the time ---- */

/* "T+0", "(0)", "0 - ": at once, in figures. */
static bool bare_zero(const char *text, struct duration_words *ret_time)
{
    for (const char *at = strchr(text, '0'); at; at = strchr(at + 1, '0')) {
        bool begins = at == text || strchr("(+[", at[-1]);
        if (begins && !isalnum((unsigned char)at[1]) && at[1] != '.') {
            *ret_time = (struct duration_words){.low_s = UNSTATED, .at = (size_t)(at - text), .n_bytes = 1};
            return true;
        }
    }
    return false;
}

/* How fast somebody answers, and how often something is done, calls nobody. */
static bool calls_at(const char *text, const struct duration_words *time)
{
    const char *behind = text + time->at + time->n_bytes;

    if (time->business || calling_before(CALLING_EVERY, text, time->at) ||
        calling_at(CALLING_EVERY, text + time->at))
        return false;
    if (time->value_s < WAIT_LEAST_S)
        return time->value_s == 0;
    bool limit = time->op && time->op[0] == '<' && !calling_before(CALLING_WAIT, text, time->at);
    bool answers = calling_within(CALLING_ANSWER, behind, strcspn(behind, "(),.;:"));
    if (calling_within(CALLING_INTERVAL, behind, strcspn(behind, "(),.;:")))
        return false; /* between each two */
    size_t clause = time->at + time->n_bytes + strcspn(behind, "(),.;:");
    return (!limit && !answers) || idle_says_within(text, clause);
}

static bool time_find(const char *text, struct duration_words *ret_time)
{
    for (size_t from = 0; text_duration(text + from, ret_time);) {
        ret_time->at += from;
        if (calls_at(text, ret_time))
            return true;
        from = ret_time->at + ret_time->n_bytes;
        if (ret_time->n_bytes == 0)
            return false;
    }
    return bare_zero(text, ret_time);
}

/* ---- the clause that holds it ---- */

struct clause {
    size_t at, end;
};

static bool ends_clause(const char *text, size_t i)
{
    return strchr(":,;)]", text[i]) || strncmp(text + i, " - ", 3) == 0 ||
           (text[i] == ' ' && calling_at(CALLING_DASH, text + i + 1) > 0) || arrow_at(text + i) > 0;
}

/* Where the clause begins: at its bracket, its "if" or "after", or behind the mark before it. */
static size_t clause_begin(const char *text, size_t time_at)
{
    size_t at = time_at;

    for (size_t i = time_at; i > 0; i--) {
        if (strchr("([", text[i - 1]))
            return i - 1;
        if (ends_clause(text, i - 1) && i < time_at)
            break;
        bool word = i == 1 || text[i - 2] == ' ';
        if (word &&
            (calling_at(CALLING_IF, text + i - 1) > 0 || calling_at(CALLING_CLAUSE, text + i - 1) > 0))
            at = i - 1;
        if (i == 1 && time_at == strlen("t+") && text_starts_with(text, "t+"))
            at = 0;
        if (i == 1 && idle_says_within(text, time_at) && at == time_at)
            at = 0;
    }
    size_t wait = at == time_at ? calling_before(CALLING_WAIT, text, at) : 0;
    return at - wait;
}

static size_t clause_end(struct arena *arena, const char *text, const struct clause *clause,
                         const struct duration_words *time)
{
    size_t behind = time->at + time->n_bytes;
    struct word_match verb;
    struct person person;

    if (strchr("([", text[clause->at])) {
        size_t n = strcspn(text + behind, ")]");
        return behind + n + (text[behind + n] != '\0');
    }
    size_t end = behind;
    while (text[end] && !ends_clause(text, end))
        end++;
    size_t colon = end + strcspn(text + end, ":");
    if (text[end] == ',' && text[colon] && idle_says_within(text + end, colon - end))
        end = colon; /* "15 minutes, no call back: page the lead" */
    if (text[end] || clause->at > 0)
        return end;
    /* "After 10 minutes page the lead", "10 min team lead" */
    if (part_words_next(PART_TELL_VERB, text, behind, &verb))
        return verb.at;
    return person_next(arena, text, behind, &person) ? person.at : behind;
}

/* Whether whoever was called last is what does not answer: "the secondary", for the secondary on-call. */
static bool names_last(struct arena *arena, const char *clause, const struct strings *before)
{
    list_each (name, before)
        for (const char *word = *name; *word; word += strcspn(word, " "), word += *word == ' ') {
            size_t n = strcspn(word, " ");
            if (n >= 3 && text_find_word(clause, arena_strndup(arena, word, n)))
                return true;
        }
    return false;
}

/* "15 minutes after step 1", "5 min after the primary". */
static bool after_call(struct arena *arena, const char *behind, const struct strings *before)
{
    size_t n = calling_at(CALLING_FROM, behind);

    return n > 0 && (call_place(behind + n) > 0 || names_last(arena, behind + n, before));
}

/* "if level 1 has not acknowledged". */
static bool names_place(const char *clause)
{
    for (size_t i = 0; clause[i]; i++)
        if ((i == 0 || clause[i - 1] == ' ') && call_place(clause + i) > 0)
            return true;
    return false;
}

static enum call_clock clock_of(struct arena *arena, const char *text, const struct clause *clause,
                                const struct duration_words *time, const struct strings *before)
{
    const char *within = arena_strndup(arena, text + clause->at, clause->end - clause->at);
    size_t behind = time->at + time->n_bytes;

    size_t number = time->at + strcspn(text + time->at, "0123456789"); /* behind "escalates after " */
    if (calling_before(CALLING_WAIT, text, time->at) || calling_before(CALLING_WAIT, text, number) ||
        calling_at(CALLING_WAIT_BEHIND, text + behind) > 0)
        return CALL_UNTIL_NEXT;
    bool more = calling_within(CALLING_MORE, within, strlen(within));
    if (!more && text_starts_with(text + behind, " later"))
        return CALL_LATER;
    if (before->n > 0 && idle_says(within) && names_place(within))
        return CALL_SINCE_BEFORE;
    if (more || calling_at(CALLING_LATER, text + behind) > 0 || after_call(arena, text + behind, before) ||
        (before->n > 0 && idle_says(within) && names_last(arena, within, before)) ||
        (before->n > 0 && calling_within(CALLING_ELSE, text + behind, strlen(text + behind)) &&
         names_last(arena, arena_strndup(arena, text, time->at), before)))
        return CALL_SINCE_BEFORE;
    return CALL_SINCE_START;
}

/* "15 min: vendor (if it is theirs)", "20 min: if it is theirs, call the vendor". */
static const char *condition_beside(struct arena *arena, const char *behind)
{
    for (const char *at = behind; *at; at++)
        if ((at == behind || strchr("( ", at[-1])) && calling_at(CALLING_IF, at) > 0)
            return text_without_colon(arena, arena_strndup(arena, at, strcspn(at, "),;")));
    return NULL;
}

static const char *condition_of(struct arena *arena, const char *text, const struct clause *clause)
{
    const char *within = text_normalise(arena, text + clause->at, clause->end - clause->at);

    within += strspn(within, "([");
    if (!idle_says(within) && calling_at(CALLING_IF, within) == 0)
        return condition_beside(arena, text + clause->end);
    return text_without_colon(arena, arena_strndup(arena, within, strcspn(within, ")]")));
}

/* "when a valve takes 3 minutes to close": on something else than that nobody has done anything. */
static bool depends(struct arena *arena, const char *text, const struct clause *clause)
{
    const char *within = text_normalise(arena, text + clause->at, clause->end - clause->at);

    return calling_within(CALLING_IF, within, strlen(within)) && !idle_says(within) &&
           !calling_within(CALLING_PASSED, within, strlen(within));
}

/* "Level 2: ", "Second ": its place among the calls. */
static const char *without_place(const char *text)
{
    size_t n = call_place(text);

    if (n > 0)
        return calling_skip(CALLING_MARK, text + n);
    n = calling_at(CALLING_ORDINAL, text);
    if (n == 0 || (text[n] && !strchr(" :(,", text[n]) && text[n - 1] != ' '))
        return text;
    const char *behind = calling_skip(CALLING_MARK, text + n);
    size_t rung = calling_at(CALLING_RUNG, behind);
    return rung > 0 && strchr(" :(,", behind[rung]) ? calling_skip(CALLING_MARK, behind + rung) : behind;
}

/* "primary -> secondary: 5 min": whom it leads to. */
static const char *behind_arrow(const char *text, bool *ret_leads)
{
    for (size_t i = 0; text[i]; i++) {
        size_t n = arrow_at(text + i);
        if (n > 0 && i > 0) {
            *ret_leads = true;
            text += i + n;
            i = 0;
        }
    }
    return text;
}

/* "lead: 10 min", "lead (10 min)", "primary -> lead: 10 min". Where no mark leads to the time, only roles are
 * names: "service down for 5 minutes". */
static void names_before(struct arena *arena, const char *text, const struct clause *clause, bool *ret_leads,
                         struct strings *ret_to)
{
    const char *leading = behind_arrow(arena_strndup(arena, text, clause->at), ret_leads);
    const char *before = text_normalise(arena, leading, strlen(leading));
    bool marked = strchr("([", text[clause->at]) || strcmp(without_marks(arena, before), before) != 0;
    struct strings named = {0};
    struct person person;

    call_names(arena, before, &named);
    list_each (name, &named)
        if (marked || person_next(arena, *name, 0, &person) || part_words_value(PART_LAYER, *name))
            strings_add(arena, ret_to, *name);
}

void call_read(struct arena *arena, const char *text, const struct strings *before, struct call *ret_call)
{
    struct duration_words time;
    struct clause clause;
    bool leads = false;

    *ret_call = (struct call){.clock = CALL_UNTIMED};
    text = without_place(calling_skip(CALLING_MARK, rungs_with_units(arena, text)));
    if (!time_find(text, &time)) {
        call_names(arena, text, &ret_call->to);
        return;
    }
    clause.at = clause_begin(text, time.at);
    clause.end = clause_end(arena, text, &clause, &time);
    ret_call->clock = clock_of(arena, text, &clause, &time, before);
    ret_call->time_s = time.low_s != UNSTATED ? time.low_s : time.value_s;
    ret_call->leads = clause.at == 0;
    ret_call->in_bracket = text[clause.at] == '(' && clause.at > 0;
    ret_call->condition = condition_of(arena, text, &clause);
    ret_call->depends = depends(arena, text, &clause);
    call_names(arena, calling_skip(CALLING_MARK, text + clause.end), &ret_call->to);
    if (ret_call->to.n == 0)
        names_before(arena, text, &clause, &leads, &ret_call->to);
    if (leads && ret_call->clock == CALL_SINCE_START)
        ret_call->clock = CALL_SINCE_BEFORE;
}

/* ---- parts of a sentence ---- */

/* "the lead after 10 minutes, the manager after 45": the unit of a time that says none is that of the one
 * before. */
static const char *with_units(struct arena *arena, const char *text, const char **unit)
{
    scoped_buf struct buf out = {0};
    struct duration_words time;
    size_t n;

    for (const char *at = text; *at; at += n) {
        n = strspn(at, "0123456789");
        bool timed = n > 0 && text_duration(at, &time) && time.at == 0;
        bool bare = n > 0 && !timed && (calling_before(CALLING_CLAUSE, text, (size_t)(at - text))) &&
                    (at[n] == '\0' || strchr(" ,;.", at[n]));
        n = timed ? time.n_bytes : n > 0 ? n : 1;
        buf_add(&out, at, n);
        if (timed)
            *unit = time.value_s % 3600 == 0 && memchr(at, 'h', n) ? "hours" : "minutes";
        if (bare && *unit)
            buf_puts(&out, arena_printf(arena, " %s", *unit));
    }
    return arena_strdup(arena, buf_text(&out));
}

static void part_add(struct arena *arena, const char *text, size_t n, bool apart, struct strings *ret_parts)
{
    const char *part = text_normalise(arena, text, n);
    struct duration_words time;
    bool timed = time_find(part, &time);

    if (part[0] == '\0')
        return;
    if (timed || apart || ret_parts->n == 0) {
        strings_add(arena, ret_parts, part);
        return;
    }
    const char **last = &ret_parts->at[ret_parts->n - 1];
    *last = arena_printf(arena, "%s, %s", *last, part);
}

/* "Not answered in 10 min -> lead": the arrow leads from the time to whom is called then. */
static bool is_time(struct arena *arena, const char *text, size_t n)
{
    struct duration_words time;
    const char *part = text_normalise(arena, text, n);

    return time_find(part, &time) && (time.at == 0 || idle_says(part)) && part[0] != '(';
}

/* "the lead and the manager after 10 min" are called together. */
static bool calls_apart(struct arena *arena, const char *text, size_t n, const char *behind)
{
    struct duration_words before, after;

    return time_find(arena_strndup(arena, text, n), &before) &&
           time_find(arena_strndup(arena, behind, strcspn(behind, ",;")), &after);
}

bool call_parts(struct arena *arena, const char *sentence, const char **unit, struct strings *ret_parts)
{
    size_t from = 0;
    int brackets = 0;
    bool behind_arrow = false, chain = false;

    sentence = with_units(arena, sentence, unit);
    for (size_t i = 0; sentence[i]; i++) {
        brackets += (sentence[i] == '(') - (sentence[i] == ')');
        size_t arrow = arrow_at(sentence + i), mark = strchr(",;", sentence[i]) ? 1 : arrow;
        mark = mark > 0 ? mark : calling_at(CALLING_AND, sentence + i);
        if (mark == 0 || brackets > 0 || (arrow > 0 && is_time(arena, sentence + from, i - from)) ||
            (mark > 1 && arrow == 0 && !calls_apart(arena, sentence + from, i - from, sentence + i + mark)))
            continue;
        part_add(arena, sentence + from, i - from, behind_arrow, ret_parts);
        behind_arrow = arrow > 0;
        chain |= behind_arrow;
        from = i + mark;
        i += mark - 1;
    }
    part_add(arena, sentence + from, strlen(sentence + from), behind_arrow, ret_parts);
    return chain;
}
