/* `crashcart silence`: alerts that page nobody for a while. What would be hidden is shown before it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/url.h"
#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/terminal.h"
#include "config/matcher.h"

static const char usage[] =
    "usage: crashcart silence add MATCHER... --for 2h --comment TEXT [--as PERSON]\n"
    "       crashcart silence preview MATCHER... [--json]\n"
    "       crashcart silence list [--all] [--json]\n"
    "       crashcart silence expire ID\n"
    "\n"
    "  MATCHER is service=api, severity!=page, pod=~'a-.*' or pod!~'a-.*'; an alert must\n"
    "  fit all of them. Silenced alerts are recorded, and page nobody until the silence\n"
    "  ends; what still fires then pages. `add` prints what it hides now. One that names\n"
    "  a severity only, or nothing, is wide: the worst level pages all the same.\n"
    "  --all          ended ones, too (they are kept for 5 days)\n"
    "  --as PERSON    who you are, for the record (your user name)\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

static const char maintenance_usage[] =
    "usage: crashcart maintenance add MATCHER... --for 2h --comment TEXT [--as PERSON]\n"
    "       crashcart maintenance preview MATCHER... [--json]\n"
    "       crashcart maintenance list [--all] [--json]\n"
    "       crashcart maintenance end ID\n"
    "\n"
    "  MATCHER is service=api or pod=~'a-.*'; an alert must fit all of them. Incidents\n"
    "  open as ever, and page nobody until the window ends; what still burns then pages.\n"
    "  Windows of the configuration (maintenance:) are listed while they last, and can\n"
    "  be ended early.\n"
    "  --all          ended ones, too (they are kept for 5 days)\n"
    "  --as PERSON    who you are, for the record (your user name)\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

struct asked {
    struct client client;
    struct strings words;
    const char *lasts, *comment;
    bool all, json;
    const struct silence_noun *noun;
};

/* A maintenance window is a silence that lets incidents open. */
static const struct silence_noun {
    const char *name, *usage, *end, *nothing;
    bool maintenance;
} silence_words = {"silence", usage, "expire", "nothing is silenced\n", false},
  maintenance_words = {"maintenance", maintenance_usage, "end", "nothing is in maintenance\n", true};

/* ---- preview ---- */

static void add_alert(struct buf *out, struct json labels)
{
    scoped_buf struct buf line = {0};
    const char *name = json_text(json_get(labels, "alertname"), NULL);
    buf_puts(&line, name ? name : "unnamed alert");
    for (struct json_iter i = json_first(labels); json_more(&i); json_next(&i))
        if (strcmp(i.name, "alertname") != 0)
            buf_printf(&line, " %s=%s", i.name, json_text(i.value, NULL) ? json_text(i.value, NULL) : "");
    buf_puts(out, "  ");
    text_add_fit(out, buf_text(&line), TERMINAL_COLUMNS - 2, false);
    buf_putc(out, '\n');
}

static void add_preview(struct buf *out, struct json root, const char *verb)
{
    if (json_bool(json_get(root, "wide"), false))
        buf_puts(out, "WIDE: no matcher says what it hides, so it hides nothing of the worst level and\n"
                      "nothing that may harm patients; name the alerts or the service to hide those\n");
    int64_t n = json_int(json_get(root, "firing"), 0);
    struct json alerts = json_get(root, "alerts");
    if (n == 0) {
        buf_printf(out, "%s no alert that fires now\n", verb);
        return;
    }
    buf_printf(out, "%s %lld %s now:\n", verb, (long long)n,
               n == 1 ? "alert that fires" : "alerts that fire");
    for (struct json_iter i = json_first(alerts); json_more(&i); json_next(&i))
        add_alert(out, i.value);
    if (n > (int64_t)json_count(alerts))
        buf_printf(out, "  and %lld more\n", (long long)(n - (int64_t)json_count(alerts)));
}

static int preview(struct asked *asked, const char *verb)
{
    scoped_buf struct buf path = {0}, text = {0}, out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    struct err err = {0};
    buf_puts(&path, "/api/v1/silences/preview?");
    list_each (word, &asked->words) {
        buf_puts(&path, "filter=");
        url_encode(&path, *word);
        buf_putc(&path, '&');
    }
    path.at[--path.n_bytes] = '\0';
    int code = client_get(&asked->client, buf_text(&path), document, &text, &root, &err);
    if (code != EXIT_DONE)
        error_print(err.text);
    else if (asked->json)
        printf("%s\n", buf_text(&text));
    else
        add_preview(&out, root, verb);
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    json_document_free(document);
    return code;
}

/* ---- add ---- */

static int write_matchers(struct json_writer *writer, const struct strings *words, struct err *err)
{
    jw_name(writer, "matchers");
    jw_begin_array(writer);
    list_each (word, words) {
        struct matcher *matcher;
        if (matcher_parse(*word, &matcher, err) < 0)
            return err_prefix(err, "%s: ", *word);
        jw_begin_object(writer);
        jw_pair(writer, "name", matcher->name);
        jw_pair(writer, "value", matcher->value);
        jw_pair_bool(writer, "isRegex", matcher->expression != NULL);
        jw_pair_bool(writer, "isEqual", !matcher->negative);
        jw_end_object(writer);
        matcher_free(matcher);
    }
    jw_end_array(writer);
    return 0;
}

static int write_silence(struct buf *body, const struct asked *asked, int64_t lasts_s, struct err *err)
{
    int64_t now_us = clock_wall_us(clock_system());
    const char *user = getenv("USER");
    struct json_writer writer = jw_start(body);
    jw_begin_object(&writer);
    if (write_matchers(&writer, &asked->words, err) < 0)
        return -1;
    jw_pair_time(&writer, "startsAt", now_us);
    jw_pair_time(&writer, "endsAt", now_us + lasts_s * US_PER_S);
    jw_pair(&writer, "createdBy", asked->client.as ? asked->client.as : user && *user ? user : "somebody");
    jw_pair(&writer, "comment", asked->comment);
    if (asked->noun->maintenance)
        jw_pair_bool(&writer, "maintenance", true);
    jw_end_object(&writer);
    return 0;
}

static void print_added(const struct silence_noun *noun, const struct buf *answer)
{
    struct json_document *document = json_document_new();
    struct json root;
    if (json_parse(document, buf_text(answer), answer->n_bytes, 4, &root, NULL) == 0)
        printf("%s %s\nnext: crashcart %s %s %s\n", noun->name, json_text(json_get(root, "silenceID"), NULL),
               noun->name, noun->end, json_text(json_get(root, "silenceID"), NULL));
    json_document_free(document);
}

static int add(struct asked *asked)
{
    scoped_buf struct buf body = {0}, answer = {0};
    int64_t lasts_s;
    struct err err = {0};
    if (!asked->words.n || !asked->lasts || !asked->comment || !*asked->comment)
        return usage_error(asked->noun->usage, "%s add needs matchers, --for and --comment",
                           asked->noun->name);
    if (duration_parse(asked->lasts, &lasts_s) < 0 || lasts_s <= 0)
        return usage_error(asked->noun->usage, "--for %s: write a time like 30m, 2h or 1d", asked->lasts);
    if (write_silence(&body, asked, lasts_s, &err) < 0)
        return usage_error(asked->noun->usage, "%s", err.text);
    int code = asked->json ? EXIT_DONE : preview(asked, "hides");
    if (code != EXIT_DONE)
        return code;
    code = client_call(&asked->client, "/api/v2/silences", buf_text(&body), &answer, &err);
    if (code != EXIT_DONE)
        error_print(err.text);
    else if (asked->json)
        puts(buf_text(&answer));
    else
        print_added(asked->noun, &answer);
    return code;
}

static int preview_only(struct asked *asked)
{
    if (!asked->words.n)
        return usage_error(asked->noun->usage, "%s preview needs matchers", asked->noun->name);
    return preview(asked, "would hide");
}

/* ---- list, expire ---- */

static void add_silence(struct buf *out, struct json silence)
{
    scoped_buf struct buf line = {0}, matchers = {0};
    const char *names[] = {"id", "createdBy", "comment", "endsAt"}, *texts[4];
    for (size_t i = 0; i < 4; i++) {
        const char *text = json_text(json_get(silence, names[i]), NULL);
        texts[i] = text ? text : "";
    }
    const char *state = json_text(json_get(json_get(silence, "status"), "state"), NULL);
    struct json list = json_get(silence, "matchers");
    for (struct json_iter i = json_first(list); json_more(&i); json_next(&i)) {
        bool equal = json_bool(json_get(i.value, "isEqual"), true);
        const char *name = json_text(json_get(i.value, "name"), NULL);
        const char *value = json_text(json_get(i.value, "value"), NULL);
        const char *sign = json_bool(json_get(i.value, "isRegex"), false) ? equal ? "=~" : "!~"
                           : equal                                        ? "="
                                                                          : "!=";
        buf_printf(&matchers, " %s%s%s", name ? name : "", sign, value ? value : "");
    }
    buf_printf(out, "%s  %s until %.20s%s\n  ", texts[0], state ? state : "", texts[3],
               json_bool(json_get(silence, "wide"), false) ? "  WIDE" : "");
    text_add_fit(out, buf_text(&matchers) + (matchers.n_bytes > 0), TERMINAL_COLUMNS - 2, false);
    buf_printf(&line, "%s: %s", texts[1], texts[2]);
    buf_puts(out, "\n  ");
    text_add_fit(out, buf_text(&line), TERMINAL_COLUMNS - 2, false);
    buf_putc(out, '\n');
}

static int list(struct asked *asked)
{
    scoped_buf struct buf text = {0}, out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    struct err err = {0};
    int code = client_get(&asked->client, "/api/v2/silences", document, &text, &root, &err);
    if (code != EXIT_DONE)
        error_print(err.text);
    else if (asked->json)
        printf("%s\n", buf_text(&text));
    for (struct json_iter i = json_first(root); code == EXIT_DONE && !asked->json && json_more(&i);
         json_next(&i)) {
        const char *state = json_text(json_get(json_get(i.value, "status"), "state"), NULL);
        if (json_bool(json_get(i.value, "maintenance"), false) != asked->noun->maintenance)
            continue;
        if (asked->all || !state || strcmp(state, "expired") != 0)
            add_silence(&out, i.value);
    }
    if (code == EXIT_DONE && !asked->json && !out.n_bytes)
        buf_puts(&out, asked->noun->nothing);
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    json_document_free(document);
    return code;
}

static int expire(struct asked *asked)
{
    scoped_buf struct buf path = {0};
    struct err err = {0};
    if (asked->words.n != 1)
        return usage_error(asked->noun->usage, "%s %s needs the id that `%s list` prints", asked->noun->name,
                           asked->noun->end, asked->noun->name);
    buf_puts(&path, "/api/v2/silence/");
    url_encode(&path, asked->words.at[0]);
    int code = client_delete(&asked->client, buf_text(&path), &err);
    if (code != EXIT_DONE)
        error_print(err.text);
    else if (asked->json)
        ended_print(asked->words.at[0]);
    else
        puts("ended; what still fires pages now");
    return code;
}

static int run(const struct silence_noun *noun, int argc, char **argv)
{
    const struct {
        const char *name;
        int (*run)(struct asked *asked);
    } verbs[] = {{"add", add}, {"preview", preview_only}, {"list", list}, {noun->end, expire}};
    scoped_arena struct arena *arena = arena_new();
    struct asked asked = {.noun = noun};
    const char *data = NULL, *as = NULL;
    struct err err;
    const struct command_option options[] = {{"--for", NULL, &asked.lasts},
                                             {"--comment", NULL, &asked.comment},
                                             {"--all", &asked.all, NULL},
                                             {"--json", &asked.json, NULL},
                                             {"--data", NULL, &data},
                                             {"--as", NULL, &as},
                                             {0}};
    int parsed = command_line_parse(arena, argc, argv, options, noun->usage, &asked.words);
    if (parsed)
        return command_line_exit(parsed);
    if (client_open(arena, data, as, &asked.client, &err) < 0)
        return usage_error(noun->usage, "%s", err.text);
    for (size_t i = 0; asked.words.n && i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(asked.words.at[0], verbs[i].name) != 0)
            continue;
        asked.words.at++;
        asked.words.n--;
        return verbs[i].run(&asked);
    }
    return usage_error(noun->usage, "%s: add, preview, list or %s?", noun->name, noun->end);
}

int cmd_silence(int argc, char **argv)
{
    return run(&silence_words, argc, argv);
}

int cmd_maintenance(int argc, char **argv)
{
    return run(&maintenance_words, argc, argv);
}
