#include "runner/look_command.h"

#include <string.h>

#include "base/list.h"
#include "runbook/risk.h"

/* Bounds what comes back; those beyond are the less drifted ones. */
#define LARGEST "40"

static void add_option(struct arena *arena, struct strings *words, const char *option, const char *value)
{
    if (!value)
        return;
    strings_add(arena, words, option);
    strings_add(arena, words, value);
}

static const char *const *drift_arguments(struct arena *arena, const struct config_check *check)
{
    struct strings words = {0};
    strings_add(arena, &words, "crashcart");
    strings_add(arena, &words, "drift");
    strings_add(arena, &words, "--json");
    add_option(arena, &words, "--largest", LARGEST);
    add_option(arena, &words, "--profile", check->drift.profile);
    add_option(arena, &words, "--pin", check->drift.pin);
    add_option(arena, &words, "--reference", check->drift.reference);
    add_option(arena, &words, "--current", check->drift.current);
    if (check->drift.max_age_s)
        add_option(arena, &words, "--max-age",
                   arena_printf(arena, "%llds", (long long)check->drift.max_age_s));
    if (check->drift.reference) { /* a profile has these */
        add_option(arena, &words, "--segment", check->drift.segment);
        add_option(arena, &words, "--time", check->drift.time);
        add_option(arena, &words, "--score", check->drift.score);
        add_option(arena, &words, "--label", check->drift.label);
    }
    *list_push(arena, &words) = NULL;
    return words.at;
}

const char *look_command_find(struct arena *arena, const struct config_check *check,
                              struct look_command *ret_command)
{
    *ret_command = (struct look_command){0};
    if (check->drift.line) {
        ret_command->arguments = drift_arguments(arena, check);
        ret_command->is_look = true;
        return NULL;
    }
    if (!check->command.line)
        return "it runs no program";
    const char *text = check->command.run;
    struct risk risk = risk_of_command(arena, risk_rules_in_force(), text, strlen(text));
    if (!check->command.allow && (risk.class != RISK_READ || risk.unfilled))
        return arena_printf(arena, "its command is not run: it is classed %s (%s); allow: true would run it",
                            risk_name(risk.class), risk.why);
    ret_command->text = text;
    ret_command->is_look = risk.class == RISK_READ && !risk.unconfined;
    return NULL;
}
