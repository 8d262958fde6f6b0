/* Which headings, labels and list items open procedures, and what belongs to each.
 *
 * A heading is a procedure when steps stand right under it, or when the headings right below it are its
 * phases: named for a stage of work ("Diagnosis", "Immediate actions") or numbered ("1. Look", "Step 2"). A
 * heading that gathers procedures ("Alert procedures", "Database issues") is none, and neither is one that
 * itself names a stage while its parts are unnumbered: there each part is a procedure. A page called a
 * runbook is one procedure when all of its parts are stages. Bold labels, symptom lines and labelled list
 * items can open procedures too (procedure_content.c). Contacts, roles, templates, severity definitions and
 * their subsections hold none. */
#include "runbook/procedure.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/parts_words.h"
#include "runbook/procedure_priv.h"
#include "runbook/severity.h"
#include "runbook/text.h"

struct section {
    size_t own_end;     /* the first heading below, or the end of the section */
    size_t content_end; /* where the first procedure opens among its own blocks, or own_end */
    enum words group;
    bool collection, page, numbered, timed, excluded;
    bool single; /* part of a page about one trouble */
    bool own_steps, any_steps, has_children;
    const char *severity; /* stated right under the heading, or NULL */
    int severity_line;
};

struct reading {
    struct arena *arena;
    struct runbook *runbook;
    const struct document *document;
    struct section *sections; /* by block index; only headings are filled */
    struct arena *scratch;    /* for looks that leave nothing */
};

static size_t next_section(const struct reading *reading, size_t i, size_t end)
{
    while (i < end && !is_section(&reading->document->blocks.at[i]))
        i++;
    return i;
}

/* for (size_t c = child_first(r, h); c < end; c = child_next(r, c, end)) */
static size_t child_next(const struct reading *reading, size_t child, size_t end)
{
    return next_section(reading, reading->document->blocks.at[child].end, end);
}

static void writer_start(const struct reading *reading, struct arena *arena, struct procedure *procedure,
                         struct procedure_writer *ret_writer)
{
    *ret_writer =
        (struct procedure_writer){.arena = arena, .document = reading->document, .procedure = procedure};
}

/* Reads the blocks for a look: whether there are steps, and which severity is stated (may be NULL to ask). */
static bool has_own_steps(const struct reading *reading, size_t first, size_t end, enum words group,
                          struct section *ret_section)
{
    struct arena *scratch = reading->scratch;
    struct procedure procedure = {0};
    struct procedure_writer writer;
    struct cuts cuts = {0};

    arena_reset(scratch);
    writer_start(reading, scratch, &procedure, &writer);
    writer.looks = true;
    phase_announce(&writer, NULL, stage_of(group), 0);
    content_cuts(scratch, reading->document, first, end, &cuts);
    size_t content_end = cuts.n > 0 ? cuts.at[0].block : end;
    content_read(&writer, first, content_end, group);
    if (ret_section)
        ret_section->content_end = content_end;
    if (ret_section && procedure.severity) {
        ret_section->severity = arena_strdup(reading->arena, procedure.severity_note);
        ret_section->severity_line = procedure.severity_line;
    }
    return procedure.phases.n > 0 || cuts.n > 0;
}

static bool is_closed_group(enum words group)
{
    return group == WORDS_CONTACTS || group == WORDS_ESCALATION || group == WORDS_ROLES ||
           group == WORDS_TEMPLATES || group == WORDS_CONTENTS || group == WORDS_QUESTIONS ||
           group == WORDS_SEVERITY;
}

/* What a heading's words say its section is; "Find the cause" tells to do something and lists no causes. */
static enum words title_group(const char *title)
{
    enum words group = words_heading(title);
    bool lists =
        group == WORDS_SYMPTOMS || group == WORDS_CAUSES || group == WORDS_TRIGGERS || group == WORDS_ABOUT;

    if (group == WORDS_LINKS && !words_are(group, title) && words_occur(WORDS_PROBLEMS, title))
        return WORDS_NONE; /* "Unauthorised access", "Dashboard down" are troubles */
    if (is_stage_group(group) && words_within(group, title) && words_occur(WORDS_PROBLEMS, title) &&
        !words_begin(WORDS_VERBS, title))
        return WORDS_NONE; /* "Slow responses at the edge" is a trouble and no response to one */
    return lists && words_begin(WORDS_VERBS, title) && !words_are(group, title) ? WORDS_NONE : group;
}

/* "Procedure 2: Escalation workflow" and "Procedure: Lost results" say themselves that they are one; what
 * follows the colon, or NULL. */
static const char *called_procedure(const char *title)
{
    const char *rest = text_starts_with(title, "procedure") ? title + strlen("procedure") : NULL;

    if (rest == NULL)
        return NULL;
    rest += *rest == ' ';
    while (isdigit((unsigned char)*rest) || *rest == '.')
        rest++;
    return rest[0] == ':' && rest[1] == ' ' ? rest + 2 : NULL;
}

/* "First 15 minutes", "Within 4 hours", "Every 30 minutes": a part of the work named for its time. */
static bool is_timed(struct arena *arena, const char *title)
{
    static const char *const starts[] = {"first ", "within ", "every ", "next ",
                                         "after ", "minute",  "hour",   "t+"};
    struct duration_words duration;

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (text_starts_with(title, starts[i]))
            return text_duration(text_normalise(arena, title, strlen(title)), &duration);
    return false;
}

/* "Pump alarm runbook", not "Pump runbooks"; in "Runbook: pump issues" the issues are those of one page. */
static bool is_page(const char *title)
{
    size_t n = strcspn(title, ": ");

    if (title[n] == ':' && words_begin(WORDS_PAGE, title))
        return true;
    return words_occur(WORDS_PAGE, title) && !words_occur(WORDS_COLLECTION, title);
}

/* "Starting the upgrade". */
static bool is_gerund(const char *title)
{
    size_t word = strcspn(title, " ");

    return word > 5 && strncasecmp(title + word - 3, "ing", 3) == 0;
}

/* "4.1 Storage full" is the first of part 4 and no first step, unless it tells to do something; neither does
 * "2. Database down" follow "1. API down", but below "Diagnosis". */
static bool numbers_steps(const char *number, const char *title, enum words group, enum words above)
{
    if (number == NULL || is_stage_group(group) || is_gerund(title) || words_begin(WORDS_VERBS, title) ||
        isalpha((unsigned char)number[0]))
        return number != NULL;
    return strchr(number, '.') == NULL && (is_stage_group(above) || !words_occur(WORDS_PROBLEMS, title));
}

static void section_read(struct reading *reading, size_t h)
{
    const struct block *block = &reading->document->blocks.at[h];
    struct section *section = &reading->sections[h];
    const struct section *above = block->heading != NO_BLOCK ? &reading->sections[block->heading] : NULL;
    const char *title = title_without_limits(reading->arena, block->prose.text), *number;

    section->own_end = next_section(reading, h + 1, block->end);
    section->has_children = section->own_end < block->end;
    section->group = title_group(text_without_number(reading->arena, title, &number));
    if (called_procedure(title)) {
        section->group = title_group(called_procedure(title));
        section->group =
            is_closed_group(section->group) || is_stage_group(section->group) ? WORDS_NONE : section->group;
    }
    section->page = is_page(title);
    section->collection = section->page || words_occur(WORDS_COLLECTION, title);
    const char *text = text_without_number(reading->arena, title, &number);
    section->numbered = numbers_steps(number, text, section->group, above ? above->group : WORDS_NONE);
    section->timed = is_timed(reading->arena, block->prose.text);
    bool inherits = above && above->excluded &&
                    (reading->document->blocks.at[block->heading].level > 1 ||
                     part_message_page(reading->document->blocks.at[block->heading].prose.text));
    section->excluded = inherits || is_closed_group(section->group);
    if (inherits)
        section->group =
            is_closed_group(section->group) ? section->group : reading->sections[block->heading].group;
    section->own_steps = has_own_steps(reading, h + 1, section->own_end, section->group, section);
}

static void sections_read(struct reading *reading)
{
    const struct document *document = reading->document;

    reading->sections = arena_alloc(reading->arena, (document->blocks.n + 1) * sizeof *reading->sections);
    for (size_t i = 0; i < document->blocks.n; i++)
        if (is_section(&document->blocks.at[i]))
            section_read(reading, i);
    for (size_t i = document->blocks.n; i-- > 0;) {
        const struct block *block = &document->blocks.at[i];
        if (!is_section(block))
            continue;
        reading->sections[i].any_steps |= reading->sections[i].own_steps;
        if (block->heading != NO_BLOCK)
            reading->sections[block->heading].any_steps |= reading->sections[i].any_steps;
    }
}

/* ---- What a heading is ---- */

struct children {
    size_t core; /* immediate, diagnosis, resolution, mitigation */
    size_t core_leaves;
    size_t particular; /* core, and of one thing: "Check the pump" */
    size_t numbered;
    size_t stages, placed, all; /* placed: a stage or numbered */
    size_t gathering;           /* core, with troubles below */
    bool collections;
};

static bool is_core(enum words group)
{
    return group >= WORDS_IMMEDIATE && group <= WORDS_MITIGATION;
}

/* "Work instructions" with "Viewer does not load" and "No results" below it. */
static bool gathers_troubles(const struct reading *reading, size_t h)
{
    size_t end = reading->document->blocks.at[h].end, foreign = 0, all = 0;

    for (size_t c = reading->sections[h].own_end; c < end; c = child_next(reading, c, end)) {
        const struct section *child = &reading->sections[c];
        const char *number, *title = reading->document->blocks.at[c].prose.text;
        title = text_without_number(reading->arena, title, &number);
        all += child->any_steps;
        foreign += child->any_steps && !is_stage_group(child->group) && !child->numbered && !child->timed &&
                   !words_begin(WORDS_VERBS, title) && !is_gerund(title) && strchr(title, ' ') != NULL;
    }
    return foreign >= 2 && foreign * 2 > all && !reading->sections[h].own_steps;
}

static struct children count_children(const struct reading *reading, size_t h)
{
    size_t end = reading->document->blocks.at[h].end;
    struct children count = {0};

    for (size_t c = reading->sections[h].own_end; c < end; c = child_next(reading, c, end)) {
        const struct section *child = &reading->sections[c];
        if (!child->any_steps)
            continue;
        bool gathers = child->collection && child->has_children;
        bool core = is_core(child->group) && !gathers;
        const char *title = reading->document->blocks.at[c].prose.text;
        count.core += core;
        count.core_leaves += core && !child->has_children;
        count.gathering +=
            core && child->has_children && !words_are(child->group, title) && gathers_troubles(reading, c);
        count.particular += core && words_begin(WORDS_VERBS, title) && strchr(title, ' ') != NULL;
        count.numbered += (child->numbered || child->timed) && !gathers;
        count.stages += is_stage_group(child->group) && !gathers;
        count.placed += (is_stage_group(child->group) || child->numbered || child->timed) && !gathers;
        count.all++;
        count.collections |= gathers;
    }
    return count;
}

/* "Service outage runbook" with a part that looks and parts that repair is one procedure, even where
 * "Recovery procedures" gathers several ways. */
static bool is_one_trouble(const struct reading *reading, size_t h)
{
    size_t end = reading->document->blocks.at[h].end, looks = 0, repairs = 0, working = 0, nameless = 0;

    if (!reading->sections[h].page || reading->document->blocks.at[h].level > 1)
        return false;
    for (size_t c = reading->sections[h].own_end; c < end; c = child_next(reading, c, end)) {
        const struct section *child = &reading->sections[c];
        bool gathers = child->collection && child->has_children;
        bool repair = child->group == WORDS_RESOLUTION || child->group == WORDS_MITIGATION;
        bool informs = (child->group >= WORDS_SYMPTOMS && child->group <= WORDS_ABOUT) || child->excluded;
        if (!child->any_steps || informs)
            continue;
        working++;
        nameless += !gathers && is_stage_group(child->group) &&
                    words_are(child->group, reading->document->blocks.at[c].prose.text);
        if (!(is_stage_group(child->group) || child->timed) || (gathers && !repair))
            return false;
        looks += (child->group == WORDS_DIAGNOSIS || child->group == WORDS_IMMEDIATE) && !gathers;
        repairs += repair;
    }
    /* "Procedure" alone is called by the page's name */
    return (looks > 0 && repairs > 0) || (working == 1 && nameless == 1);
}

/* Its child headings are parts of it, not procedures of their own. */
static bool has_phases(const struct reading *reading, size_t h)
{
    const struct section *section = &reading->sections[h];
    struct children count = count_children(reading, h);

    if (section->single && reading->document->blocks.at[h].level == 1)
        return true;
    if (count.collections || section->excluded)
        return false;
    if (section->group == WORDS_POST_INCIDENT && !section->collection && section->has_children)
        return section->any_steps;
    if (section->page && count.stages >= 2 && count.placed == count.all && count.core > 0)
        return true;
    if (section->collection)
        return count.core_leaves >= 2 && count.core_leaves == count.core && count.particular == 0;
    if (count.numbered >= 2)
        return true;
    if (count.core == 1 && count.gathering == 1)
        return false;
    return count.core >= 1 && !is_stage_group(section->group);
}

/* ---- Reading one procedure ---- */

static void read_child(const struct reading *reading, struct procedure_writer *writer, size_t h,
                       enum stage stage, bool deep);

static void read_children(const struct reading *reading, struct procedure_writer *writer, size_t h,
                          enum stage stage, bool deep)
{
    size_t end = reading->document->blocks.at[h].end;

    for (size_t c = reading->sections[h].own_end; c < end; c = child_next(reading, c, end))
        read_child(reading, writer, c, stage, deep);
}

static bool is_apart(const struct reading *reading, size_t h)
{
    const struct section *section = &reading->sections[h];

    if (section->single)
        return false;
    return has_phases(reading, h) ||
           (section->collection && section->has_children && !is_stage_group(section->group));
}

static void read_child(const struct reading *reading, struct procedure_writer *writer, size_t h,
                       enum stage stage, bool deep)
{
    const struct section *section = &reading->sections[h];
    const struct block *block = &reading->document->blocks.at[h];
    bool names_phase = is_stage_group(section->group) || section->numbered || section->timed || !deep;

    if (!section->numbered && !is_stage_group(section->group) && is_apart(reading, h))
        return;
    if (is_stage_group(section->group))
        stage = stage_of(section->group);
    if (section->group == WORDS_SEVERITY)
        severity_state(writer->arena, writer->procedure, block->prose.text, block->line);
    if (names_phase)
        phase_announce(writer, block->prose.text, stage, block->line);
    content_read(writer, h + 1, section->content_end, section->group);
    if (!section->excluded)
        read_children(reading, writer, h, stage, !(section->single && section->collection));
}

static struct procedure *procedure_start(const struct reading *reading, const char *title, size_t path_of,
                                         int line)
{
    struct procedure *procedure = list_push(reading->arena, &reading->runbook->procedures);

    procedure->title = title_without_limits(reading->arena, title);
    procedure->id = text_slug(reading->arena, procedure->title);
    procedure->heading_path = document_path(reading->arena, reading->document, path_of);
    procedure->line = line;
    procedure->line_end = line;
    procedure->budget_s = UNSTATED;
    return procedure;
}

/* "P1 Data breach", "Full outage (SEV-1)". "S3" in a title is a storage, so a lone S does not count. */
static void severity_of_title(const struct reading *reading, struct procedure *procedure, int line)
{
    size_t at;

    if (severity_find(reading->arena, procedure->title, NULL, &at, NULL) &&
        strchr("PpSs", procedure->title[at]) &&
        !(procedure->title[at] == 'S' && strncasecmp(procedure->title + at, "sev", 3) != 0))
        severity_state(reading->arena, procedure, procedure->title, line);
}

/* What a heading above states holds for the procedures below it that state nothing. */
static void severity_from_above(const struct reading *reading, struct procedure *procedure, size_t heading)
{
    for (size_t h = heading; h != NO_BLOCK && procedure->severity == NULL;
         h = reading->document->blocks.at[h].heading) {
        const struct section *section = &reading->sections[h];
        if (section->severity)
            severity_state(reading->arena, procedure, section->severity, section->severity_line);
    }
}

static int last_line(const struct reading *reading, size_t first, size_t end)
{
    int line = 0;

    for (size_t i = first; i < end; i++)
        if (reading->document->blocks.at[i].kind != BLOCK_RULE &&
            reading->document->blocks.at[i].line_end > line)
            line = reading->document->blocks.at[i].line_end;
    return line;
}

static void procedure_finish(const struct reading *reading, struct procedure *procedure, size_t first,
                             size_t end)
{
    int line = last_line(reading, first, end);

    if (line > procedure->line_end)
        procedure->line_end = line;
    severity_of_title(reading, procedure, procedure->line);
    severity_from_above(reading, procedure,
                        reading->document->blocks.at[first].kind == BLOCK_HEADING
                            ? first
                            : reading->document->blocks.at[first].heading);
    if (procedure->phases.n == 0)
        reading->runbook->procedures.n--; /* nothing to do in it */
}

/* "Data recovery" with the one label "Backup restoration" below it is both. */
static void join_title(const struct reading *reading, const struct procedure_writer *writer,
                       struct procedure *procedure)
{
    if (writer->n_plain_labels != 1 || procedure->phases.n != 1 || procedure->phases.at[0].name == NULL)
        return;
    enum words group = words_heading(procedure->phases.at[0].name);
    if (is_stage_group(group) && words_are(group, procedure->phases.at[0].name))
        return; /* another label was the plain one, and nothing followed it */
    if (sentence_is_order(procedure->phases.at[0].name) || procedure->phases.at[0].line == procedure->line)
        return;
    procedure->title = arena_printf(reading->arena, "%s: %s", procedure->title, procedure->phases.at[0].name);
    procedure->id = text_slug(reading->arena, procedure->title);
}

static void read_own(const struct reading *reading, size_t h, bool with_children)
{
    const struct block *block = &reading->document->blocks.at[h];
    const struct section *section = &reading->sections[h];
    struct procedure *procedure = procedure_start(reading, block->prose.text, h, block->line);
    struct procedure_writer writer;
    int64_t low;
    const char *op;

    writer_start(reading, reading->arena, procedure, &writer);
    phase_announce(&writer, NULL, stage_of(section->group), block->line);
    writer.suspects = words_occur(WORDS_SUSPECTS, block->prose.text);
    if (title_budget(reading->arena, block->prose.text, &procedure->budget_s, &low, &op))
        phase_announce(&writer, block->prose.text, stage_of(section->group), block->line);
    content_read(&writer, h + 1, section->content_end, section->group);
    if (with_children)
        read_children(reading, &writer, h, stage_of(section->group), false);
    else
        join_title(reading, &writer, procedure);
    procedure_finish(reading, procedure, h, with_children ? block->end : section->own_end);
}

/* ---- Procedures that open among blocks ---- */

static void read_cut(const struct reading *reading, const struct cut *cut, size_t end)
{
    const struct block *block = &reading->document->blocks.at[cut->block];
    struct procedure *procedure = procedure_start(reading, cut->title, block->heading, cut->line);
    struct procedure_writer writer;
    enum words group = block->heading != NO_BLOCK ? reading->sections[block->heading].group : WORDS_NONE;
    size_t first = cut->kind == CUT_TROUBLE ? cut->block + 1 : cut->block;

    writer_start(reading, reading->arena, procedure, &writer);
    const char *phase = cut->kind == CUT_TROUBLE ? cut->title : NULL;
    if (phase && block->heading != NO_BLOCK && reading->sections[block->heading].collection)
        phase =
            reading->document->blocks.at[block->heading].prose.text; /* the part that gathers the troubles */
    phase_announce(&writer, phase, stage_of(group), cut->line);
    if (cut->kind == CUT_ITEM)
        content_read_item(&writer, cut->block);
    else
        content_read(&writer, first, end, WORDS_NONE);
    procedure_finish(reading, procedure, cut->block, cut->kind == CUT_ITEM ? block->end : end);
}

static void read_cuts(const struct reading *reading, size_t first, size_t end)
{
    struct cuts cuts = {0};

    content_cuts(reading->arena, reading->document, first, end, &cuts);
    for (size_t i = 0; i < cuts.n; i++)
        read_cut(reading, &cuts.at[i], i + 1 < cuts.n ? cuts.at[i + 1].block : end);
}

/* ---- The whole document ---- */

static void visit(const struct reading *reading, size_t h, bool inside)
{
    const struct section *section = &reading->sections[h];
    size_t end = reading->document->blocks.at[h].end;
    bool phases = has_phases(reading, h);

    if (!inside && !section->excluded && phases)
        read_own(reading, h, true);
    else if (!inside && section->own_steps && section->content_end > h + 1)
        read_own(reading, h, false);
    if (!section->excluded)
        read_cuts(reading, h + 1, section->own_end);
    for (size_t c = section->own_end; c < end; c = child_next(reading, c, end)) {
        const struct section *child = &reading->sections[c];
        bool apart = !child->numbered && !is_stage_group(child->group) && is_apart(reading, c);
        visit(reading, c, (inside || phases) && !apart);
    }
}

/* Steps above the first heading belong to the document itself. */
static void read_preface(const struct reading *reading)
{
    size_t end = next_section(reading, 0, reading->document->blocks.n);
    struct procedure_writer writer;

    if (end == 0 || !has_own_steps(reading, 0, end, WORDS_NONE, NULL))
        return;
    const struct block *first = &reading->document->blocks.at[0];
    const char *title = reading->runbook->title ? reading->runbook->title : reading->runbook->file;
    struct procedure *procedure = procedure_start(reading, title ? title : "", NO_BLOCK, first->line);
    writer_start(reading, reading->arena, procedure, &writer);
    content_read(&writer, 0, end, WORDS_NONE);
    procedure_finish(reading, procedure, 0, end);
}

/* By line, whether a step stands there. */
static const bool *lines_of_steps(const struct reading *reading)
{
    bool *steps = arena_alloc(reading->arena, reading->document->lines.n + 2);

    list_each (procedure, &reading->runbook->procedures)
        list_each (phase, &procedure->phases)
            list_each (step, &phase->steps)
                steps[step->line] = true;
    return steps;
}

/* A table of symptoms that is no part of a procedure: one a row. */
static void read_rows(const struct reading *reading, size_t t, const bool *steps)
{
    const struct block *table = &reading->document->blocks.at[t];
    bool closed = table->heading != NO_BLOCK && reading->sections[table->heading].excluded;
    struct symptom_columns columns;
    struct procedure_writer writer;

    if (closed || table->rows.n == 0 || !table_of_symptoms(reading->arena, table, &columns) ||
        steps[table->rows.at[0].line])
        return;
    list_each (row, &table->rows) {
        if (row->cells[columns.symptom].text[0] == '\0' || row->cells[columns.action].text[0] == '\0')
            continue;
        struct procedure *procedure =
            procedure_start(reading, row->cells[columns.symptom].text, table->heading, row->line);
        writer_start(reading, reading->arena, procedure, &writer);
        phase_announce(&writer, NULL, STAGE_RESOLUTION, row->line);
        symptom_of_row(&writer, table, row, &columns);
        steps_of_row(&writer, &row->cells[columns.action]);
        severity_from_above(reading, procedure, table->heading);
        if (procedure->phases.n == 0)
            reading->runbook->procedures.n--;
    }
}

static int compare_lines(const void *a, const void *b)
{
    const struct procedure *left = a, *right = b;

    return (left->line > right->line) - (left->line < right->line);
}

void procedures_read(struct arena *arena, struct runbook *runbook)
{
    scoped_arena struct arena *scratch = arena_new();
    struct reading reading = {
        .arena = arena, .runbook = runbook, .document = runbook->document, .scratch = scratch};
    size_t n = reading.document->blocks.n;

    sections_read(&reading);
    for (size_t h = next_section(&reading, 0, n); h < n; h = child_next(&reading, h, n))
        if (is_one_trouble(&reading, h))
            for (size_t i = h; i < reading.document->blocks.at[h].end; i++)
                reading.sections[i].single = true;
    read_preface(&reading);
    for (size_t h = next_section(&reading, 0, n); h < n; h = child_next(&reading, h, n))
        visit(&reading, h, false);
    const bool *steps = lines_of_steps(&reading);
    for (size_t i = 0; i < n; i++)
        if (reading.document->blocks.at[i].kind == BLOCK_TABLE)
            read_rows(&reading, i, steps);
    if (runbook->procedures.n > 1)
        qsort(runbook->procedures.at, runbook->procedures.n, sizeof *runbook->procedures.at, compare_lines);
}
