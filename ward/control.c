/* What is asked over the UNIX socket. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ward/front.h"
#include "ward/tool.h"

enum { WORDS_MOST = 200 };

static const char *member(struct world *world, struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? arena_strdup(world->scratch, text) : "";
}

static void tool_answer(struct world *world, struct json root, struct buf *answer)
{
    struct call call = {.world = world,
                        .arena = world->scratch,
                        .folder = member(world, root, "folder"),
                        .tree = member(world, root, "tree"),
                        .cursor = json_int(json_get(root, "cursor"), 0)};
    struct strings words = {0};
    for (struct json_iter i = json_first(json_get(root, "words")); json_more(&i); json_next(&i))
        if (words.n < WORDS_MOST && json_text(i.value, NULL))
            strings_add(call.arena, &words, arena_strdup(call.arena, json_text(i.value, NULL)));
    call.n_words = words.n;
    strings_add(call.arena, &words, NULL);
    call.words = words.at;
    if (call.n_words)
        tool_call(&call);
    struct json_writer w = jw_start(answer);
    jw_begin_object(&w);
    jw_pair(&w, "out", buf_text(&call.out));
    jw_pair(&w, "err", buf_text(&call.err));
    jw_pair_int(&w, "exit", call.exit);
    jw_pair_int(&w, "again_ms", (int64_t)(call.again_s * 1000));
    jw_pair_int(&w, "cursor", call.next_cursor);
    jw_name(&w, "run"); /* the words of the program that goes on */
    jw_begin_array(&w);
    for (size_t i = call.real; call.is_real && i < call.n_words; i++)
        jw_string(&w, call.words[i]);
    if (call.run && !call.exit) {
        jw_string(&w, "bash");
        jw_string(&w, "-c");
        jw_string(&w, call.run);
        jw_string(&w, call.words[0]);
        for (size_t i = 0; i < call.n_given; i++)
            jw_string(&w, call.given[i].text);
    }
    jw_end_array(&w);
    jw_end_object(&w);
    call_free(&call);
}

static int problem(struct buf *answer, const char *message)
{
    struct json_writer w = jw_start(answer);
    jw_begin_object(&w);
    jw_pair(&w, "error", message);
    jw_end_object(&w);
    return 400;
}

static int get_answer(struct world *world, const char *text, struct buf *answer)
{
    const struct formula *formula;
    struct scope scope = {.world = world};
    struct err err;
    if (formula_parse(world->scratch, text, &formula, &err) < 0)
        return problem(answer, err.text);
    *world->complaint = '\0';
    struct value value = formula_value(formula, &scope);
    if (*world->complaint)
        return problem(answer, world->complaint);
    struct json_writer w = jw_start(answer);
    jw_begin_object(&w);
    jw_pair(&w, "value", value_text(world->scratch, value));
    jw_pair_bool(&w, "true", value_true(value));
    jw_end_object(&w);
    return 200;
}

static int set_answer(struct world *world, struct json root, struct buf *answer)
{
    struct assignments assignments = {0};
    struct scope scope = {.world = world};
    struct err err;
    for (struct json_iter i = json_first(root); json_more(&i); json_next(&i)) {
        struct assignment *assignment = list_push(world->scratch, &assignments);
        const char *text = json_text(i.value, NULL);
        assignment->name = arena_strndup(world->scratch, i.name, i.name_bytes);
        struct formula *constant = arena_alloc(world->scratch, sizeof *constant);
        constant->constant.number = json_number(i.value, 0);
        constant->constant.text = text ? arena_strdup(world->scratch, text) : NULL;
        assignment->formula = constant;
        if (text && *text == '=' &&
            formula_parse(world->scratch, constant->constant.text + 1, &assignment->formula, &err) < 0)
            return problem(answer, err.text);
    }
    if (world_assign(&scope, &assignments, &err) < 0)
        return problem(answer, err.text);
    buf_puts(answer, "{}");
    return 200;
}

int control_answer(struct world *world, const char *path, const char *body, size_t n_bytes,
                   struct buf *answer)
{
    if (strcmp(path, "/get") == 0)
        return get_answer(world, body, answer);
    struct json_document *document = json_document_new();
    struct json root;
    struct err err;
    int status = 200;
    if (json_parse(document, body, n_bytes, 16, &root, &err) < 0)
        status = problem(answer, err.text);
    else if (strcmp(path, "/tool") == 0)
        tool_answer(world, root, answer);
    else if (strcmp(path, "/set") == 0)
        status = set_answer(world, root, answer);
    else
        status = problem(answer, "POST /tool, /get or /set");
    json_document_free(document);
    return status;
}

size_t given_read(struct world *world, const char *body, size_t n_bytes, struct given *given, size_t most)
{
    struct json_document *document = json_document_new();
    struct json root;
    struct err err;
    size_t n = 0;
    if (n_bytes && json_parse(document, body, n_bytes, 16, &root, &err) == 0)
        for (struct json_iter i = json_first(root); json_more(&i) && n < most; json_next(&i)) {
            const char *text = json_text(i.value, NULL);
            struct value number = {.number = json_number(i.value, 0)};
            if (!i.name)
                break;
            given[n].name = arena_strndup(world->scratch, i.name, i.name_bytes);
            given[n++].text = text ? arena_strdup(world->scratch, text) : value_text(world->scratch, number);
        }
    json_document_free(document);
    return n;
}
