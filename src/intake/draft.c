#include "intake/draft.h"

#include <stdio.h>
#include <string.h>

enum { DETAIL_LEVELS = 4 };

/* Keeps the list sorted by name. The first value of a name stays. False: it is full. */
static bool put(struct label *list, size_t *n, const char *name, const char *value)
{
    size_t at = 0;
    while (at < *n && strcmp(list[at].name, name) < 0)
        at++;
    if (at < *n && strcmp(list[at].name, name) == 0)
        return true;
    if (*n == LABELS_LIMIT)
        return false;
    memmove(list + at + 1, list + at, (*n - at) * sizeof *list);
    list[at] = (struct label){name, value};
    ++*n;
    return true;
}

int draft_label(struct draft *draft, const char *name, const char *value)
{
    if (!value || !*value)
        return 0;
    if (!*name || strnlen(name, NAME_BYTES_LIMIT + 1) > NAME_BYTES_LIMIT)
        return place_set_aside(draft->place, "", "a label's name is empty or longer than %d bytes",
                               NAME_BYTES_LIMIT);
    if (strnlen(value, LABEL_BYTES_LIMIT + 1) > LABEL_BYTES_LIMIT)
        return place_set_aside(draft->place, "", "%s is longer than %d bytes", name, LABEL_BYTES_LIMIT);
    if (!put(draft->labels, &draft->n_labels, name, value))
        return place_set_aside(draft->place, "", "it has more than %d labels", LABELS_LIMIT);
    return 0;
}

void draft_annotation(struct draft *draft, const char *name, const char *value)
{
    if (!value || !*value || !*name || strnlen(name, NAME_BYTES_LIMIT + 1) > NAME_BYTES_LIMIT)
        return;
    if (strnlen(value, TEXT_BYTES_LIMIT + 1) > TEXT_BYTES_LIMIT)
        value = prose_cut(draft->place->arena, value, TEXT_BYTES_LIMIT);
    put(draft->annotations, &draft->n_annotations, name, value);
}

static void add_details(struct draft *draft, const char *prefix, struct json object, int level)
{
    struct arena *arena = draft->place->arena;
    for (struct json_iter i = json_first(object); json_more(&i); json_next(&i)) {
        if (draft->n_annotations == LABELS_LIMIT)
            return;
        const char *name = i.name ? arena_printf(arena, "%s%s", prefix, i.name) : prefix;
        if (json_kind(i.value) == JSON_OBJECT && level < DETAIL_LEVELS)
            add_details(draft, arena_printf(arena, "%s.", name), i.value, level + 1);
        else
            draft_annotation(draft, name, scalar_text(arena, i.value));
    }
}

void draft_details(struct draft *draft, struct json object)
{
    if (json_kind(object) == JSON_OBJECT)
        add_details(draft, "", object, 1);
}

static struct label *keep(struct arena *arena, const struct label *list, size_t n)
{
    return n ? memcpy(arena_alloc(arena, n * sizeof *list), list, n * sizeof *list) : NULL;
}

void draft_url(struct draft *draft, const char *url)
{
    if (url && *url && strnlen(url, TEXT_BYTES_LIMIT) < TEXT_BYTES_LIMIT)
        draft->url = url;
}

int draft_finish(const struct draft *draft, struct alert *ret_alert)
{
    if (!draft->n_labels)
        return place_set_aside(draft->place, "", "nothing says what it is about");
    ret_alert->labels = keep(draft->place->arena, draft->labels, draft->n_labels);
    ret_alert->n_labels = draft->n_labels;
    ret_alert->annotations = keep(draft->place->arena, draft->annotations, draft->n_annotations);
    ret_alert->n_annotations = draft->n_annotations;
    ret_alert->generator_url = draft->url;
    return 0;
}

const char *scalar_text(struct arena *arena, struct json value)
{
    size_t n_bytes = 0;
    const char *text = json_text(value, &n_bytes);
    if (text)
        return n_bytes && strlen(text) == n_bytes ? text : NULL;
    if (json_kind(value) == JSON_BOOL)
        return json_bool(value, false) ? "true" : "false";
    if (json_kind(value) != JSON_NUMBER)
        return NULL;
    scoped_buf struct buf buf = {0};
    struct json_writer writer = jw_start(&buf);
    int64_t whole = json_int(value, INT64_MIN);
    if (whole != INT64_MIN)
        jw_int(&writer, whole);
    else
        jw_double(&writer, json_number(value, 0));
    return arena_strdup(arena, buf_text(&buf));
}

/* ---- alerts as Alertmanager's templates list them ---- */

/* The next line, without its break, in the arena; *rest moves behind it. NULL at the end. */
static char *next_line(struct arena *arena, const char **rest)
{
    if (!**rest)
        return NULL;
    size_t n = strcspn(*rest, "\n");
    char *line = arena_strndup(arena, *rest, n);
    *rest += n + ((*rest)[n] == '\n');
    return line;
}

/* " - name = value" */
static int add_pair(struct draft *draft, char *line, bool is_label)
{
    char *equals = strstr(line, " = ");
    if (strncmp(line, " - ", 3) != 0 || !equals || equals == line + 3)
        return 0;
    *equals = '\0';
    if (is_label)
        return draft_label(draft, line + 3, equals + 3);
    draft_annotation(draft, line + 3, equals + 3);
    return 0;
}

static size_t count_lists(const char *text)
{
    size_t n = 0;
    for (const char *at = strstr(text, "Labels:\n"); at; at = strstr(at + 1, "Labels:\n"))
        n += at == text || at[-1] == '\n';
    return n;
}

int listed_alerts_read(struct place *place, const char *text, struct alert_batch *batch)
{
    size_t n = text ? count_lists(text) : 0;
    if (n > ALERTS_LIMIT)
        n = 0;
    batch->alerts = arena_alloc(place->arena, (n ? n : 1) * sizeof *batch->alerts);
    batch->n_alerts = 0;
    batch->group_whole = true;
    struct draft draft = {.place = place};
    bool in_labels = false;
    const char *rest = text;
    for (char *line; n && (line = next_line(place->arena, &rest));) {
        bool begins = strcmp(line, "Labels:") == 0;
        if (begins && draft.n_labels && draft_finish(&draft, &batch->alerts[batch->n_alerts++]) < 0)
            return -1;
        if (begins)
            draft = (struct draft){.place = place};
        if (strncmp(line, "Source: ", 8) == 0)
            draft_url(&draft, line + 8);
        in_labels = begins || (in_labels && strcmp(line, "Annotations:") != 0);
        if (add_pair(&draft, line, in_labels) < 0)
            return -1;
    }
    if (draft.n_labels && draft_finish(&draft, &batch->alerts[batch->n_alerts++]) < 0)
        return -1;
    if (batch->n_alerts)
        return 0;
    batch->n_alerts = 1;
    return 1;
}
