/* The headings of a report, in order: those of the runbook's own template, else the sections that the runbook
 * wants in a report, else what a good report has. */
#include <ctype.h>
#include <string.h>

#include "review/report_priv.h"
#include "runbook/parts_words.h"

enum { SECTIONS_AT_MOST = 100, LEVEL_DEFAULT = 2 };

/* A walk over lines that knows what stands in a fence, where '#' is no heading. */
struct lines {
    const char *next;
    const char *at; /* the line */
    size_t n_bytes;
    char mark; /* of the open fence; 0: none */
    size_t n_mark;
    bool bare; /* headings are lines by themselves: underlined, "1. WHAT HAPPENED", "Root cause:" */
};

static bool next_line(struct lines *lines)
{
    if (!*lines->next)
        return false;
    lines->at = lines->next;
    lines->n_bytes = strcspn(lines->at, "\n");
    lines->next = lines->at + lines->n_bytes + (lines->at[lines->n_bytes] == '\n');
    const char *text = lines->at + strspn(lines->at, " ");
    size_t n = *text == '`' ? strspn(text, "`") : *text == '~' ? strspn(text, "~") : 0;
    if (n >= 3 && !lines->mark) {
        lines->mark = *text;
        lines->n_mark = n;
    } else if (n >= lines->n_mark && lines->mark && *text == lines->mark) {
        lines->mark = 0;
    }
    return true;
}

/* "**Root cause:** ____": the place goes, which the section fills. */
static size_t without_place(const char *line, size_t n)
{
    const char *colon = memchr(line, ':', n);
    size_t end = colon ? (size_t)(colon - line) + 1 : n;
    size_t rest = end + strspn(line + end, "* \t");
    return colon && rest < n && is_to_fill(line + rest, n - rest) ? end : n;
}

/* What such a line says, without its number, marks and colon. */
static const char *bare_text(struct arena *arena, const char *line, size_t n)
{
    n = without_place(line, n);
    size_t at = strspn(line, "0123456789");
    at = at && at < n && strchr(".)", line[at]) ? at + 1 : 0;
    while (at < n && strchr(" \t*", line[at]))
        at++;
    while (n > at && strchr(" \t\r*:", line[n - 1]))
        n--;
    return arena_strndup(arena, line + at, n - at);
}

static int underline_level(const char *line)
{
    size_t n = strcspn(line, "\r\n"), n_double = strspn(line, "="), n_single = strspn(line, "-");
    return n < 3 ? 0 : n_double == n ? 1 : n_single == n ? 2 : 0;
}

static bool is_large(const char *text)
{
    bool any = false;
    for (; *text; text++) {
        if (islower((unsigned char)*text))
            return false;
        any |= isupper((unsigned char)*text) != 0;
    }
    return any;
}

static size_t count_words(const char *text)
{
    size_t n = 1;
    for (; *text; text++)
        n += *text == ' ';
    return n;
}

/* Only where it asks for something that a report tells, or is underlined. */
static int bare_level(const struct lines *lines)
{
    enum { LEAST = 3, MOST = 60, LEVEL = 2, WORDS = 4 };
    scoped_arena struct arena *arena = arena_new();
    const char *text = bare_text(arena, lines->at, lines->n_bytes);
    size_t n = strlen(text), n_line = without_place(lines->at, lines->n_bytes);
    if (lines->mark || n < LEAST || n > MOST || !isalpha((unsigned char)*text))
        return 0;
    int underlined = underline_level(lines->next);
    enum topic topic = topic_of_heading(text);
    bool placed = n_line < lines->n_bytes, found_out = topic == TOPIC_IMPACT || topic == TOPIC_ROOT_CAUSE;
    if (placed && (count_words(text) > WORDS || (!found_out && part_words_whole(PART_REPORT_FACT, text))))
        return 0; /* "Severity: ____" is filled where it stands */
    while (n_line && strchr(" *\r", lines->at[n_line - 1]))
        n_line--;
    bool alone = lines->at[n_line - 1] == ':' || is_large(text) || strncmp(lines->at, "**", 2) == 0;
    return underlined ? underlined : alone && topic != TOPIC_NONE ? LEVEL : 0;
}

static int heading_level(const struct lines *lines)
{
    if (lines->bare)
        return bare_level(lines);
    size_t n = strspn(lines->at, "#");
    return !lines->mark && n >= 1 && n <= 6 && n < lines->n_bytes && isblank((unsigned char)lines->at[n])
               ? (int)n
               : 0;
}

static const char *heading_text(struct arena *arena, const struct lines *lines, int level)
{
    if (lines->bare)
        return bare_text(arena, lines->at, lines->n_bytes);
    const char *text = lines->at + level, *end = lines->at + lines->n_bytes;
    while (text < end && isspace((unsigned char)*text))
        text++;
    while (end > text && (isspace((unsigned char)end[-1]) || end[-1] == '#'))
        end--;
    return arena_strndup(arena, text, (size_t)(end - text));
}

enum { HEADINGS_LEAST = 2 };

static size_t count_headings(const char *body, bool bare)
{
    struct lines lines = {.next = body, .bare = bare};
    size_t n = 0;
    while (next_line(&lines))
        n += heading_level(&lines) > 0;
    return n;
}

/* The template's first heading is its title when no other stands as high. */
static bool begins_with_title(const struct shape *shape)
{
    int level = 0;
    list_each (section, &shape->sections) {
        if (level && section->level && section->level <= level)
            return false;
        if (!level)
            level = section->level;
    }
    return level > 0;
}

static void template_shape(const struct report *report, const struct template *template, struct shape *shape)
{
    struct lines lines = {.next = template->body,
                          .bare = count_headings(template->body, false) < HEADINGS_LEAST};
    struct section *section = list_push(report->arena, &shape->sections);
    section->body = template->body;
    while (next_line(&lines)) {
        int level = shape->sections.n < SECTIONS_AT_MOST ? heading_level(&lines) : 0;
        if (level == 0) {
            section->n_body = (size_t)(lines.next - section->body);
            continue;
        }
        section = list_push(report->arena, &shape->sections);
        section->level = level;
        section->heading = heading_text(report->arena, &lines, level);
        section->body = lines.next;
    }
}

/* Takes the title off (ours stands already), and names the topics. */
static void template_finish(struct shape *shape)
{
    bool titled = begins_with_title(shape);
    list_each (section, &shape->sections) {
        if (section->level && titled) {
            section->level = 0;
            section->heading = NULL;
            titled = false;
        }
        if (!section->heading)
            continue;
        section->topic = topic_of_heading(section->heading);
        section->parent =
            section + 1 < shape->sections.at + shape->sections.n && section[1].level > section->level;
        if (!shape->level || section->level < shape->level)
            shape->level = section->level;
    }
    if (shape->level < LEVEL_DEFAULT)
        shape->level = LEVEL_DEFAULT;
}

/* The template of a report: by its audience or its name, with headings to keep. */
static const struct template *report_template(const struct runbook *runbook)
{
    if (!runbook)
        return NULL;
    list_each (template, &runbook->parts.templates) {
        bool form = template->medium && strcmp(template->medium, "document") == 0;
        bool named = (template->audience && strcmp(template->audience, "report") == 0) ||
                     (template->name && part_words_value(PART_REPORT, template->name));
        if (named && template->body &&
            (form || count_headings(template->body, false) >= HEADINGS_LEAST ||
             count_headings(template->body, true) >= HEADINGS_LEAST))
            return template;
    }
    return NULL;
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

/* The reader joins the lines of a prompt by "; ". */
static const char *prompt_lines(struct arena *arena, const char *prompt)
{
    if (!strstr(prompt, "; "))
        return prompt;
    scoped_buf struct buf lines = {0};
    buf_puts(&lines, "- ");
    for (; *prompt; prompt++)
        if (strncmp(prompt, "; ", 2) == 0) {
            buf_puts(&lines, "\n- ");
            prompt++;
        } else {
            buf_putc(&lines, *prompt);
        }
    return arena_strdup(arena, buf_text(&lines));
}

static bool names_topic(const struct report *report, enum topic topic)
{
    list_each (named, &report->runbook->parts.report_sections)
        if (topic_of_heading(named->name) == topic)
            return true;
    return false;
}

/* Those of one template, or of one list: sections of another document are another document's. Whoever reads
 * it asks first what it did to people: that is told when the list forgets it, too. */
static void named_shape(const struct report *report, struct shape *shape)
{
    const struct report_section *first = report->runbook->parts.report_sections.at;
    if (!names_topic(report, TOPIC_IMPACT) && !names_topic(report, TOPIC_SUMMARY))
        *list_push(report->arena, &shape->sections) = (struct section){
            .level = LEVEL_DEFAULT, .heading = topic_words(TOPIC_IMPACT)->heading, .topic = TOPIC_IMPACT};
    list_each (named, &report->runbook->parts.report_sections) {
        if (shape->sections.n == SECTIONS_AT_MOST)
            return;
        if (strcmp(text_or_empty(named->template_name), text_or_empty(first->template_name)) != 0)
            continue;
        scoped_buf struct buf heading = {0};
        struct section *section = list_push(report->arena, &shape->sections);
        markdown_text(&heading, named->name);
        char *text = arena_strdup(report->arena, buf_text(&heading));
        text[0] = (char)toupper((unsigned char)text[0]);
        *section =
            (struct section){.level = LEVEL_DEFAULT, .heading = text, .topic = topic_of_heading(named->name)};
        if (named->prompt) {
            section->body = prompt_lines(report->arena, named->prompt);
            section->n_body = strlen(section->body);
        }
    }
}

static void default_shape(const struct report *report, struct shape *shape)
{
    static const enum topic order[] = {TOPIC_SUMMARY,    TOPIC_IMPACT,  TOPIC_TIMELINE,     TOPIC_ROOT_CAUSE,
                                       TOPIC_RESOLUTION, TOPIC_LESSONS, TOPIC_ACTION_ITEMS, TOPIC_FOLLOW_UP};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        *list_push(report->arena, &shape->sections) = (struct section){
            .level = LEVEL_DEFAULT, .heading = topic_words(order[i])->heading, .topic = order[i]};
}

struct shape shape_of(const struct report *report)
{
    struct shape shape = {0};
    const struct template *template = report_template(report->runbook);
    if (template) {
        template_shape(report, template, &shape);
        template_finish(&shape);
        if (shape.sections.n == 1) /* fields alone: what a report tells follows them */
            default_shape(report, &shape);
        return shape;
    }
    shape.level = LEVEL_DEFAULT;
    if (report->runbook && report->runbook->parts.report_sections.n)
        named_shape(report, &shape);
    else
        default_shape(report, &shape);
    return shape;
}
