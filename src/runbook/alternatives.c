#include "runbook/alternatives.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/text.h"

enum { NUMBER_MOST = 26 };

/* Behind "Option", "Option ", "Option #": 1 to 26, or A to Z; 0: something else. */
static int number_of(const char *text)
{
    while (*text == ' ' || *text == '#')
        text++;
    int number = 0;
    const char *end = text;
    if (isdigit((unsigned char)*text)) {
        for (; isdigit((unsigned char)*end) && end - text < 3; end++)
            number = number * 10 + (*end - '0');
    } else if (isalpha((unsigned char)*text)) {
        number = toupper((unsigned char)*text) - 'A' + 1;
        end++;
    }
    if (isalnum((unsigned char)*end))
        return 0;
    return number <= NUMBER_MOST ? number : 0;
}

static bool is_word_end(char c)
{
    return c == '\0' || strchr(" :,-.#(", c) != NULL;
}

int alternative_of(const char *heading)
{
    static const char *const numbered[] = {"option",  "alternative", "method",  "approach",
                                           "variant", "choice",      "solution"};
    static const char *const others[] = {"or", "alternatively", "alternative"};
    const char *text = heading + strspn(heading, " *_-");
    if (*text == '\0' || strchr("aAcCmMoOsSvV", *text) == NULL)
        return ALTERNATIVE_NONE; /* none of them begins so */
    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
        size_t n_bytes = strlen(numbered[i]);
        if (text_starts_with(text, numbered[i]) && is_word_end(text[n_bytes]) && number_of(text + n_bytes))
            return number_of(text + n_bytes);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const char *behind = text + strlen(others[i]);
        /* In lower case it goes on with the sentence of the comment above. */
        if (text_starts_with(text, others[i]) && is_word_end(*behind) &&
            (isupper((unsigned char)*text) || behind[strspn(behind, " :,.")] == '\0'))
            return ALTERNATIVE_OR;
    }
    return ALTERNATIVE_NONE;
}

const char *alternative_heading(const struct step *step)
{
    const char *text = step->text ? step->text : "";
    const char *comment = step->commands.n ? step->commands.at[0].comment : NULL;
    return comment && !alternative_of(text) ? comment : text;
}

bool alternative_follows(const char *heading, const char *next)
{
    int first = alternative_of(heading), second = alternative_of(next);
    return second == ALTERNATIVE_OR || (first > 0 && second == first + 1);
}

bool step_asks(const struct step *step)
{
    list_each (command, &step->commands)
        if (command->line == step->line)
            return false;
    return step->condition && (step->kind == STEP_DECISION || step->commands.n || step->substeps.n);
}
