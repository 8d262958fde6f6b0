/* `crashcart action` and `crashcart review`: what is to be done after an incident, over the API. */
#include <stdio.h>
#include <string.h>

#include "base/url.h"
#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/terminal.h"

static const char action_usage[] =
    "usage: crashcart action list [N] [--all] [--after PLACE] [--json]\n"
    "                                              open ones, of incident N or of all\n"
    "       crashcart action add N TEXT... [--owner PERSON] [--due DAY] [--priority P]\n"
    "                                      [--runbook FILE]\n"
    "       crashcart action change N ITEM [--owner PERSON] [--due DAY] [--priority P]\n"
    "       crashcart action done N ITEM [--note TEXT]\n"
    "       crashcart action drop N ITEM --note TEXT\n"
    "       crashcart action reopen N ITEM\n"
    "\n"
    "  The owner is told when an item is due and a day later, then the commander as\n"
    "  well, every week until it is closed.\n"
    "  --due DAY       2026-04-01, or RFC 3339 (7, 30 or 90 days by priority)\n"
    "  --priority P    high, medium (if you do not say) or low\n"
    "  --runbook FILE  FILE is to be changed: closes by itself when it was, and lint finds\n"
    "                  no error; \"-\" is the runbook of the incident\n"
    "  --as PERSON     who you are, for the record\n"
    "  --data DIR      the server's data folder, for its token (./crashcart-data)\n";

static const char review_usage[] =
    "usage: crashcart review show N [--json]       when, by when, agenda, questions, items\n"
    "       crashcart review schedule N TIME       RFC 3339, or a day\n"
    "       crashcart review done N [--note TEXT]\n"
    "\n"
    "  The resolve schedules the review that the runbook promises, inside its deadline.\n"
    "  --as PERSON    who you are, for the record\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

struct asked {
    struct arena *arena;
    struct client client;
    struct strings words; /* after the verb */
    const char *owner, *due, *priority, *runbook, *note, *after, *as, *data;
    bool all, json;
    long long number, item;
    const char *state;
    struct err err;
};

static int fail(const struct asked *asked, int code)
{
    error_print(asked->err.text);
    return code;
}

static const char *text_of(struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? text : "";
}

/* "09:00:00.000Z" of a moment, which begins with its date. */
static const char *time_of(struct json object, const char *name)
{
    const char *text = text_of(object, name);
    return strlen(text) > 11 ? text + 11 : "";
}

/* ---- print ---- */

static void add_action(struct buf *out, struct json item)
{
    scoped_buf struct buf row = {0};
    buf_printf(
        &row, "#%-4lld %3lld  %-7s %-6s %.10s  %-10s ", (long long)json_int(json_get(item, "incident"), 0),
        (long long)json_int(json_get(item, "item"), 0), text_of(item, "state"), text_of(item, "priority"),
        text_of(item, "due_at"), *text_of(item, "owner") ? text_of(item, "owner") : "-");
    text_add_fit(&row, text_of(item, "what"), TERMINAL_COLUMNS - text_columns(buf_text(&row)), false);
    buf_printf(out, "%s\n", buf_text(&row));
}

static void add_actions(struct buf *out, struct json actions, bool all)
{
    size_t n = 0;
    for (struct json_iter i = json_first(actions); json_more(&i); json_next(&i))
        if (all || strcmp(text_of(i.value, "state"), "open") == 0) {
            add_action(out, i.value);
            n++;
        }
    if (!n)
        buf_puts(out, "No open action items.\n");
}

static void add_stated(struct buf *out, const char *heading, struct json list)
{
    if (json_count(list))
        buf_printf(out, "%s\n", heading);
    for (struct json_iter i = json_first(list); json_more(&i); json_next(&i)) {
        scoped_buf struct buf line = {0};
        buf_printf(&line, "  - %s (line %lld)", text_of(i.value, "text"),
                   (long long)json_int(json_get(i.value, "line"), 0));
        text_add_wrapped(out, buf_text(&line), 0, 4);
    }
}

static void add_review(struct buf *out, struct json root)
{
    struct json review = json_get(root, "review"), deadline = json_get(root, "deadline");
    if (json_kind(review) == JSON_OBJECT)
        buf_printf(out, "review of #%lld: %s, %.10s %.5s UTC%s%s\n",
                   (long long)json_int(json_get(root, "incident"), 0), text_of(review, "state"),
                   text_of(review, "due_at"), time_of(review, "due_at"),
                   *text_of(review, "owner") ? ", by " : "", text_of(review, "owner"));
    else
        buf_puts(out, "No review is scheduled. A resolve schedules one where the runbook promises it;\n"
                      "otherwise do: crashcart review schedule N TIME\n");
    if (json_kind(deadline) == JSON_OBJECT)
        buf_printf(out, "deadline: %.10s %.5s UTC (%s line %lld)\n", text_of(deadline, "due_at"),
                   time_of(deadline, "due_at"), text_of(deadline, "file"),
                   (long long)json_int(json_get(deadline, "line"), 0));
    add_stated(out, "agenda", json_get(root, "agenda"));
    add_stated(out, "questions", json_get(root, "questions"));
    add_stated(out, "invited", json_get(root, "invited"));
    buf_puts(out, "action items\n");
    add_actions(out, json_get(root, "actions"), true);
    buf_printf(out, "next: crashcart action add %lld TEXT\n",
               (long long)json_int(json_get(root, "incident"), 0));
}

/* ---- ask ---- */

static int get(struct asked *asked, const char *path,
               void (*print)(struct buf *out, struct json root, bool all))
{
    scoped_buf struct buf answer = {0}, out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    int code = client_get(&asked->client, path, document, &answer, &root, &asked->err);
    if (code == EXIT_DONE && asked->json)
        buf_printf(&out, "%s\n", buf_text(&answer));
    else if (code == EXIT_DONE)
        print(&out, root, asked->all);
    json_document_free(document);
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    return code == EXIT_DONE ? code : fail(asked, code);
}

static void print_list(struct buf *out, struct json root, bool all)
{
    add_actions(out, json_get(root, "actions"), all);
    if (*text_of(root, "next"))
        buf_printf(out, "Further: --after %s\n", text_of(root, "next"));
}

static void print_review(struct buf *out, struct json root, bool all)
{
    (void)all;
    add_review(out, root);
}

static int list(struct asked *asked)
{
    scoped_buf struct buf path = {0};
    if (asked->words.n)
        buf_printf(&path, "/api/v1/incidents/%lld/actions", asked->number);
    else
        buf_printf(&path, "/api/v1/actions?state=%s", asked->all ? "all" : "open");
    if (asked->after && !asked->words.n) {
        buf_puts(&path, "&after=");
        url_encode(&path, asked->after);
    }
    return get(asked, buf_text(&path), print_list);
}

/* Posts what was asked for; what NULL: a change of the item. */
static int post(struct asked *asked, const char *what)
{
    scoped_buf struct buf body = {0}, path = {0}, answer = {0}, out = {0};
    struct json_writer writer = jw_start(&body);
    const struct {
        const char *name, *text;
    } members[] = {{"what", what},
                   {"owner", asked->owner},
                   {"priority", asked->priority},
                   {"due", asked->due},
                   {"note", asked->note},
                   {"state", asked->state},
                   {"kind", asked->runbook ? "runbook" : NULL},
                   {"file", asked->runbook && strcmp(asked->runbook, "-") != 0 ? asked->runbook : NULL}};
    jw_begin_object(&writer);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (members[i].text)
            jw_pair(&writer, members[i].name, members[i].text);
    jw_end_object(&writer);
    buf_printf(&path, "/api/v1/incidents/%lld/actions", asked->number);
    if (!what)
        buf_printf(&path, "/%lld", asked->item);
    int code = client_call(&asked->client, buf_text(&path), buf_text(&body), &answer, &asked->err);
    if (code != EXIT_DONE)
        return fail(asked, code);
    struct json_document *document = json_document_new();
    struct json root;
    if (asked->json)
        buf_printf(&out, "%s\n", buf_text(&answer));
    else if (json_parse(document, buf_text(&answer), answer.n_bytes, 16, &root, NULL) == 0)
        add_actions(&out, json_get(root, "actions"), true);
    json_document_free(document);
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    return EXIT_DONE;
}

static int add(struct asked *asked)
{
    scoped_buf struct buf text = {0};
    for (size_t i = 1; i < asked->words.n; i++)
        buf_printf(&text, "%s%s", i > 1 ? " " : "", asked->words.at[i]);
    if (!text.n_bytes)
        return usage_error(action_usage, "action add %lld: what is to be done?", asked->number);
    return post(asked, buf_text(&text));
}

static int change(struct asked *asked)
{
    if (asked->words.n != 2 || number_parse(asked->words.at[1], &asked->item) < 0)
        return usage_error(action_usage, "which item? `crashcart action list %lld` has them", asked->number);
    return post(asked, NULL);
}

static int done(struct asked *asked)
{
    asked->state = "done";
    return change(asked);
}

static int drop(struct asked *asked)
{
    if (!asked->note)
        return usage_error(action_usage, "action drop: why? give a --note");
    asked->state = "dropped";
    return change(asked);
}

static int reopen(struct asked *asked)
{
    asked->state = "open";
    return change(asked);
}

static const char *review_path(struct asked *asked)
{
    return arena_printf(asked->arena, "/api/v1/incidents/%lld/review", asked->number);
}

static int review_show(struct asked *asked)
{
    return get(asked, review_path(asked), print_review);
}

/* Its number among the action items. */
static int find_review(struct asked *asked)
{
    scoped_buf struct buf answer = {0};
    struct json_document *document = json_document_new();
    struct json root;
    int code = client_get(&asked->client, review_path(asked), document, &answer, &root, &asked->err);
    if (code == EXIT_DONE)
        asked->item = json_int(json_get(json_get(root, "review"), "item"), 0);
    json_document_free(document);
    if (code != EXIT_DONE)
        return fail(asked, code);
    if (asked->item)
        return EXIT_DONE;
    error_print("no review is scheduled: the incident is not resolved, or its runbook promises none");
    return EXIT_REFUSED;
}

static int review_schedule(struct asked *asked)
{
    if (asked->words.n != 2)
        return usage_error(review_usage, "review schedule %lld: when?", asked->number);
    asked->due = asked->words.at[1];
    int code = find_review(asked);
    return code == EXIT_DONE ? post(asked, NULL) : code;
}

static int review_done(struct asked *asked)
{
    asked->state = "done";
    int code = find_review(asked);
    return code == EXIT_DONE ? post(asked, NULL) : code;
}

static const struct verb {
    const char *noun, *name;
    bool needs_number;
    int (*run)(struct asked *asked);
} verbs[] = {
    {"action", "list", false, list},       {"action", "add", true, add},
    {"action", "change", true, change},    {"action", "done", true, done},
    {"action", "drop", true, drop},        {"action", "reopen", true, reopen},
    {"review", "show", true, review_show}, {"review", "schedule", true, review_schedule},
    {"review", "done", true, review_done},
};

static int run(const char *noun, const char *usage, int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct asked asked = {.arena = arena};
    const struct verb *verb = NULL;
    const struct command_option options[] = {{"--owner", NULL, &asked.owner},
                                             {"--due", NULL, &asked.due},
                                             {"--priority", NULL, &asked.priority},
                                             {"--runbook", NULL, &asked.runbook},
                                             {"--note", NULL, &asked.note},
                                             {"--as", NULL, &asked.as},
                                             {"--after", NULL, &asked.after},
                                             {"--data", NULL, &asked.data},
                                             {"--all", &asked.all, NULL},
                                             {"--json", &asked.json, NULL},
                                             {0}};
    int parsed = command_line_parse(arena, argc, argv, options, usage, &asked.words);
    if (parsed)
        return command_line_exit(parsed);
    for (size_t i = 0; asked.words.n && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].noun, noun) == 0 && strcmp(verbs[i].name, asked.words.at[0]) == 0)
            verb = &verbs[i];
    if (!verb)
        return usage_error(usage, "%s: which verb?", noun);
    asked.words.at++;
    asked.words.n--;
    if ((verb->needs_number || asked.words.n) &&
        (!asked.words.n || number_parse(asked.words.at[0], &asked.number) < 0))
        return usage_error(usage, "%s %s: which incident?", noun, verb->name);
    if (client_open(arena, asked.data, asked.as, &asked.client, &asked.err) < 0)
        return fail(&asked, EXIT_USAGE);
    return verb->run(&asked);
}

int cmd_action(int argc, char **argv)
{
    return run("action", action_usage, argc, argv);
}

int cmd_review(int argc, char **argv)
{
    return run("review", review_usage, argc, argv);
}
