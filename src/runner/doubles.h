#pragma once
#include "runbook/library.h"
static const char *fence_text;
struct runbook *runbook_read(struct arena *arena, const char *file, const char *bytes, size_t n_bytes)
{
    struct runbook *runbook = arena_alloc(arena, sizeof *runbook);
    runbook->file = file;
    const char *open = strstr(bytes, "```bash\n");
    const char *close = strstr(open + 8, "\n```");
    (void)n_bytes;
    struct procedure *procedure = list_push(arena, &runbook->procedures);
    struct phase *phase = list_push(arena, &procedure->phases);
    struct step *step = list_push(arena, &phase->steps);
    struct command *command = list_push(arena, &step->commands);
    command->text = arena_strndup(arena, open + 8, (size_t)(close - open - 8));
    command->line = 5;
    fence_text = command->text;
    command->risk.parses = true;
    command->risk.unfilled = strstr(command->text, "<file-name>") != NULL;
    command->risk.endless = strncmp(command->text, "tail -f", 7) == 0;
    command->risk.class = strncmp(command->text, "echo", 4) == 0 || strncmp(command->text, "sleep", 5) == 0 ||
                                  command->risk.endless
                              ? RISK_READ
                              : RISK_MUTATE;
    return runbook;
}
bool procedure_next_command(const struct procedure *procedure, struct command_walk *walk)
{
    if (walk->command_at_++)
        return false;
    walk->command = procedure->phases.at[0].steps.at[0].commands.at;
    return true;
}
const char *risk_name(enum risk_class risk)
{
    return risk == RISK_READ ? "read" : "mutate";
}
const struct folder_limits library_limits = {.file_bytes = 8 << 20};
#ifdef DOUBLE_LIBRARY

struct library *library_new(const struct folder *folder) { (void)folder; return NULL; }
void library_free(struct library *library) { (void)library; }
const struct runbook *library_find(const struct library *library, const char *file) { (void)library, (void)file; return NULL; }
#endif
