/* Browsers that get pages: which ways the configuration names for them, who answers to each, and a browser
 * that takes its place. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "courier/push_crypto.h"
#include "ledger/subscription.h"

struct listing {
    struct json_writer *writer;
    const struct push_subscription *browsers;
    size_t n_browsers;
};

static int64_t since_us(const struct listing *listing, const char *person, const char *name)
{
    for (size_t i = 0; i < listing->n_browsers; i++)
        if (strcmp(listing->browsers[i].person, person) == 0 && strcmp(listing->browsers[i].name, name) == 0)
            return listing->browsers[i].at_us;
    return 0;
}

static void write_ways(void *context, const struct config *config, const struct library *library)
{
    const struct listing *listing = context;
    struct json_writer *writer = listing->writer;
    (void)library;
    list_each (person, &config->people)
        list_each (contact, &person->contacts) {
            if (strcmp(contact->channel, "push") != 0)
                continue;
            jw_begin_object(writer);
            jw_pair(writer, "person", person->id);
            jw_pair(writer, "name", contact->address);
            jw_pair_time(writer, "since", since_us(listing, person->id, contact->address));
            jw_end_object(writer);
        }
}

/* An endpoint is as good as an address: it is shown to nobody. */
void get_push(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    struct ledger *ledger = request_ledger(request);
    struct push_subscription *browsers = NULL;
    struct listing listing = {0};
    struct err err = {0};
    scoped_buf struct buf key = {0};
    if (!ledger)
        return;
    if (ledger_subscriptions(ledger, request->arena, &browsers, &listing.n_browsers, &err) != 0) {
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
        return;
    }
    bool has_key = backend->push_key && backend->push_key(backend->core, &key);
    struct json_writer writer = answer_json(request);
    listing.writer = &writer;
    listing.browsers = browsers;
    jw_begin_object(&writer);
    jw_pair(&writer, "key", has_key ? key.at : NULL);
    jw_name(&writer, "ways");
    jw_begin_array(&writer);
    if (!backend->ask_site(backend->core, write_ways, &listing)) {
        request_unanswered(request);
        return;
    }
    jw_end_array(&writer);
    jw_end_object(&writer);
}

/* Who subscribes is who asks; a program says for whom ("as"). */
void post_push(struct request *request)
{
    static const char prefix[] = "person:";
    struct json root;
    struct input input = {.kind = INPUT_SUBSCRIBE};
    struct push_subscription *browser = arena_alloc(request->arena, sizeof *browser);
    struct push_receiver keys;
    struct err err;
    if (request_object(request, &root) < 0 || request_needed(request, root, "name", &browser->name) < 0 ||
        request_needed(request, root, "endpoint", &browser->endpoint) < 0 ||
        request_needed(request, root, "p256dh", &browser->p256dh) < 0 ||
        request_needed(request, root, "auth", &browser->auth) < 0 ||
        request_actor(request, root, &input.actor) < 0)
        return;
    if (strncmp(input.actor, prefix, strlen(prefix)) != 0)
        answer_problem(request, PROBLEM_INVALID, "as", "say whose browser it is: \"as\"");
    else if (web_url_check(browser->endpoint, &err) < 0)
        answer_problem(request, PROBLEM_INVALID, "endpoint", "%s", err.text);
    else if (push_base64_read(browser->p256dh, strlen(browser->p256dh), keys.public, sizeof keys.public) <
                 0 ||
             push_base64_read(browser->auth, strlen(browser->auth), keys.auth, sizeof keys.auth) < 0)
        answer_problem(request, PROBLEM_INVALID, "p256dh", "p256dh and auth are none that a browser makes");
    else {
        browser->person = input.actor + strlen(prefix);
        input.subscription = browser;
        request->input = input;
        request_submit(request, NULL);
    }
}
