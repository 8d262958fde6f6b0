/* What a template states of its example, and the record knows better: the level of the incident ("P0
 * CRITICAL") and how often updates come ("every 15 minutes"). */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "update/update_priv.h"

static bool begins_word(const char *text, size_t at)
{
    return at == 0 || !(isalnum((unsigned char)text[at - 1]) || text[at - 1] == '-');
}

static bool ends_word(const char *text, size_t n, size_t at)
{
    return at >= n || !isalnum((unsigned char)text[at]);
}

/* ---- levels ---- */

/* " - CRITICAL" behind "P0" is the name of that level, and goes with it. */
static size_t name_behind(const struct severity *level, const char *text, size_t n, size_t at)
{
    size_t n_name = level->label ? strlen(level->label) : 0, from = at;
    while (from < n && strchr(" -:(", text[from]))
        from++;
    return n_name && from > at && n_name <= n - from && strncasecmp(text + from, level->label, n_name) == 0 &&
                   ends_word(text, n, from + n_name)
               ? from + n_name
               : 0;
}

/* "P1 HIGH" for "P0 CRITICAL"; "P1" where the level has no name, or the example none. */
static const char *own_level(struct arena *arena, const struct severity *own, const struct severity *other,
                             const char *example, size_t n_id, size_t n)
{
    size_t n_other = other->label ? strlen(other->label) : 0;
    if (n == n_id || !own->label)
        return own->id;
    char *name = arena_strdup(arena, own->label);
    bool loud = isupper((unsigned char)example[n - n_other]) && isupper((unsigned char)example[n - 1]);
    for (char *c = name; loud && *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return arena_printf(arena, "%s%.*s%s", own->id, (int)(n - n_id - n_other), example + n_id, name);
}

static size_t level_at(struct arena *arena, const struct draft_input *input, const char *text, size_t n,
                       size_t at, const char **ret_value)
{
    const char *severity = input->incident->severity;
    const struct severity *own =
        input->runbook && !input->is_public && severity ? runbook_severity(input->runbook, severity) : NULL;
    if (!own)
        return 0;
    list_each (level, &input->runbook->severities) {
        size_t n_id = strlen(level->id);
        if (n_id > n - at || strncmp(text + at, level->id, n_id) != 0 || !ends_word(text, n, at + n_id) ||
            strcmp(level->id, own->id) == 0)
            continue;
        size_t behind = name_behind(level, text, n, at + n_id), length = behind ? behind - at : n_id;
        *ret_value = own_level(arena, own, level, text + at, n_id, length);
        return length;
    }
    return 0;
}

/* ---- how often ---- */

static size_t unit_at(const char *text, size_t n, int64_t *ret_s)
{
    static const struct {
        const char *word;
        int64_t s;
    } units[] = {{"minutes", 60}, {"minute", 60}, {"mins", 60}, {"min", 60}, {"hours", 3600}, {"hour", 3600}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = strlen(units[i].word);
        if (length <= n && strncasecmp(text, units[i].word, length) == 0 && ends_word(text, n, length)) {
            *ret_s = units[i].s;
            return length;
        }
    }
    return 0;
}

static const char *rhythm_words(struct arena *arena, const struct draft_input *input, char first)
{
    int64_t s = (input->next_us - input->now_us) / US_PER_S, unit_s = s % 3600 == 0 ? 3600 : 60;
    const char *unit = unit_s == 60 ? "minute" : "hour";
    return s < unit_s    ? NULL
           : s == unit_s ? arena_printf(arena, "%cvery %s", first, unit)
                         : arena_printf(arena, "%cvery %lld %ss", first, (long long)(s / unit_s), unit);
}

static size_t rhythm_at(struct arena *arena, const struct draft_input *input, const char *text, size_t n,
                        size_t at, const char **ret_value)
{
    static const char every[] = "every ";
    int64_t number = 0, unit_s = 0;
    size_t i = at + sizeof every - 1;
    if (n - at < sizeof every || strncasecmp(text + at, every, sizeof every - 1) != 0 ||
        !strcasestr(arena_strndup(arena, text, n), "update"))
        return 0;
    for (; i < n && isdigit((unsigned char)text[i]) && number < 1000; i++)
        number = number * 10 + text[i] - '0';
    while (i < n && (text[i] == ' ' || text[i] == '-'))
        i++;
    size_t n_unit = number ? unit_at(text + i, n - i, &unit_s) : 0;
    if (!n_unit || (input->next_us && input->next_us - input->now_us == number * unit_s * US_PER_S))
        return 0;
    *ret_value = input->next_us ? rhythm_words(arena, input, text[at]) : NULL;
    return i + n_unit - at;
}

size_t example_at(struct arena *arena, const struct draft_input *input, const char *text, size_t n, size_t at,
                  const char **ret_value)
{
    if (!begins_word(text, at))
        return 0;
    size_t n_level = level_at(arena, input, text, n, at, ret_value);
    return n_level ? n_level : rhythm_at(arena, input, text, n, at, ret_value);
}
