/* `crashcart account` and `crashcart token`: who may use the server. Passwords are typed without echo, or
 * come on standard input; never as an argument, which everybody on the machine could read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/terminal.h"

static const char account_usage[] =
    "usage: crashcart account add PERSON [--right RIGHT] [--service ID]... [--password]\n"
    "                             [--second-factor] [--json]\n"
    "       crashcart account list [--json]\n"
    "       crashcart account remove PERSON\n"
    "       crashcart account password\n"
    "\n"
    "  Who signs in at the console. `add` makes the account or changes what is given;\n"
    "  every change ends the person's sessions. `password` changes your own: the old one is\n"
    "  asked for, and the new one; CRASHCART_TOKEN says who you are.\n"
    "  --right RIGHT    viewer, responder (if nothing is said), approver, administrator\n"
    "  --service ID     keeps them to its incidents; may be given several times\n"
    "  --password       asks for a password; without a terminal it is read from the input\n"
    "  --second-factor  makes a key for an authenticator, shown this once\n"
    "  --data DIR       the server's data folder, for its token (./crashcart-data)\n";

static const char token_usage[] =
    "usage: crashcart token add NAME (--right RIGHT | --person PERSON) [--service ID]...\n"
    "                           [--source NETWORK] [--for TIME] [--json]\n"
    "       crashcart token list [--json]\n"
    "       crashcart token end ID\n"
    "\n"
    "  For programs, and for people at a terminal (CRASHCART_TOKEN). A token is shown once.\n"
    "  `list` and `end` are of sessions, too.\n"
    "  --right RIGHT    sender (alerts and signs of life), viewer, responder, approver,\n"
    "                   administrator\n"
    "  --person PERSON  has the right of that person's account, and speaks for them\n"
    "  --service ID     keeps it to its incidents; may be given several times\n"
    "  --source NETWORK it counts from there only: 10.1.0.0/16\n"
    "  --for TIME       until then: 12h, 90d; otherwise until it is ended\n"
    "  --data DIR       the server's data folder, for its token (./crashcart-data)\n";

struct asked {
    struct arena *arena;
    const char *usage;
    struct client client;
    struct strings words, services;
    const char *right, *person, *source, *lasts;
    bool json, password, second_factor;
};

enum { PASSWORD_BYTES = 1024 };

/* One line. -1: none came. */
static int read_line_hidden(const char *question, char out[PASSWORD_BYTES])
{
    struct termios shown, hidden;
    bool is_terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &shown) == 0;
    if (is_terminal) {
        fprintf(stderr, "%s: ", question);
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    char *line = fgets(out, PASSWORD_BYTES, stdin);
    if (is_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        fputc('\n', stderr);
    }
    if (line)
        out[strcspn(out, "\r\n")] = '\0';
    return line && *out ? 0 : -1;
}

/* A new one; typed twice on a terminal, where nobody sees what they type. -1: none came, and that is said. */
static int read_new_password(const struct asked *asked, const char *question, char out[PASSWORD_BYTES])
{
    char again[PASSWORD_BYTES];
    if (read_line_hidden(question, out) < 0) {
        usage_error(asked->usage, "no password came");
        return -1;
    }
    if (!isatty(STDIN_FILENO))
        return 0;
    bool is_same = read_line_hidden("Once more", again) == 0 && strcmp(out, again) == 0;
    explicit_bzero(again, sizeof again);
    if (is_same)
        return 0;
    explicit_bzero(out, PASSWORD_BYTES);
    usage_error(asked->usage, "the two are not the same");
    return -1;
}

static void write_services(struct json_writer *writer, const struct strings *services)
{
    if (!services->n)
        return;
    jw_name(writer, "services");
    jw_begin_array(writer);
    list_each (service, services)
        jw_string(writer, *service);
    jw_end_array(writer);
}

/* Sends the body; what comes is printed as it is, or handed to print. */
static int send(const struct asked *asked, const char *path, const struct buf *body,
                void (*print)(struct json root))
{
    scoped_buf struct buf answer = {0};
    struct err err = {0};
    struct json root;
    int code = client_call(&asked->client, path, buf_text(body), &answer, &err);
    if (code != EXIT_DONE) {
        error_print(err.text);
        return code;
    }
    struct json_document *document = json_document_new();
    if (asked->json)
        printf("%s\n", buf_text(&answer));
    else if (json_parse(document, buf_text(&answer), answer.n_bytes, 8, &root, NULL) == 0)
        print(root);
    json_document_free(document);
    return code;
}

static const char *text_of(struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? text : "";
}

/* ", for pacs triage" */
static void add_services(struct buf *out, struct json services)
{
    const char *before = ", for ";
    for (struct json_iter i = json_first(services); json_more(&i); json_next(&i), before = " ")
        buf_printf(out, "%s%s", before, json_text(i.value, NULL));
}

static void print_account(struct json root)
{
    scoped_buf struct buf out = {0};
    struct json account = json_get(root, "account");
    const char *uri = text_of(root, "second_factor_uri");
    buf_printf(&out, "%s: %s", text_of(account, "person"), text_of(account, "right"));
    add_services(&out, json_get(account, "services"));
    if (!json_bool(json_get(account, "password"), false))
        buf_puts(&out, "\nno password yet: crashcart account add PERSON --password");
    if (*uri)
        buf_printf(&out, "\nfor the authenticator, shown this once:\n  %s", uri);
    puts(buf_text(&out));
}

static int add_account(struct asked *asked)
{
    scoped_buf struct buf body = {0};
    char password[PASSWORD_BYTES];
    if (asked->words.n != 1)
        return usage_error(asked->usage, "account add needs a person");
    const char *question = arena_printf(asked->arena, "Password of %s", asked->words.at[0]);
    if (asked->password && read_new_password(asked, question, password) < 0)
        return EXIT_USAGE;
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "person", asked->words.at[0]);
    if (asked->right)
        jw_pair(&writer, "right", asked->right);
    if (asked->password)
        jw_pair(&writer, "password", password);
    if (asked->second_factor)
        jw_pair_bool(&writer, "second_factor", true);
    write_services(&writer, &asked->services);
    jw_end_object(&writer);
    int code = send(asked, "/api/v1/accounts", &body, print_account);
    explicit_bzero(password, sizeof password);
    explicit_bzero(body.at, body.n_bytes);
    return code;
}

static void print_changed(struct json root)
{
    printf("%s: the password is changed, and their sessions have ended\n",
           text_of(json_get(root, "account"), "person"));
}

static int change_password(struct asked *asked)
{
    scoped_buf struct buf body = {0};
    char old[PASSWORD_BYTES] = "", password[PASSWORD_BYTES] = "";
    if (asked->words.n)
        return usage_error(asked->usage,
                           "it is your own password; of others: crashcart account add PERSON --password");
    if (read_line_hidden("Your password", old) < 0)
        return usage_error(asked->usage, "no password came");
    int code = EXIT_USAGE;
    if (read_new_password(asked, "The new one", password) == 0) {
        struct json_writer writer = jw_start(&body);
        jw_begin_object(&writer);
        jw_pair(&writer, "old", old);
        jw_pair(&writer, "password", password);
        jw_end_object(&writer);
        code = send(asked, "/api/v1/session/password", &body, print_changed);
        explicit_bzero(body.at, body.n_bytes);
    }
    explicit_bzero(old, sizeof old);
    explicit_bzero(password, sizeof password);
    return code;
}

static void print_token(struct json root)
{
    printf("%s\nshown this once; next: export CRASHCART_TOKEN=... or Authorization: Bearer ...\n",
           text_of(root, "token"));
}

static int add_token(struct asked *asked)
{
    scoped_buf struct buf body = {0};
    if (asked->words.n != 1)
        return usage_error(asked->usage, "token add needs a name");
    const struct {
        const char *name, *value;
    } members[] = {{"name", asked->words.at[0]},
                   {"right", asked->right},
                   {"person", asked->person},
                   {"source", asked->source},
                   {"for", asked->lasts}};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (members[i].value)
            jw_pair(&writer, members[i].name, members[i].value);
    write_services(&writer, &asked->services);
    jw_end_object(&writer);
    return send(asked, "/api/v1/tokens", &body, print_token);
}

static void add_account_row(struct buf *out, struct json account)
{
    buf_printf(out, "%s: %s", text_of(account, "person"), text_of(account, "right"));
    add_services(out, json_get(account, "services"));
    if (!json_bool(json_get(account, "password"), false))
        buf_puts(out, ", no password");
    if (json_bool(json_get(account, "second_factor"), false))
        buf_puts(out, ", second factor");
}

static void add_key_row(struct buf *out, struct json key)
{
    const char *name = text_of(key, "name"), *until = text_of(key, "until"), *source = text_of(key, "source");
    buf_printf(out, "%s  %s %s", text_of(key, "id"), text_of(key, "kind"),
               *name ? name : text_of(key, "person"));
    if (*name && *text_of(key, "person"))
        buf_printf(out, " of %s", text_of(key, "person"));
    if (*text_of(key, "right"))
        buf_printf(out, ": %s", text_of(key, "right"));
    add_services(out, json_get(key, "services"));
    if (*source)
        buf_printf(out, ", from %s", source);
    if (*until)
        buf_printf(out, ", until %.16s", until);
}

static int list(struct asked *asked, const char *path, const char *member,
                void (*add_row)(struct buf *out, struct json row))
{
    scoped_buf struct buf text = {0}, out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    struct err err = {0};
    int code = client_get(&asked->client, path, document, &text, &root, &err);
    if (code != EXIT_DONE)
        error_print(err.text);
    else if (asked->json)
        printf("%s\n", buf_text(&text));
    for (struct json_iter i = json_first(json_get(root, member));
         code == EXIT_DONE && !asked->json && json_more(&i); json_next(&i)) {
        scoped_buf struct buf line = {0};
        add_row(&line, i.value);
        text_add_wrapped(&out, buf_text(&line), 0, 2);
    }
    if (code == EXIT_DONE && !asked->json && !out.n_bytes)
        buf_puts(&out, "nobody but the administrator's token\n");
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    json_document_free(document);
    return code;
}

static int list_accounts(struct asked *asked)
{
    return list(asked, "/api/v1/accounts", "accounts", add_account_row);
}

static int list_keys(struct asked *asked)
{
    return list(asked, "/api/v1/keys", "keys", add_key_row);
}

static int end(struct asked *asked, const char *path)
{
    scoped_buf struct buf at = {0};
    struct err err = {0};
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+-";
    if (asked->words.n != 1 || strspn(asked->words.at[0], plain) != strlen(asked->words.at[0]))
        return usage_error(asked->usage, "say which one, as `list` prints it");
    buf_printf(&at, "%s%s", path, asked->words.at[0]);
    int code = client_delete(&asked->client, buf_text(&at), &err);
    if (code != EXIT_DONE)
        error_print(err.text);
    else if (asked->json)
        ended_print(asked->words.at[0]);
    else
        puts("ended");
    return code;
}

static int remove_account(struct asked *asked)
{
    return end(asked, "/api/v1/accounts/");
}

static int end_key(struct asked *asked)
{
    return end(asked, "/api/v1/keys/");
}

struct verb {
    const char *name;
    int (*run)(struct asked *asked);
};

static int run(const struct verb *verbs, const char *usage, int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct asked asked = {.arena = arena, .usage = usage};
    const char *data = NULL;
    struct err err;
    const struct command_option options[] = {{"--right", NULL, &asked.right},
                                             {"--person", NULL, &asked.person},
                                             {"--source", NULL, &asked.source},
                                             {"--for", NULL, &asked.lasts},
                                             {"--password", &asked.password, NULL},
                                             {"--second-factor", &asked.second_factor, NULL},
                                             {"--json", &asked.json, NULL},
                                             {"--data", NULL, &data},
                                             {0}};
    if (command_line_take(arena, &argc, argv, "--service", &asked.services) < 0)
        return usage_error(usage, "--service needs an id");
    int parsed = command_line_parse(arena, argc, argv, options, usage, &asked.words);
    if (parsed)
        return command_line_exit(parsed);
    if (client_open(arena, data, NULL, &asked.client, &err) < 0)
        return usage_error(usage, "%s", err.text);
    for (; asked.words.n && verbs->name; verbs++) {
        if (strcmp(asked.words.at[0], verbs->name) != 0)
            continue;
        asked.words.at++;
        asked.words.n--;
        return verbs->run(&asked);
    }
    return usage_error(usage, "%s: which of them?", argv[0]);
}

int cmd_account(int argc, char **argv)
{
    static const struct verb verbs[] = {{"add", add_account},
                                        {"list", list_accounts},
                                        {"remove", remove_account},
                                        {"password", change_password},
                                        {0}};
    return run(verbs, account_usage, argc, argv);
}

int cmd_token(int argc, char **argv)
{
    static const struct verb verbs[] = {{"add", add_token}, {"list", list_keys}, {"end", end_key}, {0}};
    return run(verbs, token_usage, argc, argv);
}
