#pragma once
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
const char *step_must_ask(const struct risk *risk)
{
    return risk->class == RISK_READ ? NULL : "it changes something";
}
static const char *const names[] = {"waiting", "held",      "queued",        "starting",
                                    "running", "succeeded", "failed",        "timed_out",
                                    "refused", "denied",    "effect_unknown"};
const char *step_state_name(enum step_state state)
{
    return names[state];
}
int step_state_of(const char *name)
{
    for (int i = 0; i < N_STEP_STATES; i++)
        if (!strcmp(names[i], name))
            return i;
    return -1;
}
