/* The template's own lines below a heading. What asks for a fact that is known is filled, what only people
 * can fill stays as a marked blank with the template's own words, check boxes and unknown fields stay as they
 * are. Sentences of the template are the team's own Markdown; but a '<' in them is a place to fill, never a
 * tag. */
#include <ctype.h>
#include <string.h>

#include "review/report_priv.h"
#include "runbook/parts_words.h"

enum { PLACE_BYTES = 64 };

static bool is_blank_line(const char *line, size_t n)
{
    while (n && isspace((unsigned char)line[n - 1]))
        n--;
    return n == 0;
}

static bool is_checkbox(const char *line, size_t n)
{
    size_t at = line_bullet(line, n);
    return at && n >= at + 3 && line[at] == '[' && strchr(" xX", line[at + 1]) && line[at + 2] == ']';
}

static void put_raw(struct buf *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] == '<')
            buf_puts(out, "&lt;");
        else if (text[i] != '\r')
            buf_putc(out, text[i]);
}

struct body {
    struct report *report;
    bool whole; /* the ledger tells all of it */
    bool had_fields;
    bool had_table;
    bool table_of_actions;
    const char *prompt; /* sentences since the last other line */
    size_t n_prompt;
};

/* On one line; "<!-- what to write here -->" is a prompt, too. */
static void end_prompt(struct body *body)
{
    if (body->n_prompt && !body->whole) {
        char *text = arena_strndup(body->report->arena, body->prompt, body->n_prompt);
        size_t n = 0;
        for (const char *c = text; *c; c++) {
            const char *mark = strncmp(c, "<!--", 4) == 0 ? "<!--" : "-->";
            if (strncmp(c, mark, strlen(mark)) == 0)
                c += strlen(mark) - 1;
            else if (!isspace((unsigned char)*c) || (n && text[n - 1] != ' '))
                text[n++] = isspace((unsigned char)*c) ? ' ' : *c;
        }
        blank_write(body->report, NULL, text, n);
    }
    body->n_prompt = 0;
}

static void take_field(struct body *body, const char *line, size_t n, const struct field *field)
{
    struct report *report = body->report;
    scoped_buf struct buf value = {0};
    bool is_item = line_bullet(line, n) > 0;
    bool known = field_fill(report, field->label, field->rest, field->n_rest, &value);
    if (body->whole && !known)
        return;
    body->had_fields |= known;
    item_begin(report);
    put_raw(report->out, line, field->n_before);
    if (known || field->n_rest)
        buf_putc(report->out, ' ');
    if (known)
        buf_puts(report->out, buf_text(&value));
    else
        put_raw(report->out, field->rest, field->n_rest);
    buf_puts(report->out, is_item ? "\n" : "  \n"); /* a break, or the next field joins this line */
}

/* "| **Severity** | [level] |" with a cell to fill. */
static bool take_fact_row(struct body *body, const char *line, size_t n)
{
    size_t first = strspn(line, " \t") + 1;
    const char *bar = first < n ? memchr(line + first, '|', n - first) : NULL;
    const char *end = bar ? memchr(bar + 1, '|', n - (size_t)(bar + 1 - line)) : NULL;
    if (!end || !is_blank_line(end + 1, n - (size_t)(end + 1 - line)))
        return false;
    scoped_buf struct buf value = {0};
    char *label = arena_strndup(body->report->arena, line + first, (size_t)(bar - line) - first);
    label += strspn(label, " *_");
    label[strcspn(label, "(")] = '\0'; /* "Start (UTC)" */
    for (size_t k = strlen(label); k && strchr(" *_:", label[k - 1]); k--)
        label[k - 1] = '\0';
    if (!field_fill(body->report, label, bar + 1, (size_t)(end - bar) - 1, &value))
        return false;
    body->had_fields = true;
    put_raw(body->report->out, line, (size_t)(bar - line) + 1);
    buf_printf(body->report->out, " %s |\n", buf_text(&value));
    return true;
}

static void take_table_line(struct body *body, const char *line, size_t n)
{
    if (body->whole)
        return;
    if (body->table_of_actions) { /* the rows are those on record, below the template's own head */
        if (!body->report->action_head)
            body->report->action_head = arena_strndup(body->report->arena, line, n);
        return;
    }
    if (!body->had_table)
        block_begin(body->report);
    body->had_table = true;
    if (take_fact_row(body, line, n))
        return;
    put_raw(body->report->out, line, n);
    buf_putc(body->report->out, '\n');
}

static void take_item(struct body *body, const char *line, size_t n)
{
    size_t n_bullet = line_bullet(line, n);
    if (body->whole)
        return;
    if (n_bullet < n && !is_checkbox(line, n)) {
        blank_write(body->report, arena_strndup(body->report->arena, line, n_bullet), line + n_bullet,
                    n - n_bullet);
        return;
    }
    item_begin(body->report);
    put_raw(body->report->out, line, n);
    buf_putc(body->report->out, '\n');
}

static void take_sentence(struct body *body, const char *line, size_t n)
{
    if (!body->n_prompt)
        body->prompt = line;
    body->n_prompt = (size_t)(line + n - body->prompt);
}

static bool is_rule(const char *line, size_t n)
{
    size_t n_marks = 0;
    for (size_t i = 0; i < n; i++)
        if (strchr("-*_=", line[i]))
            n_marks++;
        else if (!isspace((unsigned char)line[i]))
            return false;
    return n_marks >= 3;
}

static void take_line(struct body *body, const char *line, size_t n)
{
    struct field field;
    size_t indent = strspn(line, " \t");
    bool is_item = line_bullet(line, n) > 0;
    if (is_blank_line(line, n) || is_rule(line, n)) {
        end_prompt(body);
    } else if (is_checkbox(line, n)) {
        end_prompt(body);
        take_item(body, line, n);
    } else if (line[indent] == '|') {
        end_prompt(body);
        take_table_line(body, line, n);
    } else if (field_of(body->report, line, n, &field) &&
               (field.bold || is_to_fill(field.rest, field.n_rest) ||
                part_words_whole(PART_REPORT_FACT, field.label))) {
        end_prompt(body);
        take_field(body, line, n, &field);
    } else if (is_item) {
        end_prompt(body);
        take_item(body, line, n);
    } else {
        take_sentence(body, line, n);
    }
}

/* A fenced block is copied whole, and closed when the template forgot to. */
static const char *take_fence(struct body *body, const char *line, const char *stop)
{
    struct buf *out = body->report->out;
    size_t indent = strspn(line, " ");
    char mark[2] = {line[indent], '\0'};
    size_t n_mark = strspn(line + indent, mark);
    bool closed = false, first = true;
    end_prompt(body);
    if (!body->whole)
        block_begin(body->report);
    while (line < stop && !closed) {
        size_t n = strcspn(line, "\n");
        size_t at = strspn(line, " ");
        closed = !first && strspn(line + at, mark) >= n_mark;
        first = false;
        if (!body->whole) {
            buf_add(out, line, n);
            buf_putc(out, '\n');
        }
        line += n + (line[n] == '\n');
    }
    for (size_t i = 0; i < n_mark && !closed && !body->whole; i++)
        buf_putc(out, mark[0]);
    if (!closed && !body->whole)
        buf_putc(out, '\n');
    return line;
}

static void body_write(struct body *body, const struct section *section)
{
    const char *stop = section->body + section->n_body;
    for (const char *line = section->body; line < stop;) {
        const char *text = line + strspn(line, " ");
        if (strncmp(text, "```", 3) == 0 || strncmp(text, "~~~", 3) == 0) {
            line = take_fence(body, line, stop);
            continue;
        }
        size_t n = strcspn(line, "\n");
        if (line[strspn(line, " \t")] != '|')
            body->had_table = false;
        take_line(body, line, n);
        line += n + (line[n] == '\n');
    }
    end_prompt(body);
}

/* "[Title]" in a heading; other places stay. */
static void put_heading(struct report *report, const struct section *section)
{
    scoped_buf struct buf text = {0};
    const char *at = section->heading;
    while (*at) {
        char close = place_closing(*at);
        const char *end = close ? memchr(at + 1, close, strnlen(at + 1, PLACE_BYTES)) : NULL;
        size_t n = end ? (size_t)(end - at) - 1 : 0, n_before = text.n_bytes;
        if (n) {
            const char *name = part_words_whole(PART_REPORT_FACT, arena_strndup(report->arena, at + 1, n));
            if (name && *at != '(')
                fact_write(report, name, &text);
        }
        if (text.n_bytes > n_before)
            at += n + 2;
        else
            put_raw(&text, at++, 1);
    }
    heading_write(report, section->level, buf_text(&text));
}

/* The template's lines, as filled; a list goes on with the one before it. */
static void own_write(struct report *report, const struct buf *own)
{
    if (!own->n_bytes)
        return;
    if (!report->tight || !strchr("-*", *own->at))
        block_begin(report);
    buf_puts(report->out, buf_text(own));
    report->tight = false;
}

/* What the ledger knows, unless the template's lines ask for it one by one. False: nothing. */
static bool section_tell(struct report *report, const struct section *section, const struct body *body,
                         const char *own)
{
    size_t n_before = report->out->n_bytes;
    bool has_table = *own == '|' || strstr(own, "\n|");
    if (section->topic == TOPIC_ACTION_ITEMS && has_table)
        report->told[TOPIC_ACTION_ITEMS] = true;
    else if (!(topic_words(section->topic)->unless_fields && body->had_fields))
        topic_tell(report, section->topic);
    else if (section->topic == TOPIC_IMPACT)
        impact_tell_found(report, own);
    return report->out->n_bytes > n_before;
}

void section_write(struct report *report, const struct section *section)
{
    const struct topic_words *words = topic_words(section->topic);
    struct buf *out = report->out;
    scoped_buf struct buf own = {0};
    struct body body = {.report = report,
                        .whole = words->whole,
                        .table_of_actions = section->topic == TOPIC_ACTION_ITEMS && actions_known(report)};
    if (section->heading)
        put_heading(report, section);
    bool named = section->heading && words->always && strcasestr(section->heading, words->always);
    if (words->always && !report->told[section->topic] && !named)
        heading_write(report, section->level < 6 ? section->level + 1 : 6, words->heading);

    bool tight = report->tight;
    report->out = &own;
    report->tight = false;
    if (section->body)
        body_write(&body, section);
    report->out = out;
    report->tight = tight;

    if (words->below)
        own_write(report, &own);
    bool told = section_tell(report, section, &body, buf_text(&own));
    if (!words->below)
        own_write(report, &own);
    if (section->heading && !section->parent && !own.n_bytes && !(told && (words->below || !words->prompt))) {
        const char *prompt = words->prompt ? words->prompt : section->heading;
        blank_write(report, NULL, prompt, strlen(prompt));
    }
}
