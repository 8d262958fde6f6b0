/* Telling names: of a key, a column, a heading. `DB_PASSWORD`, `dbPassword` and `db password` are one name.
 */
#include <string.h>

#include "runner/redact_priv.h"

enum { NAME_BYTES = 64 };

/* Letters and digits in lower case; 0 when it is none or too long to be a name. */
static size_t squeeze(const char *text, size_t n_bytes, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        char c = text[i];
        bool capital = c >= 'A' && c <= 'Z';
        if (!capital && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            continue;
        if (n == NAME_BYTES)
            return 0;
        out[n++] = capital ? (char)(c + 32) : c;
    }
    return n;
}

static bool name_is(const struct redact_name *name, const char *squeezed, size_t n)
{
    if (name->n_bytes > n || (!name->ends && name->n_bytes != n))
        return false;
    return memcmp(squeezed + n - name->n_bytes, name->text, name->n_bytes) == 0;
}

const struct redact_names *redact_names_find(const struct redact_rules *rules, const char *text,
                                             size_t n_bytes, unsigned place)
{
    char squeezed[NAME_BYTES];
    size_t n = squeeze(text, n_bytes, squeezed);
    if (!n)
        return NULL;
    list_each (names, &rules->names) {
        if (!(names->places & place))
            continue;
        list_each (name, &names->list)
            if (name_is(name, squeezed, n))
                return names;
    }
    return NULL;
}

bool redact_value_counts(struct redact_state *state, pcre2_code *unless, const char *text, size_t n_bytes)
{
    /* What was masked before, as a whole or up to the bracket or blank in it. */
    static const char mark[] = "[redacted:", inside[] = "redacted: ";
    bool is_mark = n_bytes >= sizeof mark - 1 &&
                   (memcmp(text, mark, sizeof mark - 1) == 0 || memcmp(text, inside, sizeof inside - 1) == 0);
    if (!n_bytes || is_mark)
        return false;
    return !unless || redact_match(state, unless, text, n_bytes, 0, 0) < 0;
}
