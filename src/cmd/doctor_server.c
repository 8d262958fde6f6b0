#include <string.h>

#include "cmd/client.h"
#include "cmd/doctor.h"
#include "cmd/incident_show_priv.h"

struct answer_read {
    struct json_document *document;
    struct buf text;
    struct json root;
};

static void answer_read_free(struct answer_read *answer)
{
    json_document_free(answer->document);
    buf_free(&answer->text);
}
#define scoped_answer_read __attribute__((cleanup(answer_read_free)))

static bool get(struct doctor *doctor, const struct client *client, const char *about, const char *path,
                struct answer_read *ret_answer)
{
    struct err err = {0};
    ret_answer->document = json_document_new();
    if (client_get(client, path, ret_answer->document, &ret_answer->text, &ret_answer->root, &err) == 0)
        return true;
    doctor_finds(doctor, FINDING_PROBLEM, about, NULL, "%s", err.text);
    return false;
}

static void look_at_version(struct doctor *doctor, const struct client *client)
{
    struct answer_read answer scoped_answer_read = {0};
    if (!get(doctor, client, "server", "/api/v2/status", &answer))
        return;
    const char *version = text_of(json_get(answer.root, "versionInfo"), "version");
    if (strcmp(version, CRASHCART_VERSION) != 0)
        doctor_finds(doctor, FINDING_NOTE, "server", "restart it with this program",
                     "it is crashcart %s, this is %s", version, CRASHCART_VERSION);
    else
        doctor_finds(doctor, FINDING_WELL, "server", NULL, "crashcart %s takes alerts at %s", version,
                     client->url);
}

/* Does it look at what the files say now? False: it does not tell us, and would not tell the rest. */
static bool look_at_settings(struct doctor *doctor, const struct client *client)
{
    struct answer_read answer scoped_answer_read = {0};
    if (!get(doctor, client, "settings", "/api/v1/settings", &answer))
        return false;
    if (json_bool(json_get(answer.root, "files_have_errors"), false))
        doctor_finds(doctor, FINDING_PROBLEM, "settings", "see crashcart config check, and the server's log",
                     "the files have errors, and older ones are in force");
    return true;
}

/* Asked from where the server stands: this terminal may reach what it does not. */
static void look_at_provider(struct doctor *doctor, const struct client *client)
{
    struct answer_read answer scoped_answer_read = {0};
    if (!doctor->config || !doctor->config->sign_in.provider ||
        !get(doctor, client, "sign-in", "/api/v1/sign-in/provider", &answer))
        return;
    if (json_bool(json_get(answer.root, "works"), false))
        doctor_finds(doctor, FINDING_WELL, "sign-in", NULL, "%s answers; it must know %s",
                     text_of(answer.root, "provider"), text_of(answer.root, "return_url"));
    else
        doctor_finds(doctor, FINDING_PROBLEM, "sign-in",
                     "docs/accounts.md: sign_in; until then people sign in with a password", "%s: %s",
                     text_of(answer.root, "provider"), text_of(answer.root, "why"));
}

static void look_at_channels(struct doctor *doctor, const struct client *client)
{
    struct answer_read answer scoped_answer_read = {0};
    size_t n = 0, n_held = 0;
    if (!get(doctor, client, "channels", "/api/v1/channels", &answer))
        return;
    for (struct json_iter i = json_first(json_get(answer.root, "channels")); json_more(&i); json_next(&i)) {
        const char *state = text_of(i.value, "state");
        n++;
        if (strcmp(state, "failed") == 0)
            doctor_finds(doctor, FINDING_PROBLEM, "channels",
                         arena_printf(doctor->arena, "mend it, then: crashcart channel test %s",
                                      text_of(i.value, "person")),
                         "%s of %s does not work: %s", text_of(i.value, "channel"),
                         text_of(i.value, "person"), text_of(i.value, "detail"));
        n_held += strcmp(state, "holds") == 0;
    }
    if (n == 0)
        doctor_finds(doctor, FINDING_PROBLEM, "channels", "docs/configuration.md: people, contacts",
                     "nobody can be reached: the configuration names no contact");
    else if (n_held < n)
        doctor_finds(doctor, FINDING_NOTE, "channels", "crashcart channel test",
                     "%zu of %zu ways of reaching people are proved", n_held, n);
    else
        doctor_finds(doctor, FINDING_WELL, "channels", NULL, "all %zu ways of reaching people are proved", n);
}

static void look_at_checks(struct doctor *doctor, const struct client *client)
{
    struct answer_read answer scoped_answer_read = {0};
    size_t n = 0;
    if (!get(doctor, client, "checks", "/api/v1/checks", &answer))
        return;
    for (struct json_iter i = json_first(json_get(answer.root, "checks")); json_more(&i); json_next(&i)) {
        n++;
        if (strcmp(text_of(i.value, "state"), "error") == 0)
            doctor_finds(doctor, FINDING_PROBLEM, "checks", "crashcart checks", "%s cannot look: %s",
                         text_of(i.value, "id"), text_of(i.value, "says"));
    }
    if (n)
        doctor_finds(doctor, FINDING_WELL, "checks", NULL, "%zu of them look", n);
}

/* Nothing that ever told it anything is the commonest reason for a quiet night. */
static void look_at_senders(struct doctor *doctor, const struct client *client)
{
    struct answer_read answer scoped_answer_read = {0};
    if (!get(doctor, client, "alerts", "/api/v1/incidents?limit=1", &answer))
        return;
    struct json_iter i = json_first(json_get(answer.root, "incidents"));
    if (json_more(&i))
        doctor_finds(doctor, FINDING_WELL, "alerts", NULL, "the last incident was opened at %s",
                     text_of(i.value, "opened_at"));
    else
        doctor_finds(doctor, FINDING_NOTE, "alerts",
                     "point Prometheus at it, add a check, or rehearse: crashcart drill list",
                     "it has never opened an incident");
}

void doctor_look_at_server(struct doctor *doctor)
{
    struct client client;
    struct err err = {0};
    struct buf ready scoped_buf = {0};
    if (client_open(doctor->arena, doctor->data_dir, NULL, &client, &err) < 0 ||
        client_call(&client, "/-/ready", NULL, &ready, &err) != 0) {
        doctor_finds(doctor, FINDING_PROBLEM, "server", "crashcart serve, or set CRASHCART_URL", "%s",
                     err.text);
        doctor_look_at_port(doctor);
        return;
    }
    look_at_version(doctor, &client);
    if (!look_at_settings(doctor, &client))
        return;
    look_at_provider(doctor, &client);
    look_at_senders(doctor, &client);
    look_at_channels(doctor, &client);
    look_at_checks(doctor, &client);
}
