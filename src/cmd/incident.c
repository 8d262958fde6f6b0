/* `crashcart incident`: the responder's verbs, over the API. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/incident_list.h"
#include "cmd/incident_show.h"
#include "cmd/incident_update.h"
#include "cmd/incident_watch.h"
#include "cmd/terminal.h"

static const char usage[] =
    "usage: crashcart incident list [--open | --worst] [--limit N] [--before N] [--json]\n"
    "       crashcart incident show N [--full] [--watch | --json]   what, why, what was found, what waits\n"
    "       crashcart incident ack N                       you take it: nobody else is paged\n"
    "       crashcart incident note N TEXT...\n"
    "       crashcart incident investigate|identify|monitor|reopen|close N [--note TEXT]\n"
    "       crashcart incident state N STATE [--note TEXT]\n"
    "       crashcart incident severity N LEVEL --why TEXT  raise or lower it, on record\n"
    "       crashcart incident safety N yes|no --why TEXT  may patients be harmed?\n"
    "       crashcart incident assign N ROLE PERSON        or - for nobody; also hands a role over\n"
    "       crashcart incident check N ITEM [--note TEXT] [--undo]\n"
    "       crashcart incident update N                    the drafts for its audiences, and what is "
    "withheld\n"
    "       crashcart incident update N --send [TEXT...] [--to AUDIENCE] [--stand-behind CLAIM,...]\n"
    "                                  [--set PLACEHOLDER=TEXT]    tells one audience, or all of them\n"
    "       crashcart incident update N TEXT... [--to AUDIENCE]    they were told by other means, on record\n"
    "       crashcart incident finding N TOPIC TEXT... [--undo]    what updates may say from now on\n"
    "       crashcart incident clocks [N] [--after PLACE] [--json]  what is due, by which line\n"
    "       crashcart incident done N CLOCK [--note TEXT]  a review, a report, an action item\n"
    "       crashcart incident done CLOCK [--note TEXT]    maintenance, a drill (of no incident)\n"
    "       crashcart incident procedures N                of its runbook\n"
    "       crashcart incident start N PROCEDURE           one more of them becomes part of the run\n"
    "       crashcart incident mute N [--for 2h] --why TEXT    it pages nobody for a while\n"
    "       crashcart incident mute N --preview            what that would hide\n"
    "       crashcart incident unmute N\n"
    "       crashcart incident hold|release N --why TEXT   legal hold of its evidence\n"
    "       crashcart incident resolve N [--note TEXT] [--force]\n"
    "       crashcart incident report N [--html|--csv|--json]  Markdown; --csv: its timeline\n"
    "\n"
    "  --worst        open ones: patients at risk first, then by severity, then what nobody has\n"
    "  --limit N      so many (50); the answer says how to go on\n"
    "  --watch        live: the whole of it on a terminal, a line an event elsewhere\n"
    "  --as PERSON    who you are, for the record\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n"
    "  CRASHCART_URL (http://127.0.0.1:8480) and CRASHCART_TOKEN say where the server is and who asks.\n";

struct words {
    struct arena *arena;
    struct client client;
    struct strings rest;
    const char *note, *why, *lasts, *to, *behind, *set;
    struct incident_page page;
    bool json, html, csv, full, watch, force, undo, preview, send;
    long long number;
    struct err err;
};

static int fail(const struct words *words, int code)
{
    error_print(words->err.text);
    return code;
}

static void print(const struct buf *text)
{
    fwrite(buf_text(text), 1, text->n_bytes, stdout);
}

/* Prints the API's document with a closing newline. */
static int print_answer(struct words *words, const char *path)
{
    scoped_buf struct buf answer = {0};
    int code = client_call(&words->client, path, NULL, &answer, &words->err);
    if (code != EXIT_DONE)
        return fail(words, code);
    if (answer.n_bytes && answer.at[answer.n_bytes - 1] != '\n')
        buf_putc(&answer, '\n');
    print(&answer);
    return EXIT_DONE;
}

static const char *path_of(struct words *words, const char *part)
{
    return arena_printf(words->arena, "/api/v1/incidents/%lld%s", words->number, part);
}

static struct show_options show_options(const struct words *words)
{
    return (struct show_options){
        .colours = terminal_colours(), .full = words->full, .now_us = clock_wall_us(clock_system())};
}

static int print_list(struct words *words, const char *path, const char *name, incident_list_write *write)
{
    struct show_options options = show_options(words);
    int code = words->json ? print_answer(words, path)
                           : incident_list_print(&words->client, path, name, write, &options, &words->err);
    return code == EXIT_DONE || words->json ? code : fail(words, code);
}

static int list(struct words *words)
{
    const char *path = incident_list_path(words->arena, &words->page, &words->err);
    return path ? print_list(words, path, "incidents", incidents_print)
                : usage_error(usage, "incident list: %s", words->err.text);
}

static int show(struct words *words)
{
    if (words->json && words->watch)
        return usage_error(usage, "incident show: --watch or --json, not both");
    if (words->json)
        return print_answer(words, path_of(words, ""));
    scoped_buf struct buf out = {0};
    struct show_options options = show_options(words);
    int code = words->watch ? incident_watch(&words->client, words->number, &options, &words->err)
                            : incident_look(&words->client, words->number, &options, &out, &words->err);
    print(&out);
    return code == EXIT_DONE ? code : fail(words, code);
}

/* Sends a verb; the answer is the incident as it is now. */
static int tell(struct words *words, const char *part, const struct buf *body)
{
    scoped_buf struct buf answer = {0}, out = {0};
    struct json root;
    int code = client_call(&words->client, path_of(words, part), buf_text(body), &answer, &words->err);
    if (code != EXIT_DONE)
        return fail(words, code);
    if (words->json) {
        buf_putc(&answer, '\n');
        print(&answer);
        return EXIT_DONE;
    }
    struct json_document *document = json_document_new();
    buf_printf(&out, "#%lld", words->number);
    if (json_parse(document, buf_text(&answer), answer.n_bytes, 16, &root, NULL) == 0) {
        const char *state = json_text(json_get(root, "state"), NULL);
        const char *title = json_text(json_get(root, "title"), NULL);
        buf_printf(&out, " is %s: ", state ? state : "?");
        text_add_fit(&out, title ? title : "", TERMINAL_COLUMNS - text_columns(buf_text(&out)), false);
    }
    buf_printf(&out, "\nnext: crashcart incident %s %lld\n", strcmp(part, "/resolve") ? "show" : "report",
               words->number);
    json_document_free(document);
    print(&out);
    return EXIT_DONE;
}

static int acknowledge(struct words *words)
{
    scoped_buf struct buf body = {0};
    buf_puts(&body, "{}");
    return tell(words, "/acknowledge", &body);
}

static void join_text(const struct words *words, struct buf *text)
{
    for (size_t i = 1; i < words->rest.n; i++) {
        if (i > 1)
            buf_putc(text, ' ');
        buf_puts(text, words->rest.at[i]);
    }
}

static int send_update(struct words *words, const char *text)
{
    const struct update_words update = {
        .audience = words->to, .text = text, .behind = words->behind, .set = words->set};
    int code =
        update_send(&words->client, path_of(words, "/updates/send"), &update, words->json, &words->err);
    return code == EXIT_DONE ? code : fail(words, code);
}

static int finding(struct words *words)
{
    scoped_buf struct buf text = {0};
    if (words->rest.n < 2 || (words->rest.n < 3 && !words->undo))
        return usage_error(usage, "incident finding %lld: of which topic, and what?", words->number);
    for (size_t i = 2; i < words->rest.n; i++)
        buf_printf(&text, "%s%s", i > 2 ? " " : "", words->rest.at[i]);
    int code = finding_record(&words->client, path_of(words, "/findings"), words->rest.at[1], buf_text(&text),
                              !words->undo, words->number, words->json, &words->err);
    return code == EXIT_DONE ? code : fail(words, code);
}

static int show_drafts(struct words *words)
{
    if (words->json)
        return print_answer(words, path_of(words, "/updates"));
    int code =
        updates_show(&words->client, path_of(words, "/updates"), words->to, words->number, &words->err);
    return code == EXIT_DONE ? code : fail(words, code);
}

static int update(struct words *words)
{
    scoped_buf struct buf text = {0}, body = {0};
    join_text(words, &text);
    if (words->send)
        return send_update(words, buf_text(&text));
    if (!text.n_bytes)
        return show_drafts(words);
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "text", buf_text(&text));
    if (words->to)
        jw_pair(&writer, "audience", words->to);
    jw_end_object(&writer);
    return tell(words, "/updates", &body);
}

/* Maintenance or a drill, which is of no incident: words->number is the clock. */
static int recurring_done(struct words *words, const struct buf *body)
{
    scoped_buf struct buf answer = {0}, out = {0};
    const char *path = arena_printf(words->arena, "/api/v1/clocks/%lld/done", words->number);
    int code = client_call(&words->client, path, buf_text(body), &answer, &words->err);
    if (code != EXIT_DONE)
        return fail(words, code);
    if (words->json)
        buf_printf(&out, "%s\n", buf_text(&answer));
    else
        buf_printf(&out, "%lld is done\nnext: crashcart incident clocks\n", words->number);
    print(&out);
    return EXIT_DONE;
}

static int done(struct words *words)
{
    long long number = 0;
    if (words->rest.n > 1 && (words->rest.n > 2 || number_parse(words->rest.at[1], &number) < 0))
        return usage_error(usage,
                           "incident done %lld: which clock? `crashcart incident clocks %lld` has them",
                           words->number, words->number);
    scoped_buf struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    if (words->note)
        jw_pair(&writer, "text", words->note);
    jw_end_object(&writer);
    return words->rest.n == 1 ? recurring_done(words, &body)
                              : tell(words, arena_printf(words->arena, "/clocks/%lld/done", number), &body);
}

/* Of one incident, or all that are due. */
static int clocks(struct words *words)
{
    const char *path = incident_clocks_path(words->arena, words->page.after);
    if (words->rest.n == 1 && number_parse(words->rest.at[0], &words->number) == 0)
        path = path_of(words, "");
    else if (words->rest.n)
        return usage_error(usage, "incident clocks: \"%s\" is no incident", words->rest.at[0]);
    return print_list(words, path, "clocks", clocks_print);
}

static int procedures(struct words *words)
{
    return print_list(words, path_of(words, "/procedures"), "procedures", procedures_print);
}

static int start(struct words *words)
{
    scoped_buf struct buf title = {0}, body = {0}, answer = {0};
    join_text(words, &title);
    if (!title.n_bytes)
        return usage_error(usage,
                           "incident start %lld: which procedure? `crashcart incident procedures %lld`",
                           words->number, words->number);
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "procedure", buf_text(&title));
    jw_end_object(&writer);
    int code =
        client_call(&words->client, path_of(words, "/procedures"), buf_text(&body), &answer, &words->err);
    if (code != EXIT_DONE)
        return fail(words, code);
    if (words->json)
        printf("%s\n", buf_text(&answer));
    else
        printf("\"%s\" is part of run %lld\nnext: crashcart incident show %lld\n", buf_text(&title),
               words->number, words->number);
    return EXIT_DONE;
}

static int note(struct words *words)
{
    scoped_buf struct buf text = {0}, body = {0};
    join_text(words, &text);
    if (!text.n_bytes)
        return usage_error(usage, "incident note %lld: what is the note?", words->number);
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "text", buf_text(&text));
    jw_end_object(&writer);
    return tell(words, "/notes", &body);
}

static int resolve(struct words *words)
{
    scoped_buf struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair_bool(&writer, "force", words->force);
    if (words->note)
        jw_pair(&writer, "text", words->note);
    jw_end_object(&writer);
    return tell(words, "/resolve", &body);
}

static int move(struct words *words, const char *state)
{
    scoped_buf struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "state", state);
    jw_pair_bool(&writer, "force", words->force);
    if (words->note)
        jw_pair(&writer, "text", words->note);
    jw_end_object(&writer);
    return tell(words, "/state", &body);
}

static int investigate(struct words *words)
{
    return move(words, "investigating");
}

static int identify(struct words *words)
{
    return move(words, "identified");
}

static int monitor(struct words *words)
{
    return move(words, "monitoring");
}

static int reopen(struct words *words)
{
    return move(words, "triggered");
}

static int close_it(struct words *words)
{
    return move(words, "closed");
}

static int state(struct words *words)
{
    if (words->rest.n != 2)
        return usage_error(usage, "incident state %lld: which state?", words->number);
    return move(words, words->rest.at[1]);
}

static int severity(struct words *words)
{
    if (words->rest.n != 2)
        return usage_error(usage, "incident severity %lld: which level?", words->number);
    if (!words->why)
        return usage_error(usage, "incident severity %lld %s: --why TEXT is needed, for the record",
                           words->number, words->rest.at[1]);
    scoped_buf struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "severity", words->rest.at[1]);
    jw_pair(&writer, "why", words->why);
    jw_end_object(&writer);
    return tell(words, "/severity", &body);
}

static int safety(struct words *words)
{
    bool yes = words->rest.n == 2 && strcmp(words->rest.at[1], "yes") == 0;
    if (words->rest.n != 2 || (!yes && strcmp(words->rest.at[1], "no") != 0))
        return usage_error(usage, "incident safety %lld: may patients be harmed, yes or no?", words->number);
    if (!words->why)
        return usage_error(usage, "incident safety %lld: --why TEXT is needed, for the record",
                           words->number);
    scoped_buf struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair_bool(&writer, "patient_safety", yes);
    jw_pair(&writer, "why", words->why);
    jw_end_object(&writer);
    return tell(words, "/patient-safety", &body);
}

static int assign(struct words *words)
{
    if (words->rest.n != 3)
        return usage_error(usage, "incident assign %lld: which role, and who?", words->number);
    const char *person = words->rest.at[2];
    scoped_buf struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "role", words->rest.at[1]);
    if (strcmp(person, "-") != 0)
        jw_pair(&writer, "person", strncmp(person, "person:", 7) == 0 ? person + 7 : person);
    if (words->note)
        jw_pair(&writer, "text", words->note);
    jw_end_object(&writer);
    return tell(words, "/roles", &body);
}

static int check(struct words *words)
{
    long long item;
    if (words->rest.n != 2 || number_parse(words->rest.at[1], &item) < 0)
        return usage_error(usage, "incident check %lld: which item? `crashcart incident show %lld` has them",
                           words->number, words->number);
    scoped_buf struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair_bool(&writer, "done", !words->undo);
    if (words->note)
        jw_pair(&writer, "text", words->note);
    jw_end_object(&writer);
    return tell(words, arena_printf(words->arena, "/checklist/%lld", item), &body);
}

/* How many alerts a mute hides, told before it does. */
static int say_hidden(struct words *words)
{
    scoped_buf struct buf answer = {0};
    struct json_document *document = json_document_new();
    struct json root;
    int code = client_get(&words->client, path_of(words, ""), document, &answer, &root, &words->err);
    if (code == EXIT_DONE && words->json && words->preview) {
        puts(buf_text(&answer));
    } else if (code == EXIT_DONE && !words->json) {
        long long n = (long long)json_int(json_get(json_get(root, "alerts"), "firing"), 0);
        printf("%s %lld %s of #%lld, and all that join it\n", words->preview ? "would hide" : "hides", n,
               n == 1 ? "alert that fires" : "alerts that fire", words->number);
    }
    json_document_free(document);
    return code == EXIT_DONE ? code : fail(words, code);
}

static int mute(struct words *words)
{
    if (words->preview)
        return say_hidden(words);
    if (!words->why)
        return usage_error(usage, "incident mute %lld: --why TEXT is needed, for the record", words->number);
    int code = say_hidden(words);
    if (code != EXIT_DONE)
        return code;
    scoped_buf struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "why", words->why);
    if (words->lasts)
        jw_pair(&writer, "for", words->lasts);
    jw_end_object(&writer);
    return tell(words, "/mute", &body);
}

static int unmute(struct words *words)
{
    scoped_buf struct buf body = {0};
    buf_puts(&body, "{}");
    return tell(words, "/unmute", &body);
}

static int hold_or_release(struct words *words, const char *verb)
{
    scoped_buf struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    if (!words->why)
        return usage_error(usage, "incident %s %lld: --why TEXT is needed, for the record", verb + 1,
                           words->number);
    jw_begin_object(&writer);
    jw_pair(&writer, "why", words->why);
    jw_end_object(&writer);
    return tell(words, verb, &body);
}

static int hold(struct words *words)
{
    return hold_or_release(words, "/hold");
}

static int release(struct words *words)
{
    return hold_or_release(words, "/release");
}

static int report(struct words *words)
{
    const char *format = words->html ? "html" : words->csv ? "csv" : words->json ? "json" : "markdown";
    return print_answer(words, path_of(words, arena_printf(words->arena, "/report?format=%s", format)));
}

static const struct verb {
    const char *name;
    bool takes_number, takes_text;
    int (*run)(struct words *words);
} verbs[] = {
    {"list", false, false, list},
    {"show", true, false, show},
    {"ack", true, false, acknowledge},
    {"note", true, true, note},
    {"investigate", true, false, investigate},
    {"identify", true, false, identify},
    {"monitor", true, false, monitor},
    {"reopen", true, false, reopen},
    {"close", true, false, close_it},
    {"state", true, true, state},
    {"severity", true, true, severity},
    {"resolve", true, false, resolve},
    {"safety", true, true, safety},
    {"assign", true, true, assign},
    {"check", true, true, check},
    {"update", true, true, update},
    {"finding", true, true, finding},
    {"clocks", false, true, clocks},
    {"done", true, true, done},
    {"procedures", true, false, procedures},
    {"start", true, true, start},
    {"mute", true, false, mute},
    {"unmute", true, false, unmute},
    {"hold", true, false, hold},
    {"release", true, false, release},
    {"report", true, false, report},
};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

int cmd_incident(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct words words = {.arena = arena};
    const char *data = NULL, *as = NULL;
    const struct command_option options[] = {{"--json", &words.json, NULL},
                                             {"--html", &words.html, NULL},
                                             {"--csv", &words.csv, NULL},
                                             {"--open", &words.page.open, NULL},
                                             {"--worst", &words.page.worst, NULL},
                                             {"--limit", NULL, &words.page.limit},
                                             {"--before", NULL, &words.page.before},
                                             {"--after", NULL, &words.page.after},
                                             {"--full", &words.full, NULL},
                                             {"--watch", &words.watch, NULL},
                                             {"--force", &words.force, NULL},
                                             {"--note", NULL, &words.note},
                                             {"--why", NULL, &words.why},
                                             {"--to", NULL, &words.to},
                                             {"--undo", &words.undo, NULL},
                                             {"--send", &words.send, NULL},
                                             {"--stand-behind", NULL, &words.behind},
                                             {"--set", NULL, &words.set},
                                             {"--data", NULL, &data},
                                             {"--as", NULL, &as},
                                             {"--for", NULL, &words.lasts},
                                             {"--preview", &words.preview, NULL},
                                             {0}};
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words.rest);
    if (parsed)
        return command_line_exit(parsed);
    if (words.rest.n == 0)
        return usage_error(usage, "incident: which verb?");
    const struct verb *verb = find_verb(words.rest.at[0]);
    if (!verb)
        return usage_error(usage, "incident %s: no such verb", words.rest.at[0]);
    words.rest.at++;
    words.rest.n--;
    if (verb->takes_number && (words.rest.n == 0 || number_parse(words.rest.at[0], &words.number) < 0))
        return usage_error(usage, "incident %s: which number? `crashcart incident list` shows them",
                           verb->name);
    if (!verb->takes_text && words.rest.n > (verb->takes_number ? 1 : 0))
        return usage_error(usage, "incident %s: \"%s\" is one word too many", verb->name,
                           words.rest.at[words.rest.n - 1]);
    if (client_open(arena, data, as, &words.client, &words.err) < 0)
        return fail(&words, EXIT_USAGE);
    return verb->run(&words);
}
