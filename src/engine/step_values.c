#include "engine/step_values.h"

#include <string.h>

#include "config/target.h"

static const char *text_of(struct arena *arena, struct json object, const char *name)
{
    size_t n_bytes;
    const char *text = json_text(json_get(object, name), &n_bytes);
    return text ? arena_strndup(arena, text, n_bytes) : "";
}

void step_values_read(struct arena *arena, const char *given, struct step_values *ret_values)
{
    struct json root;
    if (!given || !*given)
        return;
    struct json_document *document = json_document_new();
    if (json_parse(document, given, strlen(given), 4, &root, NULL) == 0)
        for (struct json_iter i = json_first(root); json_more(&i); json_next(&i))
            *list_push(arena, ret_values) = (struct step_value){.name = text_of(arena, i.value, "name"),
                                                                .value = text_of(arena, i.value, "value"),
                                                                .by = text_of(arena, i.value, "by")};
    json_document_free(document);
}

const char *step_values_write(struct arena *arena, const struct step_values *values)
{
    scoped_buf struct buf out = {0};
    if (values->n == 0)
        return "";
    struct json_writer w = jw_start(&out);
    jw_begin_array(&w);
    list_each (value, values) {
        jw_begin_object(&w);
        jw_pair(&w, "name", value->name);
        jw_pair(&w, "value", value->value);
        jw_pair(&w, "by", value->by);
        jw_end_object(&w);
    }
    jw_end_array(&w);
    return arena_strndup(arena, buf_text(&out), out.n_bytes);
}

const struct fill_value *step_values_plain(struct arena *arena, const struct step_values *values)
{
    struct fill_value *plain = arena_alloc(arena, (values->n + 1) * sizeof *plain);
    for (size_t i = 0; i < values->n; i++)
        plain[i] = (struct fill_value){values->at[i].name, values->at[i].value};
    return plain;
}

void step_values_tell(struct json_writer *body, const char *given)
{
    jw_name(body, "values");
    if (given && *given)
        jw_raw(body, given, strlen(given));
    else
        jw_raw(body, "[]", 2);
}

void step_sha256(const struct run_step *step, char ret_hex[SHA256_HEX_BYTES])
{
    scoped_arena struct arena *arena = arena_new();
    struct step_values values = {0};
    step_values_read(arena, step->given, &values);
    command_sha256(step->text, step->repairs, step_values_plain(arena, &values), values.n, step_text(step),
                   ret_hex);
    target_bind(step->service, step->target, ret_hex);
}
