/* How the alerts of an incident are worded, but for numbers and the names of machines: of a thousand that one
 * rule raises the first says what all of them say, and only another wording is worth a question. A digit that
 * stands alone counts ("SEV-1"); values that were measured are measured.c's. */
#include <string.h>

#include "engine/engine_priv.h"

/* Of ASCII: a table of the locale would be looked at for each byte of a storm. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word_byte(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static uint64_t add_byte(uint64_t hash, unsigned char byte)
{
    return (hash ^ byte) * UINT64_C(1099511628211); /* FNV-1a */
}

static uint64_t add_text(uint64_t hash, const char *text)
{
    while (*text) {
        size_t n = 0, n_digits = 0;
        for (; is_word_byte(text[n]); n++)
            n_digits += is_digit(text[n]);
        if (n_digits > 1)
            hash = add_byte(hash, '#');
        for (size_t i = 0; n_digits <= 1 && i < n; i++)
            hash = add_byte(hash, (unsigned char)text[i]);
        text += n;
        if (*text)
            hash = add_byte(hash, (unsigned char)*text++);
    }
    return add_byte(hash, 0xff); /* which is no UTF-8 */
}

static uint64_t wording_of(const struct alert *alert)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < alert->n_labels; i++)
        hash = add_text(add_text(hash, alert->labels[i].name), alert->labels[i].value);
    for (size_t i = 0; i < alert->n_annotations; i++)
        hash = add_text(add_text(hash, alert->annotations[i].name), alert->annotations[i].value);
    return hash;
}

bool wording_is_new(struct incident_record *incident, const struct alert *alert)
{
    struct wordings *heard = &incident->wordings;
    uint64_t wording = wording_of(alert);
    for (size_t i = 0; i < heard->n; i++)
        if (heard->of[i] == wording)
            return false;
    if (heard->n < WORDINGS)
        heard->of[heard->n++] = wording;
    return true;
}
