/* What follows from a procedure that is read: the kind, the class of each command, and a severity by the
 * words of the levels where none is stated. */
#include "runbook/procedure.h"

#include <ctype.h>
#include <string.h>

#include "base/map.h"
#include "runbook/alternatives.h"
#include "runbook/command_context.h"
#include "runbook/heading_words.h"
#include "runbook/risk.h"
#include "runbook/text.h"

static const char *const kinds[] = {"security",    "emergency", "post_incident", "drill",     "testing",
                                    "maintenance", "alert",     "mitigation",    "lifecycle", "reference"};

static const char *kind_of(const struct procedure *procedure)
{
    const char *texts[4];
    size_t n = 0;
    uint64_t named = 0;

    texts[n++] = procedure->title;
    /* The document's own title (path 0) names its subject, not the kind of each procedure in it. */
    for (size_t i = procedure->heading_path.n; i-- > 1 && n < 4;)
        texts[n++] = procedure->heading_path.at[i];
    for (size_t i = 0; i < n; i++)
        named |= words_in(texts[i], WORDS_KIND_SECURITY, WORDS_LAST_KIND);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (named >> i & 1)
            return kinds[i];
    return procedure->symptoms.n > 0 ? "symptom" : "recipe";
}

/* What a document's commands may cost together. No person writes so many, or so long ones: the parser's error
 * recovery takes the square of a command's length, and would hold up the reader for minutes. */
enum { CLASSED_COMMANDS = 20000, SQUARE_BYTES_A_COMMAND = 1024 * 1024 };

/* The class of a text, found once: a tenth of the commands of a document stands in it more than once. */
struct classing {
    struct arena *arena;
    struct map *known; /* text -> struct risk */
    size_t n_classed;  /* of CLASSED_COMMANDS */
};

static const struct risk *class_of(struct classing *classing, const char *text, size_t n_bytes)
{
    struct risk *risk = map_get(classing->known, text, n_bytes);
    if (risk == NULL) {
        risk = arena_alloc(classing->arena, sizeof *risk);
        *risk = risk_of_command(classing->arena, risk_rules_in_force(), text, n_bytes);
        map_put(classing->known, text, n_bytes, risk);
    }
    return risk;
}

static void class_commands(struct classing *classing, const struct procedure *procedure, struct step *step)
{
    static const struct risk not_looked_at = {
        .class = RISK_UNKNOWN,
        .why = "the document holds more commands than can be looked at, and this is one of those left over",
    };

    list_each (command, &step->commands) {
        size_t n_bytes = strlen(command->text);
        classing->n_classed += 1 + n_bytes * n_bytes / SQUARE_BYTES_A_COMMAND;
        command->risk = classing->n_classed > CLASSED_COMMANDS ? not_looked_at
                                                               : *class_of(classing, command->text, n_bytes);
    }
    if (classing->n_classed <= CLASSED_COMMANDS)
        context_weigh(classing->arena, procedure, step);
}

/* ---- Severity by words ---- */

enum { WORD_MIN_BYTES = 4 };

/* How many words of the criterion (of four letters or more) stand in the text, when at least two do, or all.
 */
static int words_shared(const char *text, const char *criterion)
{
    int shared = 0, words = 0;
    char word[64];

    for (const char *s = criterion; *s;) {
        size_t n = 0;
        while (isalnum((unsigned char)s[n]) && n < sizeof word - 1) {
            word[n] = s[n];
            n++;
        }
        word[n] = '\0';
        if (n >= WORD_MIN_BYTES) {
            words++;
            shared += text_find_word(text, word) != NULL;
        }
        s += n > 0 ? n : 1;
    }
    return shared >= 2 || (shared == 1 && words == 1) ? shared : 0;
}

static void try_criteria(const struct severity *level, const struct criterion *criteria, size_t n,
                         const char *text, int *best, const struct severity **ret_level,
                         const char **ret_words)
{
    for (size_t i = 0; i < n; i++) {
        int shared = words_shared(text, criteria[i].text);
        if (shared > *best || (shared == *best && shared > 0 && level->rank < (*ret_level)->rank)) {
            *best = shared;
            *ret_level = level;
            *ret_words = criteria[i].text;
        }
    }
}

static void conclude_severity(struct arena *arena, const struct runbook *runbook, struct procedure *procedure)
{
    const struct severity *found = NULL;
    const char *words = NULL;
    int best = 0;

    if (procedure->severity)
        return;
    list_each (level, &runbook->severities) {
        try_criteria(level, level->examples.at, level->examples.n, procedure->title, &best, &found, &words);
        try_criteria(level, level->criteria.at, level->criteria.n, procedure->title, &best, &found, &words);
    }
    if (found == NULL)
        return;
    procedure->severity = found->id;
    procedure->severity_basis = "inferred";
    procedure->severity_note = arena_printf(arena, "(inferred) the title has words of \"%s\"", words);
    procedure->severity_line = found->line;
}

static void settle_severity(struct arena *arena, const struct runbook *runbook, struct procedure *procedure)
{
    const struct severity *level =
        procedure->severity ? runbook_severity(runbook, procedure->severity) : NULL;

    list_each (other, &runbook->severities)
        if (level == NULL && procedure->severity && other->label &&
            text_same(other->label, procedure->severity))
            level = other;
    if (level)
        procedure->severity = level->id;
    conclude_severity(arena, runbook, procedure);
}

/* Each names the first of those that do the same. */
static void mark_alternatives(struct phase *phase)
{
    for (size_t i = 1; i < phase->steps.n; i++) {
        const struct step *before = &phase->steps.at[i - 1];
        struct step *step = &phase->steps.at[i];
        if (alternative_follows(alternative_heading(before), alternative_heading(step)))
            step->alternative_to = before->alternative_to ? before->alternative_to : before->line;
    }
}

void procedures_complete(struct arena *arena, struct runbook *runbook)
{
    struct classing classing = {.arena = arena, .known = map_new()};

    list_each (procedure, &runbook->procedures) {
        procedure->kind = kind_of(procedure);
        settle_severity(arena, runbook, procedure);
        list_each (phase, &procedure->phases) {
            mark_alternatives(phase);
            list_each (step, &phase->steps) {
                class_commands(&classing, procedure, step);
                list_each (substep, &step->substeps)
                    class_commands(&classing, procedure, substep);
            }
        }
    }
    map_free(classing.known);
}
