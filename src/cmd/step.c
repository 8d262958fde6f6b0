/* `crashcart step`: what people do with the steps of a run besides approving and denying. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/terminal.h"

static const char usage[] =
    "usage: crashcart step done RUN STEP [--note TEXT]        it was done; a command by hand\n"
    "       crashcart step answer RUN STEP yes|no [--note TEXT]\n"
    "       crashcart step choose RUN STEP                    this alternative, not the others\n"
    "       crashcart step skip RUN STEP --note TEXT          with the reason, for the record\n"
    "       crashcart step start RUN STEP                     a look runs (again); what is\n"
    "                                                         over is opened again\n"
    "       crashcart step watch RUN STEP                     what it prints, as it comes\n"
    "       crashcart step stop RUN STEP [--note TEXT]        with all that it has started\n"
    "\n"
    "  RUN and STEP as `crashcart incident show N` prints them; a step is named by its\n"
    "  line in the runbook. What changes something is let run by `crashcart approve`.\n"
    "  --as PERSON    who you are, for the record\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

struct words {
    const char *verb, *note, *answer;
    long long run, step;
    bool json;
};

/* No output drives the terminal. */
static void add_plain(struct buf *out, const char *text)
{
    for (const char *c = text; *c; c++)
        buf_putc(out, ((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7F ? '?' : *c);
}

/* One piece of output. EXIT_DONE; more: there may be another. */
static int watch_piece(const struct client *client, const struct words *words, int64_t *from, bool *ret_more,
                       bool *seen, struct err *err)
{
    scoped_buf struct buf path = {0}, answer = {0}, out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    buf_printf(&path, "/api/v1/runs/%lld/steps/%lld/output?from=%lld", words->run, words->step,
               (long long)*from);
    int code = client_get(client, buf_text(&path), document, &answer, &root, err);
    if (code == EXIT_DONE) {
        const char *text = json_text(json_get(root, "output"), NULL);
        const char *state = json_text(json_get(root, "state"), NULL);
        bool recorded = json_bool(json_get(root, "recorded"), false);
        int64_t begins = json_int(json_get(root, "from"), 0);
        if (!recorded && begins > *from)
            buf_printf(&out, "[%lld bytes are not kept any more]\n", (long long)(begins - *from));
        if (text && !(recorded && *seen)) /* the record repeats what was seen */
            add_plain(&out, text);
        *seen |= text && *text;
        *ret_more = json_bool(json_get(root, "more"), false);
        *from = json_int(json_get(root, "next"), 0);
        if (!*ret_more)
            buf_printf(&out, "%sstep %lld of run %lld: %s\n",
                       out.n_bytes && out.at[out.n_bytes - 1] != '\n' ? "\n" : "", words->step, words->run,
                       state ? state : "over");
        fwrite(buf_text(&out), 1, out.n_bytes, stdout);
        fflush(stdout);
    }
    json_document_free(document);
    return code;
}

/* Asks again and again: that needs nothing of the way between, and goes on where it was after any break. */
static int watch(const struct client *client, const struct words *words)
{
    static const struct timespec pause = {.tv_nsec = 300 * 1000000};
    struct err err = {0};
    int64_t from = 0;
    bool more = true, seen = false;
    int code = EXIT_DONE;
    while (code == EXIT_DONE && more) {
        code = watch_piece(client, words, &from, &more, &seen, &err);
        if (code == EXIT_DONE && more)
            nanosleep(&pause, NULL);
    }
    if (code != EXIT_DONE)
        error_print(err.text);
    return code;
}

/* The attempt that is the last one now, so that nobody starts what another has started meanwhile. */
static int last_attempt(const struct client *client, const struct words *words, int64_t *ret_attempt,
                        struct err *err)
{
    scoped_buf struct buf path = {0}, answer = {0};
    struct json_document *document = json_document_new();
    struct json root;
    buf_printf(&path, "/api/v1/runs/%lld/steps/%lld", words->run, words->step);
    int code = client_get(client, buf_text(&path), document, &answer, &root, err);
    if (code == EXIT_DONE)
        *ret_attempt = json_int(json_get(root, "attempt"), 0);
    json_document_free(document);
    return code;
}

static void print_state(const struct buf *answer, const struct words *words)
{
    scoped_buf struct buf out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    if (json_parse(document, buf_text(answer), answer->n_bytes, 16, &root, NULL) == 0) {
        const char *state = json_text(json_get(root, "state"), NULL);
        const char *why = json_text(json_get(root, "why"), NULL);
        buf_printf(&out, "step %lld of run %lld is %s", words->step, words->run, state ? state : "changed");
        if (why && *why) {
            buf_puts(&out, ": ");
            text_add_wrapped(&out, why, text_columns(buf_text(&out)), 2);
        } else {
            buf_putc(&out, '\n');
        }
    }
    buf_printf(&out, "next: crashcart incident show %lld\n", words->run);
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    json_document_free(document);
}

static int send(const struct client *client, const struct words *words)
{
    scoped_buf struct buf body = {0}, path = {0}, answer = {0};
    struct err err = {0};
    int64_t attempt = 0;
    int code = EXIT_DONE;
    if (strcmp(words->verb, "start") == 0)
        code = last_attempt(client, words, &attempt, &err);
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    if (words->note)
        jw_pair(&writer, "reason", words->note);
    if (words->answer)
        jw_pair(&writer, "answer", words->answer);
    if (attempt)
        jw_pair_int(&writer, "attempt", attempt);
    jw_end_object(&writer);
    buf_printf(&path, "/api/v1/runs/%lld/steps/%lld/%s", words->run, words->step, words->verb);
    if (code == EXIT_DONE)
        code = client_call(client, buf_text(&path), buf_text(&body), &answer, &err);
    if (code != EXIT_DONE)
        error_print(err.text);
    else if (words->json)
        printf("%s\n", buf_text(&answer));
    else
        print_state(&answer, words);
    return code;
}

/* How many words a verb takes with its own; 0: there is no such verb. */
static size_t words_wanted(const char *verb)
{
    static const char *const verbs[] = {"done", "choose", "skip", "start", "stop", "watch"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i], verb) == 0)
            return 3;
    return strcmp(verb, "answer") == 0 ? 4 : 0;
}

int cmd_step(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct strings rest = {0};
    struct words words = {0};
    struct client client;
    const char *data = NULL, *as = NULL;
    struct err err;
    const struct command_option options[] = {{"--note", NULL, &words.note}, {"--reason", NULL, &words.note},
                                             {"--json", &words.json, NULL}, {"--data", NULL, &data},
                                             {"--as", NULL, &as},           {0}};
    int parsed = command_line_parse(arena, argc, argv, options, usage, &rest);
    if (parsed)
        return command_line_exit(parsed);
    words.verb = rest.n ? rest.at[0] : "";
    if (!words_wanted(words.verb))
        return usage_error(usage, "step: done, answer, choose, skip, start, stop or watch?");
    if (rest.n != words_wanted(words.verb) || number_parse(rest.at[1], &words.run) < 0 ||
        step_parse(rest.at[2], &words.step) < 0)
        return usage_error(usage, "step %s needs the numbers of a run and of a step%s", words.verb,
                           words_wanted(words.verb) == 4 ? ", and yes or no" : "");
    words.answer = rest.n == 4 ? rest.at[3] : NULL;
    if (strcmp(words.verb, "skip") == 0 && !words.note)
        return usage_error(usage, "step skip %lld %s: --note TEXT is needed, for the record", words.run,
                           rest.at[2]);
    if (client_open(arena, data, as, &client, &err) < 0)
        return usage_error(usage, "%s", err.text);
    return strcmp(words.verb, "watch") == 0 ? watch(&client, &words) : send(&client, &words);
}
