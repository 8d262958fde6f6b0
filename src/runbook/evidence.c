#include "runbook/evidence.h"

#include "runbook/heading_words.h"
#include "runbook/way_back.h"

bool procedure_keeps_evidence(const struct procedure *procedure)
{
    bool breach = words_occur(WORDS_BREACH, procedure->title);
    bool patients = words_occur(WORDS_PATIENT_DATA, procedure->title);
    for (size_t i = 0; !breach && patients && i < procedure->heading_path.n; i++)
        breach = i > 0 && words_occur(WORDS_KIND_SECURITY, procedure->heading_path.at[i]);
    return breach || (patients && words_occur(WORDS_KIND_SECURITY, procedure->title));
}

static bool comes_after(enum stage stage)
{
    return stage == STAGE_VERIFICATION || stage == STAGE_POST_INCIDENT || stage == STAGE_REFERENCE ||
           stage == STAGE_COMMUNICATION;
}

bool step_captures_evidence(const struct phase *phase, const struct step *step, const struct command *command)
{
    const char *texts[] = {command ? command->comment : NULL, command ? command->trailing_comment : NULL,
                           step->title, step->text};
    bool said = false;
    if (comes_after(phase->stage))
        return false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        said |= texts[i] && words_occur(WORDS_EVIDENCE, texts[i]);
    return said || (command && command->risk.class == RISK_READ);
}

const char *evidence_lost(struct arena *arena, enum risk_class class, const char *command)
{
    const char *loses = class == RISK_READ ? "" : change_loses(arena, command);
    if (*loses)
        return loses;
    return class == RISK_DESTRUCTIVE ? "what it destroys"
           : class == RISK_UNKNOWN   ? "what nobody can tell: it is not known what it does"
                                     : NULL;
}
