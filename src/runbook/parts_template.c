/* Templates of messages and reports: fences, block quotes and tables with something to fill in.
 *
 * A form below the heading of a report is one without any of them. What is called a template is one; what is
 * called a message, a report or the like is one when it holds places to fill in; what has no such name needs
 * several of them in lines of prose. Lists of contacts, program text and configuration are none. */
#include <ctype.h>
#include <string.h>

#include "runbook/parts_priv.h"
#include "runbook/procedure_priv.h"

struct candidate {
    size_t block;
    int line, line_end, body_start, body_end;
    const char *lang;
    struct part_label label; /* text NULL without one */
};

/* Without the four blanks by which a block is set in. */
static const char *set_out(struct arena *arena, const char *body)
{
    char *out = arena_strdup(arena, body), *to = out;

    for (const char *line = body; *line;) {
        size_t blanks = strspn(line, " ");
        line += blanks < 4 ? blanks : 4;
        size_t n = strcspn(line, "\n");
        n += line[n] == '\n';
        memmove(to, line, n);
        to += n;
        line += n;
    }
    *to = '\0';
    return out;
}

static const char *body_of(const struct parts_reading *reading, const struct candidate *candidate)
{
    const struct block *block = &reading->document->blocks.at[candidate->block];

    if (block->kind == BLOCK_FENCE && !block->fenced)
        return set_out(reading->arena, document_lines(reading->arena, reading->document,
                                                      candidate->body_start, candidate->body_end));
    return document_lines(reading->arena, reading->document, candidate->body_start, candidate->body_end);
}

/* What it is called: the label right before it, else its heading. */
static const char *name_of(const struct parts_reading *reading, const struct candidate *candidate)
{
    const char *heading = part_heading(reading, candidate->block);

    if (candidate->label.text == NULL)
        return heading;
    bool bare = part_words_whole(PART_TEMPLATE, candidate->label.text) != NULL;
    return (bare || candidate->label.sentence) && heading[0] ? heading : candidate->label.text;
}

/* How surely the words around it call it a template: 2 surely, 1 maybe, 0 not. */
static int called_template(const struct parts_reading *reading, const struct candidate *candidate,
                           const char *first_line)
{
    const char *names[] = {part_heading(reading, candidate->block), candidate->label.text, first_line,
                           part_heading_above(reading, candidate->block)};
    int sure = 0;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i] == NULL)
            continue;
        if (part_words_value(PART_TEMPLATE, names[i]))
            return 2;
        if (part_words_value(PART_MESSAGE, names[i]))
            sure = 1;
    }
    return sure;
}

/* Under "Comms" or "Communication" what has one place to fill in is a message. */
static bool under_communication(const struct parts_reading *reading, const struct candidate *candidate)
{
    return part_heading_group(reading, candidate->block) == WORDS_COMMUNICATION ||
           part_heading_above_group(reading, candidate->block) == WORDS_COMMUNICATION ||
           (candidate->label.text && words_heading(candidate->label.text) == WORDS_COMMUNICATION);
}

/* One line is a message when it is a sentence: "incident-[DATE]" is none. */
static bool is_sentence(const char *line)
{
    enum { WORDS_LEAST = 4 };
    size_t n = 1;

    for (; *line; line++)
        n += *line == ' ' && line[1] != ' ';
    return n >= WORDS_LEAST;
}

/* Lines that people do not write in messages. */
static bool line_is_program(const char *line, size_t n)
{
    static const char *const signs[] = {"};",  "=>", "==", "&&", "||", " = ",
                                        "();", "</", "/>", "::", "$(", "import "};

    if (n > 0 && (line[n - 1] == '{' || line[n - 1] == ';' || line[n - 1] == '\\'))
        return true;
    if (strcspn(line, "=&|(<>:$}\n") >= n && memchr(line, 'm', n) == NULL)
        return false; /* none of them can be in it */
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (memmem(line, n, signs[i], strlen(signs[i])))
            return true;
    return false;
}

static bool body_is_program(const char *body)
{
    size_t n_lines = 0, n_program = 0;

    for (const char *line = body; *line;) {
        size_t n = strcspn(line, "\n");
        n_lines += n > 0;
        n_program += line_is_program(line, n);
        line += n + (line[n] == '\n');
    }
    return n_program * 4 > n_lines;
}

static bool open_language(const char *lang)
{
    static const char *const langs[] = {"text", "txt",  "plaintext", "plain", "markdown",
                                        "md",   "none", "email",     "mail",  "eml"};

    if (lang == NULL)
        return true;
    for (size_t i = 0; i < sizeof langs / sizeof *langs; i++)
        if (strcmp(lang, langs[i]) == 0)
            return true;
    return false;
}

static bool is_markdown(const char *lang)
{
    return lang && (strcmp(lang, "markdown") == 0 || strcmp(lang, "md") == 0);
}

enum { FIELDS_WITHOUT_NAME = 3 };

static size_t count_lines(const char *body)
{
    size_t n = 1;

    for (; *body; body++)
        n += *body == '\n';
    return n;
}

/* Lines "Label: ... [Something]". */
static size_t labelled_fields(const char *body)
{
    size_t count = 0;

    for (const char *line = body; *line;) {
        size_t n = strcspn(line, "\n");
        const char *colon = memchr(line, ':', n);
        count += colon && isalpha((unsigned char)line[0]) && memchr(colon, '[', n - (size_t)(colon - line));
        line += n + (line[n] == '\n');
    }
    return count;
}

static bool has_subject(const char *body)
{
    return text_starts_with(body, "subject:") || text_starts_with(body, "title:") ||
           strcasestr(body, "\nsubject:") != NULL;
}

static bool fence_is_template(const struct parts_reading *reading, const struct candidate *candidate)
{
    const char *body = body_of(reading, candidate);
    const char *first_line = arena_strndup(reading->arena, body, strcspn(body, "\n"));
    bool contacts = part_heading_group(reading, candidate->block) == WORDS_CONTACTS;
    int called = called_template(reading, candidate, strlen(first_line) < 80 ? first_line : NULL);
    size_t n_fields = template_count_fields(body);
    bool subject = has_subject(body);
    bool one_line = strchr(body, '\n') == NULL, comms = under_communication(reading, candidate);

    if ((contacts && called < 2) || (one_line && !(is_sentence(body) && (comms || called == 2))) ||
        (!is_markdown(candidate->lang) && body_is_program(body)))
        return false;
    if (comms || one_line)
        return n_fields > 0 || subject;
    if (called == 2)
        return n_fields > 0 || subject || is_markdown(candidate->lang);
    if (called == 1)
        return n_fields > 1 || (n_fields > 0 && subject) || text_starts_with(body, "subject:");
    return n_fields >= FIELDS_WITHOUT_NAME && labelled_fields(body) >= 2 && n_fields <= 3 * count_lines(body);
}

/* "Template for the status page:" in front of the message itself; leaves it out of the body. */
static void take_caption(const struct parts_reading *reading, struct template *template)
{
    const char *body = template->body;
    size_t n = strcspn(body, "\n"), end = n;

    while (end > 0 && body[end - 1] == ' ')
        end--;
    if (body[n] == '\0' || end < 2 || end > 80 || body[end - 1] != ':')
        return;
    const char *line = arena_strndup(reading->arena, body, end);
    bool names_it =
        part_words_value(PART_TEMPLATE, line) || (line[0] == '#' && isalpha((unsigned char)line[1]));
    if (!names_it)
        return;
    template->caption = line;
    template->body_start++;
    for (n++; body[n] == '\n'; n++)
        template->body_start++;
    template->body = body + n;
}

/* "**Subject:** Pump down" -> "Subject: Pump down". */
static const char *without_stars(struct arena *arena, const char *text)
{
    char *plain = arena_strdup(arena, text), *to = plain;

    for (; *text; text++)
        if (*text != '*')
            *to++ = *text;
    *to = '\0';
    return plain;
}

/* The lines "---", "to: all", "---" in front of a text; 0: none. */
static int front_matter_lines(const char *body)
{
    int n = 0;

    if (strncmp(body, "---\n", 4) != 0)
        return 0;
    for (const char *line = body; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        if (n && (strncmp(line, "---\n", 4) == 0))
            return n + 1;
        n++;
    }
    return 0;
}

/* "Subject: ...", "# Title", or a first line that has something to fill in and stands alone. */
static void take_subject(const struct parts_reading *reading, struct template *template)
{
    const char *line = template->body;
    int n_front = front_matter_lines(line);

    for (int k = 0; k < n_front + 3 && *line; k++) {
        size_t n = strcspn(line, "\n");
        const char *text = text_normalise(reading->arena, line, n), *label, *rest;
        text = strncmp(text, "**", 2) == 0 ? without_stars(reading->arena, text) : text;
        bool named = text_label(reading->arena, text, &label, &rest) && rest[0] &&
                     (text_same(label, "subject") || text_same(label, "title"));
        bool alone = k == 0 && n > 0 && line[n] == '\n' && line[n + 1] == '\n';
        if (named || (k == 0 && strncmp(text, "# ", 2) == 0)) {
            template->subject = named ? rest : text + 2;
        } else if (alone && n < 120 && !strchr("-*[", text[0]) && template_count_fields(text) > 0) {
            template->subject = text;
        }
        if (template->subject) {
            template->subject_line = template->body_start + k;
            return;
        }
        line += n + (line[n] == '\n');
    }
}

static const char *id_of(struct arena *arena, const char *name)
{
    const char *word = strcasestr(name, " template");

    return text_slug(arena, word ? arena_strndup(arena, name, (size_t)(word - name)) : name);
}

static void add_template(struct parts_reading *reading, const struct candidate *candidate, const char *medium)
{
    struct template *template = list_push(reading->arena, &reading->parts->templates);

    template->name = text_without_number(reading->arena, name_of(reading, candidate), NULL);
    template->id = id_of(reading->arena, template->name);
    template->lang = candidate->lang;
    template->line = candidate->line;
    template->line_end = candidate->line_end;
    template->body_start = candidate->body_start;
    template->body_end = candidate->body_end;
    template->body = body_of(reading, candidate);
    template->condition = candidate->label.condition;
    take_caption(reading, template);
    take_subject(reading, template);
    const char *words =
        arena_printf(reading->arena, "%s . %s", template->name, template->caption ? template->caption : "");
    template->audience = part_words_value(PART_AUDIENCE, words);
    bool mail = template->subject && text_starts_with(template->body, "subject:");
    const char *named = part_words_value(PART_MEDIUM, words);
    template->medium = medium                        ? medium
                       : named                       ? named
                       : mail                        ? "email"
                       : is_markdown(template->lang) ? "document"
                                                     : "message";
    template_read_fields(reading, template);
    for (int line = template->line; line <= template->line_end && line <= reading->runbook->n_lines; line++)
        reading->template_at[line] = (int)reading->parts->templates.n;
}

static void read_fence(struct parts_reading *reading, size_t i)
{
    const struct block *block = &reading->document->blocks.at[i];
    struct candidate candidate = {
        .block = i, .line = block->line, .line_end = block->line_end, .lang = block->lang};

    if (block->lines.n == 0 || !open_language(block->lang) || fence_role(block) != FENCE_OTHER)
        return;
    candidate.body_start = block->body_line;
    candidate.body_end = block->body_line + (int)block->lines.n - 1;
    part_label_before(reading, i, &candidate.label);
    if (!block->fenced &&
        (candidate.label.text == NULL || !part_words_value(PART_MESSAGE, candidate.label.text)))
        return; /* what is set in by four blanks is a message only when the words above it say so */
    if (fence_is_template(reading, &candidate))
        add_template(reading, &candidate, NULL);
}

/* Action items and the like: a table under a heading that calls it a template. */
static void read_table(struct parts_reading *reading, size_t i)
{
    const struct block *block = &reading->document->blocks.at[i];
    struct candidate candidate = {.block = i,
                                  .line = block->line,
                                  .line_end = block->line_end,
                                  .body_start = block->line,
                                  .body_end = block->line_end};

    part_label_before(reading, i, &candidate.label);
    const char *label = candidate.label.text ? candidate.label.text : "";
    if (!part_heading_value(reading, i, PART_TEMPLATE) && !part_words_value(PART_TEMPLATE, label))
        return;
    if (template_count_fields(body_of(reading, &candidate)) > 0)
        add_template(reading, &candidate, "table");
}

/* The lines of a block quote under such a heading or label, as one message. Gives the block after it. */
static size_t read_quote(struct parts_reading *reading, size_t i)
{
    const struct document *document = reading->document;
    struct candidate candidate = {.block = i, .line = document->blocks.at[i].line};
    size_t end = i;

    for (; end < document->blocks.n && document->blocks.at[end].quoted &&
           document->blocks.at[end].kind != BLOCK_HEADING;
         end++)
        candidate.line_end = document->blocks.at[end].line_end;
    if (end == i)
        return i + 1;
    part_label_before(reading, i, &candidate.label);
    candidate.body_start = candidate.line;
    candidate.body_end = candidate.line_end;
    const char *body = body_of(reading, &candidate);
    int called = called_template(reading, &candidate, NULL);
    size_t n_fields = template_count_fields(body);
    bool comms = called == 1 && under_communication(reading, &candidate);
    if ((called == 2 && n_fields > 0) || (called == 1 && n_fields > (comms ? 0 : 1)))
        add_template(reading, &candidate, NULL);
    return end;
}

/* "## First notice" on a page of message templates: the words below it are the message, as long as nothing
 * else holds it. They begin with a subject or a greeting, or have places to fill in. */
static void read_section(struct parts_reading *reading, size_t h)
{
    const struct document *document = reading->document;
    struct candidate candidate = {.block = h, .line = document->blocks.at[h].line};
    size_t end = h + 1, n_prose = 0;

    if (document->blocks.at[h].level < 2 || !part_message_page(part_heading_above(reading, h)))
        return;
    for (; end < document->blocks.n && !is_section(&document->blocks.at[end]) &&
           document->blocks.at[end].kind != BLOCK_RULE;
         end++) {
        const struct block *block = &document->blocks.at[end];
        bool boxes = block->kind == BLOCK_ITEM && block->marker == MARKER_CHECKBOX;
        if (block->kind == BLOCK_FENCE || block->kind == BLOCK_TABLE || block->quoted || boxes)
            return;
        n_prose += block->kind == BLOCK_PARAGRAPH;
        candidate.line_end = block->line_end;
    }
    if (n_prose == 0)
        return;
    candidate.body_start = document->blocks.at[h + 1].line;
    candidate.body_end = candidate.line_end;
    const char *body = body_of(reading, &candidate);
    bool subject =
        text_starts_with(body, "**subject") || text_starts_with(body, "**title") || has_subject(body);
    size_t n_fields = template_count_fields(body);
    if (n_fields > 1 || (n_fields > 0 && subject))
        add_template(reading, &candidate, NULL);
}

/* "____", "____ / ____", "[who]", ".....", "Yes / No" and nothing at all. */
static bool is_blank_place(const char *text, size_t n)
{
    static const char choice[] = "yes / no";
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    while (n && isspace((unsigned char)*text)) {
        text++;
        n--;
    }
    if (n == sizeof choice - 1 && strncasecmp(text, choice, n) == 0)
        return true;
    return n == 0 || *text == '[' || (*text == '<' && text[n - 1] == '>') || strspn(text, "_./-: *") >= n;
}

/* "**Root cause**" alone on its line. */
static bool is_section_line(const struct parts_reading *reading, const char *line, size_t n)
{
    while (n && isspace((unsigned char)line[n - 1]))
        n--;
    return n > 4 && strncmp(line, "**", 2) == 0 && line[n - 1] == '*' &&
           part_words_value(PART_REPORT_SECTION, arena_strndup(reading->arena, line + 2, n - 4));
}

/* "**Root cause:** ____", "Lead:", "| Lead | |" */
static bool is_form_line(const struct parts_reading *reading, const char *line, size_t n)
{
    enum { LABEL_MOST = 60 };
    if (is_section_line(reading, line, n))
        return true;
    size_t at = strspn(line, " \t*_-+");
    bool is_row = at < n && line[at] == '|';
    at += is_row ? 1 + strspn(line + at + 1, " *_") : 0;
    const char *end =
        at < n && isalpha((unsigned char)line[at]) ? memchr(line + at, is_row ? '|' : ':', n - at) : NULL;
    if (!end || end - line - (ptrdiff_t)at > LABEL_MOST)
        return false;
    size_t rest = (size_t)(end - line) + 1;
    rest += is_row ? 0 : strspn(line + rest, "*");
    while (is_row && n > rest && (isspace((unsigned char)line[n - 1]) || line[n - 1] == '|'))
        n--;
    return rest >= n || is_blank_place(line + rest, n - rest);
}

static size_t count_form_lines(const struct parts_reading *reading, const char *body)
{
    size_t n_lines = 0;
    for (const char *line = body; *line;) {
        size_t n = strcspn(line, "\n");
        n_lines += is_form_line(reading, line, n);
        line += n + (line[n] == '\n');
    }
    return n_lines;
}

/* "## Incident report" with a form to fill in below it, without a fence around it. Gives the block after it;
 * h when it is none. */
static size_t read_form(struct parts_reading *reading, size_t h)
{
    enum { FORM_LINES_LEAST = 3 };
    const struct document *document = reading->document;
    struct candidate candidate = {.block = h, .line = document->blocks.at[h].line};
    size_t end = h + 1;

    bool is_section_of_one = part_words_whole(PART_REPORT_SECTION, part_heading(reading, h)) != NULL;
    for (size_t above = document->blocks.at[h].heading; above != NO_BLOCK && !is_section_of_one;
         above = document->blocks.at[above].heading)
        is_section_of_one = part_words_value(PART_REPORT, document->blocks.at[above].prose.text) != NULL;

    if (is_section_of_one || !part_words_value(PART_REPORT, part_heading(reading, h)))
        return h;
    for (; end < document->blocks.n && !is_section(&document->blocks.at[end]); end++) {
        const struct block *block = &document->blocks.at[end];
        if (block->kind == BLOCK_FENCE || block->quoted)
            return h;
        candidate.line_end = block->line_end;
    }
    if (end == h + 1)
        return h;
    candidate.body_start = document->blocks.at[h + 1].line;
    candidate.body_end = candidate.line_end;
    if (count_form_lines(reading, body_of(reading, &candidate)) < FORM_LINES_LEAST)
        return h;
    add_template(reading, &candidate, "document");
    return end;
}

void parts_read_templates(struct parts_reading *reading)
{
    const struct document *document = reading->document;

    for (size_t i = 0; i < document->blocks.n;) {
        const struct block *block = &document->blocks.at[i];
        if (block->quoted) {
            i = read_quote(reading, i);
            continue;
        }
        size_t form_end = block->kind == BLOCK_HEADING && is_section(block) ? read_form(reading, i) : i;
        if (form_end > i) {
            i = form_end;
            continue;
        }
        if (block->kind == BLOCK_HEADING && is_section(block))
            read_section(reading, i);
        else if (block->kind == BLOCK_FENCE)
            read_fence(reading, i);
        else if (block->kind == BLOCK_TABLE)
            read_table(reading, i);
        i++;
    }
}
