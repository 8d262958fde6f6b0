/* Ladders written as settings (YAML) in a fence below a word of escalation.
 *
 *     - delay: 10m                                - escalation_delay_in_minutes: 15
 *       notify: secondary on-call                   targets: [primary on-call]
 *     - delay: 30m                                - targets:
 *       notify: manager                               - manager
 *
 * A rung begins with a dash. Its time is after how long it is called, or how long it is waited before the
 * next is; which of them says the key (policy/calling.words). Left out: nesting below a rung other than lists
 * of people. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/parts_escalation_priv.h"

enum { CALLS_MOST = 12 };

struct called { /* one rung, and how long it is waited before the next is called */
    struct strings to;
    int64_t wait_s;
    int line;
};
struct calls {
    struct called at[CALLS_MOST];
    size_t n;
};

enum { KEY_BYTES = 60, HOUR_S = 3600, MINUTE_S = 60 };

struct setting {
    size_t indent;
    bool dash;
    const char *key, *value; /* key "" in a list; value without quotes and brackets */
};

struct settings {
    struct calls calls;
    int64_t after_s[CALLS_MOST]; /* or UNSTATED */
    bool counted;                /* some rung says after how long it is called */
    size_t rung_indent;
    size_t who_indent; /* of the key above a list of people */
    bool in_who;
};

static struct setting setting_read(struct arena *arena, const struct source_line *line)
{
    size_t indent = 0, n = line->n_bytes;
    struct setting setting = {.key = ""};

    while (indent < n && line->at[indent] == ' ')
        indent++;
    setting.indent = indent;
    setting.dash = indent + 1 < n && line->at[indent] == '-' && line->at[indent + 1] == ' ';
    const char *text =
        text_normalise(arena, line->at + indent + 2 * setting.dash, n - indent - 2 * setting.dash);
    size_t key = strcspn(text, ":");
    if (text[key] == ':' && key < KEY_BYTES && (text[key + 1] == ' ' || text[key + 1] == '\0')) {
        char *name = arena_strndup(arena, text, key);
        for (char *at = name; *at; at++)
            *at = *at == '_' || *at == '-' ? ' ' : *at;
        setting.key = name;
        text += key + 1;
    }
    text += strspn(text, " [\"'@");
    setting.value = arena_strndup(arena, text, strcspn(text, "]\"'#"));
    return setting;
}

static bool key_is(const struct setting *setting, enum calling kind)
{
    return calling_is(kind, setting->key, strlen(setting->key));
}

/* "10m", and "10" by the unit that the key names: minutes. */
static int64_t seconds_of(const struct setting *setting)
{
    struct duration_words time;

    if (text_duration(setting->value, &time))
        return time.value_s;
    return strtol(setting->value, NULL, 10) * (strcasestr(setting->key, "hour") ? HOUR_S : MINUTE_S);
}

static void add_people(struct arena *arena, struct settings *settings, const char *value)
{
    if (value[0] && settings->calls.n > 0)
        text_split_list(arena, value, false, &settings->calls.at[settings->calls.n - 1].to);
}

static void take(struct parts_reading *reading, const struct setting *setting, int line,
                 struct settings *settings)
{
    struct calls *calls = &settings->calls;
    bool who = key_is(setting, CALLING_KEY_WHO), wait = key_is(setting, CALLING_KEY_WAIT),
         after = key_is(setting, CALLING_KEY_AFTER);

    if (settings->in_who && setting->indent >= settings->who_indent &&
        (setting->dash || setting->indent > settings->who_indent) &&
        !(setting->dash && setting->indent == settings->rung_indent)) {
        if (who || setting->key[0] == '\0')
            add_people(reading->arena, settings, setting->value);
        return;
    }
    settings->in_who = false;
    if (setting->dash && setting->key[0] && calls->n < CALLS_MOST &&
        (calls->n == 0 || setting->indent == settings->rung_indent)) {
        settings->rung_indent = setting->indent;
        settings->after_s[calls->n] = UNSTATED;
        calls->at[calls->n++] = (struct called){.line = line};
    }
    if (calls->n == 0)
        return;
    if (who && setting->value[0])
        add_people(reading->arena, settings, setting->value);
    else if (who) {
        settings->in_who = true;
        settings->who_indent = setting->indent + 2 * setting->dash;
    } else if (wait)
        calls->at[calls->n - 1].wait_s = seconds_of(setting);
    else if (after) {
        settings->after_s[calls->n - 1] = seconds_of(setting);
        settings->counted = true;
    }
}

/* Waits between the rungs instead of moments; false: they do not follow one another. */
static bool moments_to_waits(struct settings *settings)
{
    struct calls *calls = &settings->calls;

    for (size_t i = 0; i < calls->n; i++) {
        int64_t at_s = settings->after_s[i], before_s = i > 0 ? settings->after_s[i - 1] : 0;
        if (at_s == UNSTATED || at_s < before_s || (i == 0 && at_s > 0))
            return false;
        if (i > 0)
            calls->at[i - 1].wait_s = at_s - before_s;
    }
    return true;
}

/* A rule for each who is called after a wait; false: there is none, and nothing is added. */
static bool add_calls(struct parts_reading *reading, const struct calls *calls, size_t block, bool *taken)
{
    struct strings levels = {0};
    int64_t after_s = 0;

    if (calls->n < 2 || calls->at[0].wait_s == 0)
        return false;
    escalation_levels_around(reading, block, &levels);
    for (size_t i = 0; i < calls->n; i++) {
        const struct called *called = &calls->at[i];
        taken[called->line] = true;
        if (i > 0 && calls->at[i - 1].wait_s == 0)
            break;
        if (i > 0) {
            struct escalation *rule = escalation_add(reading, "rule", called->line, called->line);
            rule->applies_to = levels;
            rule->to = called->to;
            rule->after_s = after_s;
        }
        after_s += called->wait_s;
    }
    return true;
}

bool escalation_read_settings(struct parts_reading *reading, size_t i, bool *taken)
{
    const struct block *fence = &reading->document->blocks.at[i];
    struct settings settings = {0};

    for (size_t k = 0; k < fence->lines.n; k++) {
        struct setting setting = setting_read(reading->arena, &fence->lines.at[k]);
        take(reading, &setting, fence->body_line + (int)k, &settings);
    }
    for (size_t k = 0; k < settings.calls.n; k++)
        if (settings.calls.at[k].to.n == 0)
            return false;
    if (settings.counted && !moments_to_waits(&settings))
        return false;
    return add_calls(reading, &settings.calls, i, taken);
}
