/* What the risk of a command says, and what two commands of a document say together. */
#include <ctype.h>
#include <string.h>

#include "base/map.h"
#include "runbook/lint_priv.h"

/* NAME=$(...), > FILE and what changes something hand the output on; the transcript does not have it. */
static bool shows_output(const struct lint_command *command)
{
    const struct risk *risk = &command->command->risk;
    const char *text = command->text + strspn(command->text, " \t");
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_')
        n++;
    bool kept = n > 0 && text[n] == '=' && strchr("$\"`", text[n + 1]);
    return !kept && risk->writes_files.n == 0 && (risk->class == RISK_READ || risk->class == RISK_UNKNOWN);
}

static bool in_background(const char *text)
{
    size_t n = strlen(text);
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        n--;
    return n > 1 && text[n - 1] == '&' && text[n - 2] != '&';
}

static void risk_check(struct lint *lint, const struct lint_command *command)
{
    const struct risk *risk = command->command ? &command->command->risk : NULL;
    if (!risk)
        return;
    if (risk->endless && !in_background(command->text))
        lint_add_level(lint, "non-terminating", command->followed ? NULL : "info", command->line,
                       command->text);
    if (risk->wants_terminal)
        lint_add(lint, "needs-tty", command->line, 1, command->text);
    if (risk->sensitive && shows_output(command))
        lint_add(lint, "sensitive-output", command->line, 1, risk->part ? risk->part : command->text);
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.';
}

/* The word that ends before `end`, at the start of the text or behind no other word's part. */
static size_t word_before(const char *text, const char *end)
{
    size_t n = 0;
    while (end - n > text && in_word(end[-(ptrdiff_t)n - 1]))
        n++;
    return n;
}

/* Names of pods that only a statefulset makes: NAME-0. */
static void ordinals_gather(const char *text, struct map *names)
{
    for (const char *at = text; (at = strstr(at, "-0")); at += 2) {
        size_t n = in_word(at[2]) ? 0 : word_before(text, at);
        if (n > 0 && isalpha((unsigned char)at[-(ptrdiff_t)n]))
            map_put(names, at - n, n, names);
    }
}

/* "kubectl scale deployment NAME", also with a slash. */
static void scale_check(struct lint *lint, const struct lint_command *command, const struct map *names)
{
    static const char *const forms[] = {"scale deployment ", "scale deployment/", "scale deploy ",
                                        "scale deploy/"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *found = strstr(command->text, forms[i]);
        if (!found)
            continue;
        const char *name = found + strlen(forms[i]);
        size_t n = 0;
        while (in_word(name[n]))
            n++;
        if (n > 0 && map_get(names, name, n))
            lint_add(lint, "inconsistent-kind", command->line, 1, arena_strndup(lint->arena, name, n));
    }
}

/* Each <name> once, unless the running text says where it comes from. */
static void placeholders_check(struct lint *lint, const struct lint_command *command, struct map *known)
{
    for (const char *open = command->text; (open = strchr(open, '<'));) {
        size_t n = 1;
        while (in_word(open[n]) || open[n] == ' ')
            n++;
        if (open[n] == '>' && n > 2 && isalpha((unsigned char)open[1]) && !map_get(known, open, n + 1)) {
            int line = command->line;
            for (const char *at = command->text; at < open; at++)
                line += *at == '\n';
            map_put(known, open, n + 1, known);
            lint_add(lint, "undefined-placeholder", line, 1, arena_strndup(lint->arena, open, n + 1));
        }
        open += n;
    }
}

/* Placeholders that the text outside of fences names. */
static void explained_gather(const struct lint *lint, struct map *known)
{
    list_each (block, &lint->document->blocks)
        list_each (span, &block->prose.spans)
            if (span->kind == SPAN_CODE && span->exact && span->exact[0] == '<')
                map_put(known, span->exact, strlen(span->exact), known);
}

void lint_command(struct lint *lint)
{
    struct map *names = map_new(), *known = map_new();
    explained_gather(lint, known);
    list_each (command, &lint->commands) {
        risk_check(lint, command);
        ordinals_gather(command->text, names);
        placeholders_check(lint, command, known);
    }
    list_each (command, &lint->commands)
        scale_check(lint, command, names);
    map_free(names);
    map_free(known);
}
