/* One sentence or line of a template: its placeholders ("[Time]", "<who>", "{{ service }}", HH:MM), its
 * choices
 * ("Investigating | Resolved") and the examples that stand where a time belongs. A value is a text and
 * nothing else: what stands in it is not filled again. */
#include <ctype.h>
#include <string.h>

#include "update/update_priv.h"

enum { MOST_PLACEHOLDER = 300, MOST_LABEL = 60, MOST_VALUE = 2000, MOST_CHOICES = 12 };

/* ---- where placeholders stand ---- */

static size_t pattern_bytes(const char *text, size_t n)
{
    static const char *const patterns[] = {"YYYY-MM-DD", "HH:MM:SS", "HH:MM", "____"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (strlen(patterns[i]) <= n && strncmp(text, patterns[i], strlen(patterns[i])) == 0)
            return strlen(patterns[i]);
    return 0;
}

/* "X hours", "$X", "NN%": a letter that stands for a number. */
static size_t number_bytes(const char *text, size_t n, size_t at)
{
    static const char *const units[] = {"hour",     "hr",      "min",     "sec",    "day",
                                        "user",     "patient", "request", "record", "percent",
                                        "customer", "people",  "%"};
    size_t n_letters = 0;
    bool money = at && text[at - 1] == '$';
    if (!strchr("XYN", text[at]) ||
        (at && (isalnum((unsigned char)text[at - 1]) || strchr("-_", text[at - 1]))))
        return 0;
    while (n_letters < 3 && at + n_letters < n && text[at + n_letters] == text[at])
        n_letters++;
    size_t behind = at + n_letters, unit = behind + (behind < n && text[behind] == ' ');
    if (money && (behind == n || !isalnum((unsigned char)text[behind])))
        return n_letters;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (n - unit >= strlen(units[i]) && (unit > behind || *units[i] == '%') &&
            strncasecmp(text + unit, units[i], strlen(units[i])) == 0)
            return n_letters;
    return 0;
}

/* "@your-name", "https://your-domain.example" */
static size_t your_bytes(const char *text, size_t n, size_t at)
{
    static const char your[] = "your";
    size_t end = at + sizeof your;
    if (n - at <= sizeof your || strncasecmp(text + at, your, sizeof your - 1) != 0 ||
        !strchr("-_", text[end - 1]) || (at && (isalnum((unsigned char)text[at - 1]) || text[at - 1] == '-')))
        return 0;
    while (end < n && (isalnum((unsigned char)text[end]) || strchr("-_", text[end])))
        end++;
    return end - at;
}

/* Only by itself: in a sentence it is a word like any other. */
static size_t bare_at(const char *text, size_t n, size_t at)
{
    size_t before = at, n_bare = bare_bytes(text + at, n - at), end = at + n_bare;
    while (before && isblank((unsigned char)text[before - 1]))
        before--;
    while (end < n && isblank((unsigned char)text[end]))
        end++;
    bool begins = before == 0 || strchr("]>-:|*#\n", text[before - 1]);
    return begins && (end == n || strchr("[<-|\n", text[end])) ? n_bare : 0;
}

static bool holds_letter(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isalpha((unsigned char)text[i]))
            return true;
    return false;
}

size_t placeholder_end(const char *text, size_t n, size_t at)
{
    size_t most = n - at < MOST_PLACEHOLDER ? n - at : MOST_PLACEHOLDER,
           pattern = pattern_bytes(text + at, n - at);
    if (!pattern)
        pattern = bare_at(text, n, at);
    if (!pattern)
        pattern = number_bytes(text, n, at);
    if (!pattern)
        pattern = your_bytes(text, n, at);
    char closing = text[at] == '[' ? ']' : text[at] == '<' ? '>' : text[at] == '{' ? '}' : '\0';
    if (pattern)
        return at + pattern;
    const char *end = closing ? memchr(text + at, closing, most) : NULL;
    if (!end)
        return 0;
    size_t n_inner = (size_t)(end - text) - at - 1, behind = (size_t)(end - text) + 1;
    const char *inner = text + at + 1;
    bool address = closing == '>' && (memchr(inner, '@', n_inner) || memchr(inner, ':', n_inner));
    bool box = n_inner == 1 && strchr(" xX", *inner);
    bool digits = closing == ']' && n_inner == 3 && inner[1] == '-'; /* P[0-3] */
    bool link = closing == ']' && behind < n && text[behind] == '(';
    if (box || link || address || (!holds_letter(inner, n_inner) && !digits))
        return 0;
    return closing == '}' && behind < n && text[behind] == '}' ? behind + 1 : behind;
}

size_t field_label(const char *line, size_t n, size_t *ret_from, size_t *ret_n_label)
{
    size_t from = 0;
    while (from < n && strchr(" \t-*+_#>", line[from]))
        from++;
    const char *colon = from < n ? memchr(line + from, ':', n - from) : NULL;
    size_t n_label = colon ? (size_t)(colon - line) - from : 0;
    if (n_label == 0 || n_label > MOST_LABEL || !isalpha((unsigned char)line[from]) ||
        memchr(line + from, '.', n_label) || memchr(line + from, '[', n_label) ||
        memchr(line + from, '\n', n_label))
        return 0;
    size_t end = from + n_label + 1;
    while (end < n && strchr("*_", line[end]))
        end++;
    if (end < n && !isspace((unsigned char)line[end]))
        return 0;
    while (n_label && strchr(" *_", line[from + n_label - 1]))
        n_label--;
    *ret_from = from;
    *ret_n_label = n_label;
    return end;
}

/* ---- values ---- */

struct asked {
    struct arena *arena;
    const struct draft_input *input;
    const struct template *from;
    const char *label; /* in front of it, or NULL */
    size_t n_label;
};

/* Where a value comes from decides who stands behind what it says. */
struct value {
    const char *text; /* NULL: nothing is known */
    bool found;       /* a finding says it */
    const char *fact; /* or NULL */
};

static const char *one_line(struct arena *arena, const char *text)
{
    char *line = arena_strndup(arena, text, strnlen(text, MOST_VALUE));
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    return line;
}

static const char *given(const struct asked *asked, const char *name, size_t n)
{
    const char *plain = words_plain(asked->arena, name, n);
    for (size_t i = 0; i < asked->input->n_values; i++) {
        const struct label *value = &asked->input->values[i];
        if (strcmp(words_plain(asked->arena, value->name, strlen(value->name)), plain) == 0)
            return value->value;
    }
    return NULL;
}

static struct value value_of_fact(const struct asked *asked, const char *fact)
{
    if (!fact)
        return (struct value){0};
    const char *text = given(asked, fact, strlen(fact));
    if (text)
        return (struct value){.text = text, .fact = fact};
    return (struct value){fact_value(asked->arena, asked->input, fact), finding_topic_known(fact), fact};
}

/* One of several words: where the work stands, or the level. */
static const char *chosen(const struct asked *asked, const char *text, size_t n)
{
    static const char *const statuses[] = {"investigating", "identified", "monitoring", "resolved"};
    const char *status = update_status(asked->input->incident), *severity = asked->input->incident->severity;
    size_t n_choices = 0, n_statuses = 0;
    const char *choice = NULL;
    for (size_t at = 0; at <= n && n_choices < MOST_CHOICES;) {
        size_t end = at;
        while (end < n && text[end] != '/' && text[end] != '|')
            end++;
        size_t from = at, until = end;
        while (from < until && isspace((unsigned char)text[from]))
            from++;
        while (until > from && isspace((unsigned char)text[until - 1]))
            until--;
        const char *word = arena_strndup(asked->arena, text + from, until - from);
        for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
            n_statuses += status_word_fits(statuses[i], word);
        if (!choice && (status_word_fits(status, word) || (severity && strcasecmp(severity, word) == 0)))
            choice = word;
        n_choices++;
        at = end + 1;
    }
    return n_choices > 1 && (n_statuses > 1 || (choice && n_statuses == 0)) ? choice : NULL;
}

/* "P[0-3]": the level, without what stands in front of it already. */
static const char *level_behind(const struct asked *asked, const char *text, const char *placeholder,
                                size_t n)
{
    const char *severity = asked->input->incident->severity;
    if (!asked->from || !severity || asked->input->is_public)
        return NULL;
    list_each (known, &asked->from->placeholders) {
        if (strlen(known->text) != n || strncmp(known->text, placeholder, n) != 0)
            continue;
        list_each (option, &known->options) {
            size_t n_before = 0, most = (size_t)(placeholder - text);
            while (n_before < most && n_before < strlen(severity) &&
                   strncmp(placeholder - n_before - 1, severity, n_before + 1) == 0)
                n_before++;
            if (strcmp(*option, severity) == 0)
                return severity + n_before;
        }
    }
    return NULL;
}

/* "Subject: {{service}} - {{status}}": the label asks for nothing itself. */
static bool names_a_line(const struct asked *asked)
{
    static const char *const labels[] = {"subject", "title", "headline", "re"};
    const char *plain = asked->label ? words_plain(asked->arena, asked->label, asked->n_label) : "";
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(labels[i], plain) == 0)
            return true;
    return false;
}

static struct value value_of(const struct asked *of, const char *text, const char *placeholder, size_t n)
{
    struct asked unlabelled = *of;
    const struct asked *asked = &unlabelled;
    if (names_a_line(of))
        unlabelled.label = NULL;
    struct arena *arena = asked->arena;
    size_t skip = isalnum((unsigned char)*placeholder) || *placeholder == '_' ? 0 : 1;
    const char *inner = placeholder + skip;
    size_t n_inner = n - 2 * skip;
    bool generic = text_is_generic(arena, inner, n_inner);
    const char *by_person = given(asked, inner, n_inner);
    if (by_person && !(generic && asked->label))
        return (struct value){.text = by_person};
    if (memchr(inner, '/', n_inner) || memchr(inner, '|', n_inner)) {
        const char *choice = chosen(asked, inner, n_inner);
        if (choice)
            return (struct value){.text = choice};
        const char *fact = asked->label ? fact_of(arena, asked->label, asked->n_label, false) : NULL;
        if (fact) /* kinds of what the label asks for */
            return value_of_fact(asked, fact);
    }
    if (generic && asked->label) {
        by_person = given(asked, asked->label, asked->n_label);
        return by_person ? (struct value){.text = by_person}
                         : value_of_fact(asked, fact_of(arena, asked->label, asked->n_label, false));
    }
    const char *fact = fact_of(arena, inner, n_inner, true);
    const char *level = fact ? NULL : level_behind(asked, text, placeholder, n);
    if (level)
        return (struct value){.text = level};
    return value_of_fact(asked, fact ? fact : fact_of(arena, inner, n_inner, false));
}

/* ---- what the template says itself ---- */

/* The bytes between, without the marks of Markdown, which would stand as they are in a mail, in Slack and on
 * a telephone. */
static void put(struct sentence *filled, const char *text, size_t n, size_t from, size_t until)
{
    for (size_t i = from; i < until; i++) {
        bool bold = text[i] == '*' && ((i + 1 < n && text[i + 1] == '*') || (i && text[i - 1] == '*'));
        if (bold || text[i] == '`')
            continue;
        buf_putc(&filled->text, text[i]);
        buf_putc(&filled->skeleton, text[i]);
    }
}

/* "## ", "> " */
static size_t line_marks(const char *text, size_t n)
{
    size_t at = 0, n_hash = 0;
    while (at < n && (text[at] == '>' || (at && text[at] == ' ')))
        at++;
    while (at + n_hash < n && text[at + n_hash] == '#')
        n_hash++;
    return n_hash && at + n_hash < n && text[at + n_hash] == ' ' ? at + n_hash + 1 : at;
}

/* ---- a field that states its own value ---- */

/* What a moment is called where it stands alone; NULL: it is none. */
static const char *moment_label(const char *fact)
{
    static const char *const moments[][2] = {{"started", "Started: "},
                                             {"resolved_at", "Resolved: "},
                                             {"next_update", "Next update: "},
                                             {"now", ""}};
    for (size_t i = 0; fact && i < sizeof moments / sizeof *moments; i++)
        if (strcmp(fact, moments[i][0]) == 0)
            return moments[i][1];
    return NULL;
}

/* "2025-09-01 12:00 UTC", "TBD": what whoever wrote the template put there so that one sees how it looks. */
static bool is_example(const char *value, size_t n)
{
    return n > 0 && (isdigit((unsigned char)*value) || (n >= 3 && strncasecmp(value, "TBD", 3) == 0));
}

static bool fact_is(const char *fact, const char *const *names, size_t n_names)
{
    for (size_t i = 0; fact && i < n_names; i++)
        if (strcmp(fact, names[i]) == 0)
            return true;
    return false;
}

/* What nobody knows before an incident: stated in a template it is of the example's. */
static bool is_of_example(const char *fact, const char *value, size_t n)
{
    static const char *const unknown[] = {"impact", "cause", "actions", "eta"};
    bool has_placeholder = false;
    for (size_t i = 0; i < n; i++)
        has_placeholder |= placeholder_end(value, n, i) != 0;
    return n && !has_placeholder && fact_is(fact, unknown, sizeof unknown / sizeof *unknown);
}

static bool lasted_is_example(const char *fact, const char *value, size_t n)
{
    return fact && strcmp(fact, "duration") == 0 &&
           (is_example(value, n) || (n && (pattern_bytes(value, n) || number_bytes(value, n, 0))));
}

const char *fact_of_label(struct arena *arena, const char *label, size_t n)
{
    const char *fact = fact_of(arena, label, n, true), *part = fact ? NULL : fact_of(arena, label, n, false);
    return part && strcmp(part, "eta") == 0 ? part : fact; /* "ETA to recovery" */
}

static bool takes_whole_value(struct sentence *filled, const struct asked *asked, const char *text, size_t n,
                              size_t n_before)
{
    const char *value = text + n_before, *fact = fact_of_label(asked->arena, asked->label, asked->n_label);
    size_t n_value = n - n_before;
    const char *choice = memchr(value, '[', n_value) ? NULL : chosen(asked, value, n_value);
    bool moment = moment_label(fact) && is_example(value, n_value);
    bool stated = !choice && !moment && is_of_example(fact, value, n_value);
    if (!choice && !moment && !stated && !lasted_is_example(fact, value, n_value))
        return false;
    if (!choice)
        choice = value_of_fact(asked, fact).text;
    if (!choice && stated && (claim_says(fact) || says_unknown(value, n_value)))
        return false; /* a claim like others, or none */
    if (choice)
        choice = one_line(asked->arena, choice);
    if (!choice)
        filled->missing = arena_strndup(asked->arena, asked->label, asked->n_label);
    put(filled, text, n, 0, n_before);
    buf_puts(&filled->text, choice ? choice : "");
    return true;
}

/* ---- the sentence ---- */

/* "- [ETA for next update]": nothing around it says what it is. */
static bool stands_alone(const char *text, size_t n, size_t from, size_t end)
{
    return strspn(text, " \t-*+") == from && end == n;
}

static void put_value(struct sentence *filled, const struct asked *asked, const struct value *value,
                      const char *label)
{
    const char *line = one_line(asked->arena, value->text);
    buf_puts(&filled->text, label ? label : "");
    buf_puts(&filled->text, line);
    buf_puts(&filled->skeleton, value->found ? "" : line);
}

static void fill_rest(struct sentence *filled, const struct asked *asked, const char *text, size_t n,
                      size_t from)
{
    for (size_t at = from, end; at < n; at = end) {
        const char *example = NULL;
        size_t behind = placeholder_end(text, n, at);
        size_t n_example = behind ? 0 : example_at(asked->arena, asked->input, text, n, at, &example);
        struct value value = {.text = example};
        end = behind ? behind : at + n_example;
        if (end == at) {
            put(filled, text, n, at, at + 1);
            end++;
            continue;
        }
        if (behind && !number_bytes(text, n, at))
            value = value_of(asked, text, text + at, end - at);
        if (value.text)
            put_value(filled, asked, &value,
                      stands_alone(text, n, at, end) ? moment_label(value.fact) : NULL);
        else if (!filled->missing)
            filled->missing = arena_strndup(asked->arena, text + at, end - at);
    }
}

void sentence_fill(struct arena *arena, const struct draft_input *input, const struct template *from,
                   const char *text, size_t n, struct sentence *ret_filled)
{
    struct asked asked = {.arena = arena, .input = input, .from = from};
    size_t n_marks = line_marks(text, n);
    text += n_marks;
    n -= n_marks;
    size_t label_at = 0, n_before = field_label(text, n, &label_at, &asked.n_label);
    if (n_before) {
        asked.label = text + label_at;
        while (n_before < n && text[n_before] == ' ')
            n_before++;
        if (takes_whole_value(ret_filled, &asked, text, n, n_before))
            return;
    }
    put(ret_filled, text, n, 0, n_before);
    fill_rest(ret_filled, &asked, text, n, n_before);
}
