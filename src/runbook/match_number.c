/* Names that differ in a number alone: "Queue 2 lag" is no answer to Queue3Lag, nor "Rule 7" to Rule13.
 *
 * The number must stand behind the same word in both, for "HTTP 500 errors" does answer ApiErrors5. A limit
 * tells nothing apart: "Disk above 90 %" answers DiskAbove85, and "Certificate expires in 7 days"
 * CertificateExpires30Days.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "runbook/match_priv.h"
#include "runbook/text.h"

static bool is_number(const char *word)
{
    return isdigit((unsigned char)*word) && word[strspn(word, "0123456789")] == '\0';
}

/* A number of leading zeros is the same one: "node-03". */
static bool same_number(const char *a, const char *b)
{
    a += strspn(a, "0");
    b += strspn(b, "0");
    return strcmp(a, b) == 0;
}

static bool begins_duration(const char *text)
{
    struct duration_words duration;
    return text_duration(text, &duration) && duration.at == 0;
}

/* Whether the number in the text is how much of something: "> 90", "90 %", "7 days". */
static bool is_limit(const char *text, const char *number)
{
    size_t n = strlen(number);
    for (const char *at = strstr(text, number); at; at = strstr(at + 1, number)) {
        if ((at > text && isdigit((unsigned char)at[-1])) || isdigit((unsigned char)at[n]))
            continue;
        const char *before = at;
        while (before > text && before[-1] == ' ')
            before--;
        bool compared = before > text && (strchr("<>=~", before[-1]) || (unsigned char)before[-1] >= 0x80);
        return compared || at[n + strspn(at + n, " ")] == '%' || begins_duration(at);
    }
    return false;
}

static bool asks_for_limit(const struct query_terms *query, size_t i)
{
    char text[2 * WORD_BYTES + 2];
    if (i + 1 == query->n)
        return false;
    snprintf(text, sizeof text, "%s %s", query->words[i].raw, query->words[i + 1].raw);
    return begins_duration(text);
}

static bool is_same_word(const struct query_word *asked, const struct name_word *has)
{
    return (asked->text && asked->text->id == has->text) || (asked->group && asked->group->id == has->group);
}

bool match_other_number(const struct match_index *index, const struct query_terms *query,
                        const struct name *name, const char *text)
{
    for (size_t i = 1; i < query->n; i++) {
        const char *number = query->words[i].raw;
        if (!is_number(number) || query->words[i - 1].class != WORD_CONTENT || asks_for_limit(query, i))
            continue;
        for (size_t k = 1; k < name->n; k++) {
            const char *other = name->words[k].text == NO_TERM ? "" : index->terms[name->words[k].text]->text;
            if (is_number(other) && is_same_word(&query->words[i - 1], &name->words[k - 1]) &&
                !is_same_word(&query->words[i], &name->words[k]) && !same_number(number, other) &&
                !is_limit(text, other))
                return true;
        }
    }
    return false;
}
