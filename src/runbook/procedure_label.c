/* What stands in front of a passage of a procedure and says what follows: "**Symptoms**:", "Triage" on a line
 * of its own, "Likely causes, most likely first:". */
#include "runbook/procedure_label.h"

#include <ctype.h>
#include <string.h>

#include "runbook/procedure_priv.h"
#include "runbook/text.h"

/* "**Likely causes**, most likely first:" is as good as "**Likely causes**:". */
static bool introduces(const struct passage *passage)
{
    enum { MORE_BYTES = 60 };
    size_t n = strnlen(passage->rest, MORE_BYTES + 1);
    enum words group = words_heading(passage->lead);

    return n > 1 && n <= MORE_BYTES && passage->rest[0] == ',' && passage->rest[n - 1] == ':' &&
           group != WORDS_NONE && words_are(group, passage->lead);
}

/* "Triage" or "Likely causes" on a line of its own, without marks and colon. */
static bool names_part(const char *text)
{
    enum { NAME_BYTES = 30 };
    if (strnlen(text, NAME_BYTES) == NAME_BYTES || !isupper((unsigned char)text[0]))
        return false;
    enum words group = words_heading(text);
    bool informs = group >= WORDS_SYMPTOMS && group <= WORDS_TRIGGERS;
    return (informs || is_stage_group(group)) && words_are(group, text);
}

bool passage_label(struct arena *arena, const struct passage *passage, struct label *ret_label)
{
    const char *label, *rest;

    ret_label->line = passage->line;
    if (passage->lead) {
        ret_label->alone = passage->rest[0] == '\0';
        ret_label->text = passage->lead;
        ret_label->rest = passage->rest;
        ret_label->rest_at = passage->rest_at;
        if (introduces(passage)) {
            ret_label->alone = true;
            ret_label->rest = "";
            return true;
        }
        return passage->colon || ret_label->alone || passage->rest[0] == '(';
    }
    if (names_part(passage->rest)) {
        *ret_label = (struct label){passage->rest, "", passage->rest_at, passage->line, true};
        return true;
    }
    if (!text_label(arena, passage->rest, &label, &rest) || !isupper((unsigned char)label[0]))
        return false;
    ret_label->text = label;
    ret_label->rest = rest;
    ret_label->rest_at = passage->at + (size_t)(rest - passage->rest);
    ret_label->alone = rest[0] == '\0';
    enum words group = words_heading(label);
    bool known = group == WORDS_SYMPTOMS || group == WORDS_CAUSES || group == WORDS_TRIGGERS ||
                 group == WORDS_SEVERITY || is_stage_group(group);
    return known && (words_are(group, label) || (ret_label->alone && words_begin(group, label)));
}

enum words label_group(const char *label)
{
    enum words group = words_heading(label);

    if (words_begin(WORDS_VERBS, label) && !words_are(group, label))
        return is_stage_group(group) ? group : WORDS_NONE;
    return group;
}

bool label_is_bracket(const char *text)
{
    size_t n = strlen(text);

    while (n > 0 && (text[n - 1] == ':' || text[n - 1] == ' '))
        n--;
    return n > 1 && text[0] == '(' && text[n - 1] == ')';
}
