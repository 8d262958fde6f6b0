/* A mute speaks of an incident, which an Alertmanager does not know. What it knows are labels: the names of
 * the incident's alerts, and every label that is the same on all of them. A further alert that differs in one
 * of these makes the incident change, and the mirror with it. */
#include "engine/mirror.h"

#include <string.h>

#include "engine/engine_priv.h"

enum { NAMES_MOST = 20, LABELS_MOST = 32 };

struct muted {
    const struct incident *incident;
    struct strings names;
    LIST(struct label) common; /* but for the alert's name */
    bool seen;
};

struct mirror {
    struct arena *arena;
    LIST(struct muted) muted;
    size_t n;
    void (*visit)(void *context, const struct silence *silence, const struct matchers *matchers);
    void *context;
};

/* ---- silences ---- */

static void visit_silence(void *context, const struct silence *silence, const struct matchers *matchers)
{
    struct mirror *mirror = context;
    if (silence->state == SILENCE_EXPIRED || mirror->n >= MIRRORED_MOST)
        return;
    mirror->n++;
    mirror->visit(mirror->context, silence, matchers);
}

/* ---- mutes ---- */

static void learn_name(struct mirror *mirror, struct muted *muted, const char *name)
{
    list_each (known, &muted->names)
        if (strcmp(*known, name) == 0)
            return;
    strings_add(mirror->arena, &muted->names, arena_strdup(mirror->arena, name));
}

static void learn_labels(struct mirror *mirror, struct muted *muted, const struct alert *alert)
{
    if (!muted->seen)
        for (size_t i = 0; i < alert->n_labels && i < LABELS_MOST; i++)
            *list_push(mirror->arena, &muted->common) =
                (struct label){arena_strdup(mirror->arena, alert->labels[i].name),
                               arena_strdup(mirror->arena, alert->labels[i].value)};
    muted->seen = true;
    for (size_t i = 0; i < muted->common.n;) {
        const struct label *label = &muted->common.at[i];
        const char *value = label_value(alert->labels, alert->n_labels, label->name);
        if (value && strcmp(value, label->value) == 0 && strcmp(label->name, "alertname") != 0)
            i++;
        else
            muted->common.at[i] = muted->common.at[--muted->common.n];
    }
}

static void visit_alert(void *context, const struct alert_view *view)
{
    struct mirror *mirror = context;
    list_each (muted, &mirror->muted)
        if (muted->incident->number == view->incident && !view->apart) {
            learn_name(mirror, muted, alert_name(&view->alert));
            learn_labels(mirror, muted, &view->alert);
        }
}

static void add_escaped(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (strchr("\\.+*?()|[]{}^$", *p))
            buf_putc(out, '\\');
        buf_putc(out, *p);
    }
}

static void add(struct matchers *matchers, int made, struct matcher *matcher)
{
    if (made == 0)
        matchers_add(matchers, matcher);
}

static void add_names(struct matchers *matchers, const struct muted *muted)
{
    struct matcher *matcher = NULL;
    struct err err;
    scoped_buf struct buf names = {0};
    if (muted->names.n == 1) {
        int made = matcher_of_parts("alertname", muted->names.at[0], false, false, &matcher, &err);
        add(matchers, made, matcher);
        return;
    }
    for (size_t i = 0; i < muted->names.n && i < NAMES_MOST; i++) {
        buf_puts(&names, i ? "|" : "");
        add_escaped(&names, muted->names.at[i]);
    }
    int made = matcher_of_parts("alertname", buf_text(&names), true, false, &matcher, &err);
    add(matchers, made, matcher);
}

static void visit_muted(struct mirror *mirror, const struct muted *muted)
{
    struct matchers matchers = {0};
    struct err err;
    if (!muted->seen || mirror->n >= MIRRORED_MOST)
        return;
    add_names(&matchers, muted);
    bool named = matchers.n > 0; /* a name that no matcher can hold must not silence everything else */
    list_each (label, &muted->common) {
        struct matcher *matcher = NULL;
        int made =
            *label->value ? matcher_of_parts(label->name, label->value, false, false, &matcher, &err) : -1;
        add(&matchers, made, matcher);
    }
    if (named) {
        struct silence silence = {
            .id = arena_printf(mirror->arena, "incident-%lld", (long long)muted->incident->number),
            .created_by = muted->incident->muted_by,
            .comment = muted->incident->muted_why,
            .ends_us = muted->incident->muted_until_us,
            .state = SILENCE_ACTIVE};
        mirror->n++;
        mirror->visit(mirror->context, &silence, &matchers);
    }
    matchers_free(&matchers);
}

size_t engine_mirrored(const struct engine *engine, int64_t now_us,
                       void (*visit)(void *context, const struct silence *silence,
                                     const struct matchers *matchers),
                       void *context)
{
    scoped_arena struct arena *arena = arena_new();
    struct mirror mirror = {.arena = arena, .visit = visit, .context = context};
    for (const struct incident_record *r = engine->first; r; r = r->next)
        if (r->incident.muted_until_us > now_us)
            list_push(arena, &mirror.muted)->incident = &r->incident;
    if (mirror.muted.n)
        engine_each_alert(engine, now_us, visit_alert, &mirror);
    list_each (muted, &mirror.muted)
        visit_muted(&mirror, muted);
    for (size_t before = SIZE_MAX; before && mirror.n < MIRRORED_MOST;)
        before = engine_silences(engine, before, MIRRORED_MOST, visit_silence, &mirror);
    return mirror.muted.n;
}
