/* One document, read: title, procedures, levels, the other lists. */
#include "runbook/runbook.h"

#include <ctype.h>
#include <string.h>

#include "runbook/command.h"
#include "runbook/document.h"
#include "runbook/parts_read.h"
#include "runbook/procedure.h"
#include "runbook/procedure_priv.h"
#include "runbook/severity.h"
#include "runbook/text.h"

static void read_title(struct arena *arena, struct runbook *runbook)
{
    const struct document *document = runbook->document;

    list_each (entry, &document->front_matter) {
        if (!text_same(entry->key, "title"))
            continue;
        runbook->title = entry->value;
        runbook->title_line = entry->line;
        return;
    }
    for (int level = 1; level <= 6; level++) {
        list_each (block, &document->blocks) {
            if (!is_section(block) || block->level != level || block->prose.text[0] == '\0')
                continue;
            runbook->title = text_without_decoration(arena, block->prose.text, NULL);
            runbook->title_line = block->line;
            return;
        }
    }
}

/* "... in the Chest X-Ray Detector system": capitalised words before a word for a system, in the first prose.
 */
static const char *system_in(struct arena *arena, const char *text)
{
    static const char *const nouns[] = {" system", " platform", " service", " backend", " application"};

    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
        const char *noun = strstr(text, nouns[i]);
        if (noun == NULL)
            continue;
        const char *first = noun;
        for (const char *word = noun; word > text;) {
            while (word > text && word[-1] != ' ')
                word--;
            if (!isupper((unsigned char)*word) && !isdigit((unsigned char)*word))
                break;
            first = word;
            word -= word > text;
        }
        if (first < noun && strchr(arena_strndup(arena, first, (size_t)(noun - first)), ' '))
            return arena_strndup(arena, first, (size_t)(noun - first));
    }
    return NULL;
}

enum { INTRODUCTION_BLOCKS = 6 };

static void read_system(struct arena *arena, struct runbook *runbook)
{
    const struct document *document = runbook->document;

    for (size_t i = 0; i < document->blocks.n && i < INTRODUCTION_BLOCKS; i++)
        if (document->blocks.at[i].kind == BLOCK_PARAGRAPH && runbook->system_name == NULL &&
            strlen(document->blocks.at[i].prose.text) < 2000)
            runbook->system_name = system_in(arena, document->blocks.at[i].prose.text);
}

struct runbook *runbook_read(struct arena *arena, const char *file, const char *bytes, size_t n_bytes)
{
    struct runbook *runbook = arena_alloc(arena, sizeof *runbook);
    struct document *document = document_read(arena, bytes, n_bytes);

    fences_read(arena, document);
    runbook->file = file;
    runbook->bytes = bytes;
    runbook->n_bytes = n_bytes;
    runbook->document = document;
    runbook->n_lines = (int)runbook->document->lines.n;
    runbook->parts.review_due_s = UNSTATED;
    runbook->parts.review_due_min_s = UNSTATED;
    read_title(arena, runbook);
    read_system(arena, runbook);
    procedures_read(arena, runbook);
    severities_read(arena, runbook);
    procedures_complete(arena, runbook);
    runbook_read_parts(arena, runbook);
    severities_take_rules(runbook);
    return runbook;
}

/* Equal but for case and marks: "sev1", "SEV-1", "Sev 1". */
static bool same_id(const char *a, const char *b)
{
    for (;;) {
        while (*a && !isalnum((unsigned char)*a) && (unsigned char)*a < 0x80)
            a++;
        while (*b && !isalnum((unsigned char)*b) && (unsigned char)*b < 0x80)
            b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (*a == '\0')
            return true;
        a++;
        b++;
    }
}

const struct severity *runbook_severity(const struct runbook *runbook, const char *id)
{
    for (size_t i = 0; id && i < runbook->severities.n; i++)
        if (same_id(runbook->severities.at[i].id, id))
            return &runbook->severities.at[i];
    return NULL;
}

/* The step a walk stands on: substep_at_ 0 is the step itself, n its n-th substep. */
static const struct step *walk_step(const struct command_walk *walk, const struct phase *phase)
{
    const struct step *step = &phase->steps.at[walk->step_at_];

    return walk->substep_at_ == 0 ? step : &step->substeps.at[walk->substep_at_ - 1];
}

bool procedure_next_command(const struct procedure *procedure, struct command_walk *walk)
{
    while (walk->phase_at_ < procedure->phases.n) {
        const struct phase *phase = &procedure->phases.at[walk->phase_at_];
        if (walk->step_at_ >= phase->steps.n) {
            walk->phase_at_++;
            walk->step_at_ = 0;
            continue;
        }
        const struct step *step = walk_step(walk, phase);
        if (walk->command_at_ < step->commands.n) {
            walk->phase = phase;
            walk->step = step;
            walk->command = &step->commands.at[walk->command_at_++];
            return true;
        }
        walk->command_at_ = 0;
        if (walk->substep_at_ < phase->steps.at[walk->step_at_].substeps.n) {
            walk->substep_at_++;
        } else {
            walk->substep_at_ = 0;
            walk->step_at_++;
        }
    }
    return false;
}
