/* The maintenance windows of the configuration. When one begins it becomes a silence that lets incidents open
 * (struct silence), with an id that names the window and the moment; so what was ended early stays ended,
 * also after a restart, and windows of people and of the configuration are one kind of thing. */
#include <stdio.h>
#include <string.h>

#include "engine/engine_priv.h"

static const char prefix[] = "window-";

bool maintenance_is_planned(const struct silence *silence)
{
    return silence->maintenance && strncmp(silence->id, prefix, strlen(prefix)) == 0;
}

static const char *matchers_text(struct arena *arena, const struct config *config,
                                 const struct maintenance_window *window)
{
    scoped_buf struct buf text = {0};
    struct matchers matchers = {0}; /* of the service; those of the window stay its own */
    struct matcher *matcher;
    struct err err;
    const struct service *service = config_service(config, window->service);
    if (!service) {
        matchers_print(&window->matchers, &text);
        return arena_strdup(arena, buf_text(&text));
    }
    list_each (label, &service->match)
        if (matcher_of_parts(label->name, label->value, false, false, &matcher, &err) == 0)
            matchers_add(&matchers, matcher);
    if (!matchers.n && matcher_of_parts("service", service->id, false, false, &matcher, &err) == 0)
        matchers_add(&matchers, matcher);
    matchers_print(&matchers, &text);
    matchers_free(&matchers);
    return arena_strdup(arena, buf_text(&text));
}

static void take(struct turn *turn, const struct maintenance_window *window, const struct roster_times *times,
                 struct strings *wanted)
{
    struct silence value = {
        .id = "",
        .matchers = matchers_text(turn->arena, turn->engine->config, window),
        .created_by = "the configuration",
        .comment = text_or(window->comment, window->id),
        .starts_us = times->from_us,
        .ends_us = times->until_us,
        .maintenance = true,
    };
    /* A window that is changed is another one. */
    const char *id =
        arena_printf(turn->arena, "%s%s-%lld-%lld", prefix, window->id,
                     (long long)(times->from_us / US_PER_S), (long long)(times->until_us / US_PER_S));
    strings_add(turn->arena, wanted, id);
    if (!silence_find(turn->engine, id))
        silence_create(turn, &value, id);
}

static void end_others(struct turn *turn, const struct strings *wanted)
{
    const struct silences *silences = &turn->engine->silences;
    for (size_t i = 0; i < silences->n; i++) {
        struct silence_record *record = silences->all[i];
        bool stays = !maintenance_is_planned(&record->silence) || record->silence.state == SILENCE_EXPIRED ||
                     record->silence.ends_us <= turn->now_us; /* its own timer ends it */
        for (size_t j = 0; j < wanted->n && !stays; j++)
            stays = strcmp(wanted->at[j], record->silence.id) == 0;
        if (!stays)
            silence_end(turn, record, NULL, "is not in the configuration any more");
    }
}

void maintenance_review(struct turn *turn)
{
    struct engine *engine = turn->engine;
    struct strings wanted = {0};
    int64_t next_us = INT64_MAX;
    engine->maintenance_changed = false;
    list_each (window, &engine->config->maintenance) {
        struct roster_times times;
        if (!layer_times(window->timezone, &window->times, window->lasts_s, turn->now_us, &times))
            continue;
        bool holds = times.from_us <= turn->now_us;
        if (holds)
            take(turn, window, &times, &wanted);
        int64_t at_us = holds ? times.until_us : times.from_us;
        next_us = at_us < next_us ? at_us : next_us;
    }
    end_others(turn, &wanted);
    if (next_us == INT64_MAX)
        due_clear(&engine->due, &engine->maintenance);
    else
        due_set(&engine->due, &engine->maintenance, next_us);
}

void due_maintenance(struct turn *turn, struct due *due)
{
    due_clear(&turn->engine->due, due);
    maintenance_review(turn);
}
