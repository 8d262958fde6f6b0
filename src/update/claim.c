/* Which claims stand: a sentence that makes one leaves only when somebody or something is behind it. */
#include <string.h>

#include "update/update_priv.h"

static bool has_finding(const struct draft_input *input, const char *topic)
{
    if (input->findings)
        list_each (finding, input->findings)
            if (strcmp(finding->topic, topic) == 0)
                return true;
    return false;
}

static bool stands_behind(const struct draft_input *input, const char *claim)
{
    if (input->behind)
        list_each (name, input->behind)
            if (strcmp(*name, claim) == 0 || strcmp(*name, "all") == 0)
                return true;
    return false;
}

static bool is_established(const struct draft_input *input, const char *claim)
{
    bool over = input->incident->state >= INCIDENT_RESOLVED;
    return has_finding(input, claim) || stands_behind(input, claim) ||
           (over && (strcmp(claim, "resolved") == 0 || strcmp(claim, "eta") == 0));
}

const char *claim_open(const char *sentence, const struct draft_input *input)
{
    size_t n = strlen(sentence);
    const char *claim = NULL;
    while ((claim = claim_next(sentence, n, claim)))
        if (!is_established(input, claim))
            return claim;
    return NULL;
}
