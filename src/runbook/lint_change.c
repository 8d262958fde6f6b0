/* Changes of a procedure: is there a look after the last one, and a way back from the first that wants one?
 */
#include <ctype.h>
#include <string.h>

#include "runbook/lint_priv.h"
#include "runbook/procedure_priv.h"
#include "runbook/text.h"

enum { LOOKED_AT = 32, LONGEST_WORD = 64 }; /* commands behind a change; letters of a word of one */

/* What the words of a part say of looking again, or of going back. */
static bool says(const struct lint *lint, const struct procedure *procedure, const char *const *words)
{
    for (int line = procedure->line; line <= procedure->line_end; line++) {
        struct source_line source = document_line(lint->document, line);
        const char *text = arena_strndup(lint->arena, source.at, source.n_bytes);
        for (size_t i = 0; words[i]; i++)
            if (strcasestr(text, words[i]))
                return true;
    }
    return false;
}

static bool is_change(const struct risk *risk)
{
    return risk->class == RISK_DESTRUCTIVE || (risk->class == RISK_MUTATE && risk->writes_files.n == 0);
}

/* The next word in lower case: "Disable-NetAdapter" is two. False: there is none. */
static bool word_next(const char **text, char *word)
{
    const char *at = *text;
    size_t n = 0;
    while (*at && !isalnum((unsigned char)*at))
        at++;
    for (; isalnum((unsigned char)*at); at++)
        if (n + 1 < LONGEST_WORD)
            word[n++] = (char)tolower((unsigned char)*at);
    word[n] = '\0';
    *text = at;
    return n > 0;
}

static bool holds_word(const char *text, const char *wanted)
{
    char word[LONGEST_WORD];
    while (word_next(&text, word))
        if (strcmp(word, wanted) == 0)
            return true;
    return false;
}

/* The verb that takes this one back, or NULL. */
static const char *opposite(const char *verb)
{
    static const char *const pairs[][2] = {
        {"set", "unset"},      {"enable", "disable"},  {"stop", "start"},    {"down", "up"},
        {"drain", "uncordon"}, {"cordon", "uncordon"}, {"pause", "resume"},  {"suspend", "resume"},
        {"pause", "unpause"},  {"add", "remove"},      {"add", "delete"},    {"create", "delete"},
        {"apply", "delete"},   {"run", "delete"},      {"remove", "new"},    {"mask", "unmask"},
        {"mount", "umount"},   {"lock", "unlock"},     {"attach", "detach"}, {"hold", "unhold"},
        {"scale", "scale"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (strcmp(pairs[i][0], verb) == 0)
            return pairs[i][1];
        if (strcmp(pairs[i][1], verb) == 0)
            return pairs[i][0];
    }
    return NULL;
}

/* `ceph osd set noout` and later `ceph osd unset noout`: the same program, or cmdlets for the same thing. */
static bool takes_back(const char *change, const char *later)
{
    char word[LONGEST_WORD];
    const char *rest = change;
    if (!word_next(&rest, word))
        return false;
    const char *cmdlet = opposite(word);
    char noun[LONGEST_WORD];
    const char *behind = rest;
    if (cmdlet && *rest == '-' && word_next(&behind, noun))
        return holds_word(later, cmdlet) && holds_word(later, noun);
    if (!holds_word(later, word))
        return false;
    while (word_next(&rest, word)) {
        const char *back = opposite(word);
        if (back && holds_word(later, back))
            return true;
    }
    return false;
}

/* Is it taken back further down? */
static bool is_taken_back(const struct procedure *procedure, const struct command_walk *change)
{
    struct command_walk walk = *change;
    for (int n = 0; n < LOOKED_AT && procedure_next_command(procedure, &walk); n++)
        if (takes_back(change->command->text, walk.command->text))
            return true;
    return false;
}

/* The changes so far, the last of them. */
struct changes {
    const char *at[LOOKED_AT];
    size_t n;
};

static bool takes_one_back(const struct changes *changes, const char *text)
{
    for (size_t i = 0; i < changes->n && i < LOOKED_AT; i++)
        if (takes_back(changes->at[i], text))
            return true;
    return false;
}

/* In a fence, or in a step that tells to run it: what a sentence mentions nobody runs. */
static bool is_told(const struct command_walk *walk)
{
    const struct step *step = walk->step;
    const char *text = step ? step->title ? step->title : step->text : NULL;
    return walk->command->fence_line > 0 || (text && (text[0] == '`' || sentence_is_order(text)));
}

static bool wants_way_back(const struct lint *lint, const struct procedure *procedure,
                           const struct command_walk *walk)
{
    const char *text = walk->command->logical ? walk->command->logical : walk->command->text;
    return is_told(walk) && !lint_cleared(lint, "way-back-missing", text, strlen(text)) &&
           !is_taken_back(procedure, walk);
}

static void changes_check(struct lint *lint, const struct procedure *procedure)
{
    static const char *const looking[] = {"verif", "confirm", "check", "validate", "ensure", "monitor", NULL};
    static const char *const going_back[] = {
        "roll back", "rollback",         "roll-back",      "revert",      "undo",         "restore",
        "back to ",  "backup",           "back up",        "way back",    "scale back",   "re-enable",
        "put back",  "previous version", "original value", "permanently", "irreversible", "irrevocable",
        NULL};
    const struct command *change = NULL, *first = NULL;
    struct changes changes = {0};
    bool looked = false;
    struct command_walk walk = {0};
    while (procedure_next_command(procedure, &walk)) {
        const char *text = walk.command->text;
        if (!change && !is_change(&walk.command->risk))
            continue; /* a look before the first change is none behind it */
        if (lint_cleared(lint, "verification-missing", text, strlen(text)))
            continue;
        if (is_change(&walk.command->risk)) {
            change = is_told(&walk) ? walk.command : change;
            if (!first && !takes_one_back(&changes, text) && wants_way_back(lint, procedure, &walk))
                first = change;
            changes.at[changes.n++ % LOOKED_AT] = text;
            looked = false;
        } else {
            looked = looked || walk.command->risk.class == RISK_READ;
        }
    }
    if (change && !looked && !says(lint, procedure, looking))
        lint_add(lint, "verification-missing", change->line, 1, change->text);
    if (first && !says(lint, procedure, going_back))
        lint_add(lint, "way-back-missing", first->line, 1, first->text);
}

void lint_change(struct lint *lint)
{
    list_each (procedure, &lint->runbook->procedures)
        changes_check(lint, procedure);
}
