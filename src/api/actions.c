/* Action items of incidents, and the review with its agenda. */
#include <string.h>

#include "api/due.h"
#include "api/handlers.h"
#include "api/incident_json.h"
#include "api/server.h"
#include "engine/texts.h"
#include "ledger/review.h"

enum { LIST_MOST = 1000 };

static void write_action(struct json_writer *writer, const struct action_item *item)
{
    jw_begin_object(writer);
    jw_pair_int(writer, "incident", item->incident);
    jw_pair_int(writer, "item", item->item);
    jw_pair(writer, "kind", action_kind_name(item->kind));
    jw_pair(writer, "state", action_state_name(item->state));
    jw_pair(writer, "priority", action_priority_name(item->priority));
    jw_pair(writer, "what", item->what);
    jw_pair(writer, "owner", text_or(item->owner, NULL));
    jw_pair(writer, "file", text_or(item->file, NULL));
    jw_pair_int_or_null(writer, "line", item->line, item->line);
    jw_pair(writer, "made_by", text_or(item->made_by, NULL));
    jw_pair_time(writer, "made_at", item->made_us);
    jw_pair_time(writer, "due_at", item->due_us);
    jw_pair(writer, "ended_by", text_or(item->ended_by, NULL));
    jw_pair_time(writer, "ended_at", item->ended_us);
    jw_pair(writer, "note", text_or(item->note, NULL));
    jw_pair_int(writer, "reminders", item->said);
    jw_end_object(writer);
}

static void write_actions(struct json_writer *writer, const struct action_item *items, size_t n)
{
    jw_name(writer, "actions");
    jw_begin_array(writer);
    for (size_t i = 0; i < n; i++)
        write_action(writer, &items[i]);
    jw_end_array(writer);
}

static int read_failed(struct request *request, const struct err *err)
{
    answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err->text);
    return -1;
}

/* Of one incident. -1: answered already. */
static int read_actions(struct request *request, int64_t incident, struct action_item **ret_items,
                        size_t *ret_n)
{
    struct err err = {0};
    struct incident found;
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return -1;
    int got = ledger_incident(ledger, request->arena, incident, &found, &err);
    if (got == 0)
        got = ledger_actions(ledger, request->arena, incident, LIST_MOST, ret_items, ret_n, &err);
    if (got == LEDGER_NOT_FOUND)
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no incident %lld", (long long)incident);
    else if (got != 0)
        read_failed(request, &err);
    return got == 0 ? 0 : -1;
}

/* last NULL: there are no more. */
static void answer_actions(struct request *request, const struct action_item *items, size_t n,
                           const struct due_place *last)
{
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    write_actions(&writer, items, n);
    due_write_next(&writer, last);
    jw_end_object(&writer);
}

/* The first after the place that are theirs to see; it moves to the last of them. 0, -1 */
static int actions_theirs(struct request *request, bool open_only, struct due_place *place, size_t limit,
                          struct action_item *theirs, size_t *ret_n)
{
    struct err err = {0};
    struct sight sight = {0};
    struct action_item *piece;
    struct ledger *ledger = request_ledger(request);
    size_t n_piece = limit;
    *ret_n = 0;
    while (*ret_n < limit && n_piece == limit) {
        if (!ledger)
            return -1;
        if (ledger_actions_due(ledger, request->arena, open_only, place, limit, &piece, &n_piece, &err) != 0)
            return read_failed(request, &err);
        for (size_t i = 0; i < n_piece && *ret_n < limit; i++) {
            *place = (struct due_place){piece[i].due_us, piece[i].incident, piece[i].item};
            if (access_sees(&request->access, ledger, &sight, piece[i].incident))
                theirs[(*ret_n)++] = piece[i];
        }
    }
    return 0;
}

void get_actions(struct request *request)
{
    const char *state = request_query(request, "state");
    bool open_only = !state || strcmp(state, "open") == 0;
    struct due_place place;
    int64_t limit;
    size_t n;
    if (!open_only && strcmp(state, "all") != 0)
        answer_problem(request, PROBLEM_BAD_REQUEST, "state", "state must be open or all");
    else if (due_after(request, &place) == 0 &&
             request_query_number(request, "limit", LIST_MOST, LIST_MOST, &limit) == 0) {
        struct action_item *items = arena_alloc(request->arena, ((size_t)limit + 1) * sizeof *items);
        if (actions_theirs(request, open_only, &place, (size_t)limit, items, &n) == 0)
            answer_actions(request, items, n, n && n == (size_t)limit ? &place : NULL);
    }
}

void get_incident_actions(struct request *request)
{
    struct action_item *items = NULL;
    size_t n = 0;
    if (read_actions(request, request->parts.numbers[0], &items, &n) == 0)
        answer_actions(request, items, n, NULL);
}

/* item 0: a new one */
static void submit(struct request *request, int64_t item)
{
    struct json root;
    struct action_change *change = arena_alloc(request->arena, sizeof *change);
    const struct {
        const char *name;
        const char **text;
    } members[] = {{"what", &change->what},   {"owner", &change->owner}, {"priority", &change->priority},
                   {"state", &change->state}, {"kind", &change->kind},   {"file", &change->file},
                   {"note", &change->note},   {"due", &change->due}};
    if (request_object(request, &root) < 0)
        return;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (request_text(request, root, members[i].name, members[i].text) < 0)
            return;
    struct input input = {.kind = INPUT_ACTION,
                          .incident = request->parts.numbers[0],
                          .item = item > INT32_MAX ? INT32_MAX : (int)item,
                          .action = change};
    if (request_actor(request, root, &input.actor) < 0)
        return;
    request->input = input;
    request_submit(request, NULL);
}

void post_action(struct request *request)
{
    submit(request, 0);
}

void post_action_change(struct request *request)
{
    if (request->parts.numbers[1] == 0)
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "action items are numbered from 1");
    else
        submit(request, request->parts.numbers[1]);
}

/* ---- the review ---- */

struct review {
    struct request *request;
    struct incident incident;
    struct action_item *items;
    struct runbook_clock *clocks;
    struct role_holder *roles;
    size_t n_items, n_clocks, n_roles;
};

#define WRITE_STATED(writer, name, list)                                                                     \
    do {                                                                                                     \
        jw_name(writer, name);                                                                               \
        jw_begin_array(writer);                                                                              \
        list_each (stated, list)                                                                             \
            write_stated(writer, stated->text, stated->line);                                                \
        jw_end_array(writer);                                                                                \
    } while (0)

static void write_stated(struct json_writer *writer, const char *text, int line)
{
    jw_begin_object(writer);
    jw_pair(writer, "text", text);
    jw_pair_int(writer, "line", line);
    jw_end_object(writer);
}

static void write_agenda(struct json_writer *writer, const struct runbook *runbook)
{
    jw_name(writer, "agenda");
    jw_begin_array(writer);
    list_each (item, &runbook->parts.agenda) {
        jw_begin_object(writer);
        jw_pair(writer, "text", item->name);
        jw_pair_int(writer, "line", item->line);
        jw_pair_int_or_null(writer, "seconds", item->duration_s, item->duration_s > 0);
        jw_end_object(writer);
    }
    jw_end_array(writer);
    WRITE_STATED(writer, "questions", &runbook->parts.questions);
    WRITE_STATED(writer, "invited", &runbook->parts.participants);
}

static void write_review(void *context, const struct config *config, const struct library *library)
{
    (void)config;
    static const struct runbook none;
    const struct review *review = context;
    const char *file = review->incident.runbook_file;
    const struct runbook *runbook = library && file && *file ? library_find(library, file) : NULL;
    struct json_writer writer = answer_json(review->request);
    jw_begin_object(&writer);
    jw_pair_int(&writer, "incident", review->incident.number);
    jw_name(&writer, "review");
    const struct action_item *found = NULL;
    for (size_t i = 0; !found && i < review->n_items; i++)
        if (review->items[i].kind == ACTION_REVIEW)
            found = &review->items[i];
    if (found)
        write_action(&writer, found);
    else
        jw_null(&writer);
    const struct runbook_clock *deadline = NULL;
    for (size_t i = 0; !deadline && i < review->n_clocks; i++)
        if (review->clocks[i].is_review && review->clocks[i].kind == CLOCK_FOLLOW_UP)
            deadline = &review->clocks[i];
    jw_name(&writer, "deadline");
    if (deadline)
        json_clock(&writer, deadline);
    else
        jw_null(&writer);
    write_agenda(&writer, runbook ? runbook : &none);
    jw_name(&writer, "people");
    jw_begin_array(&writer);
    for (size_t i = 0; i < review->n_roles; i++)
        json_role(&writer, &review->roles[i]);
    jw_end_array(&writer);
    write_actions(&writer, review->items, review->n_items);
    jw_end_object(&writer);
}

void get_review(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    struct review review = {.request = request};
    struct err err = {0};
    int64_t number = request->parts.numbers[0];
    if (read_actions(request, number, &review.items, &review.n_items) < 0)
        return;
    if (ledger_incident(request->ledger, request->arena, number, &review.incident, &err) != 0 ||
        ledger_clocks(request->ledger, request->arena, number, LIST_MOST, &review.clocks, &review.n_clocks,
                      &err) != 0 ||
        ledger_roles(request->ledger, request->arena, number, &review.roles, &review.n_roles, &err) != 0)
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
    else if (!backend->ask_site(backend->core, write_review, &review))
        write_review(&review, NULL, NULL);
}
