/* Incidents: what the ledger holds of them, and the verbs of a responder. */
#include <string.h>

#include "api/due.h"
#include "api/handlers.h"
#include "api/incident_json.h"
#include "api/server.h"
#include "base/clock.h"
#include "ledger/search.h"

enum { LIST_LIMIT = 100, LIST_MOST = 1000, TIMELINE_LIMIT = 10000 };

/* 0 done; else a problem is answered: not found, or the ledger's error. */
static int check(struct request *request, int got, const struct err *err)
{
    if (got == LEDGER_NOT_FOUND)
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no incident %lld",
                       (long long)request->parts.numbers[0]);
    else if (got != 0)
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err->text);
    return got;
}

/* The incident of the path. -1: answered already. */
static int find(struct request *request, struct ledger **ret_ledger, struct incident *ret_incident)
{
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger ||
        check(request, ledger_incident(ledger, request->arena, request->parts.numbers[0], ret_incident, &err),
              &err) != 0)
        return -1;
    *ret_ledger = ledger;
    return 0;
}

static int read_list(struct request *request, struct incident_search *search)
{
    const char *state = request_query(request, "state"), *order = request_query(request, "order");
    if (state && strcmp(state, "open") != 0 && strcmp(state, "all") != 0) {
        answer_problem(request, PROBLEM_BAD_REQUEST, "state", "state must be open or all");
        return -1;
    }
    search->services = request->access.services;
    search->open_only = state && strcmp(state, "open") == 0;
    search->worst_first = order && strcmp(order, "worst") == 0;
    if (order && !(search->worst_first && search->open_only && !request_query(request, "before"))) {
        answer_problem(request, PROBLEM_BAD_REQUEST, "order",
                       "order can be worst, with state=open and without before: the worst of those are all "
                       "that it gives");
        return -1;
    }
    int64_t limit;
    if (request_query_number(request, "before", INT64_MAX, INT64_MAX, &search->before) < 0 ||
        request_query_number(request, "limit", LIST_LIMIT, LIST_MOST, &limit) < 0)
        return -1;
    search->limit = (size_t)limit;
    return 0;
}

void get_incidents(struct request *request)
{
    struct incident *incidents = NULL;
    size_t n = 0;
    int64_t n_open = 0;
    struct incident_search search = {0};
    struct err err = {0};
    struct known_place place;
    if (known_answer(request, "incidents", &place) || read_list(request, &search) < 0)
        return;
    struct ledger *ledger = request_ledger(request);
    if (!ledger || check(request, ledger_count_open(ledger, search.services, &n_open, &err), &err) != 0 ||
        check(request, ledger_search_incidents(ledger, request->arena, &search, &incidents, &n, &err),
              &err) != 0)
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair_int(&writer, "open", n_open);
    jw_name(&writer, "incidents");
    jw_begin_array(&writer);
    for (size_t i = 0; i < n; i++)
        json_incident(&writer, &incidents[i]);
    jw_end_array(&writer);
    bool is_full = !search.worst_first && n && n == search.limit;
    jw_pair_int_or_null(&writer, "next", is_full ? incidents[n - 1].number : 0, is_full);
    jw_end_object(&writer);
    known_keep(request, &place);
}

static void write_clocks(struct json_writer *writer, const struct runbook_clock *clocks, size_t n)
{
    jw_name(writer, "clocks");
    jw_begin_array(writer);
    for (size_t i = 0; i < n; i++)
        json_clock(writer, &clocks[i]);
    jw_end_array(writer);
}

/* The first after the place that are theirs to see; it moves to the last of them. 0, -1 */
static int clocks_theirs(struct request *request, struct ledger *ledger, struct due_place *place,
                         size_t limit, struct runbook_clock *theirs, size_t *ret_n, struct err *err)
{
    struct sight sight = {0};
    struct runbook_clock *piece;
    size_t n_piece = limit;
    *ret_n = 0;
    while (*ret_n < limit && n_piece == limit) {
        if (ledger_clocks_due(ledger, request->arena, place, limit, &piece, &n_piece, err) != 0)
            return -1;
        for (size_t i = 0; i < n_piece && *ret_n < limit; i++) {
            *place = (struct due_place){piece[i].due_us, piece[i].incident, piece[i].number};
            if (access_sees(&request->access, ledger, &sight, piece[i].incident))
                theirs[(*ret_n)++] = piece[i];
        }
    }
    return 0;
}

void get_clocks(struct request *request)
{
    size_t n = 0;
    int64_t limit;
    struct due_place due;
    struct err err = {0};
    struct known_place place;
    if (known_answer(request, "clocks", &place) || due_after(request, &due) < 0 ||
        request_query_number(request, "limit", LIST_MOST, LIST_MOST, &limit) < 0)
        return;
    struct ledger *ledger = request_ledger(request);
    struct runbook_clock *clocks = arena_alloc(request->arena, ((size_t)limit + 1) * sizeof *clocks);
    if (!ledger ||
        check(request, clocks_theirs(request, ledger, &due, (size_t)limit, clocks, &n, &err), &err) != 0)
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    write_clocks(&writer, clocks, n);
    due_write_next(&writer, n && n == (size_t)limit ? &due : NULL);
    jw_end_object(&writer);
    known_keep(request, &place);
}

void get_incident(struct request *request)
{
    struct ledger *ledger;
    struct incident incident;
    struct role_holder *roles = NULL;
    struct check_item *checks = NULL;
    struct runbook_clock *clocks = NULL;
    size_t n_roles = 0, n_checks = 0, n_clocks = 0;
    struct err err = {0};
    struct known_place place;
    if (known_answer(request, "incident", &place) || find(request, &ledger, &incident) < 0 ||
        check(request, ledger_roles(ledger, request->arena, incident.number, &roles, &n_roles, &err), &err) !=
            0 ||
        check(request, ledger_checks(ledger, request->arena, incident.number, &checks, &n_checks, &err),
              &err) != 0 ||
        check(request,
              ledger_clocks(ledger, request->arena, incident.number, SIZE_MAX, &clocks, &n_clocks, &err),
              &err) != 0)
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    json_incident_members(&writer, &incident);
    jw_name(&writer, "roles");
    jw_begin_array(&writer);
    for (size_t i = 0; i < n_roles; i++)
        json_role(&writer, &roles[i]);
    jw_end_array(&writer);
    jw_name(&writer, "checklist");
    jw_begin_array(&writer);
    for (size_t i = 0; i < n_checks; i++)
        json_check(&writer, &checks[i]);
    jw_end_array(&writer);
    write_clocks(&writer, clocks, n_clocks);
    jw_end_object(&writer);
    known_keep(request, &place);
}

void get_timeline(struct request *request)
{
    struct ledger *ledger;
    struct incident incident;
    struct event_row *rows = NULL;
    size_t n = 0;
    int64_t after, limit;
    struct err err = {0};
    struct known_place place;
    if (known_answer(request, "timeline", &place) ||
        request_query_number(request, "after", 0, INT64_MAX, &after) < 0 ||
        request_query_number(request, "limit", TIMELINE_LIMIT, TIMELINE_LIMIT, &limit) < 0 ||
        find(request, &ledger, &incident) < 0 ||
        check(request,
              ledger_timeline(ledger, request->arena, incident.number, after, (size_t)limit, &rows, &n, &err),
              &err) != 0)
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_name(&writer, "events");
    jw_begin_array(&writer);
    for (size_t i = 0; i < n; i++)
        json_event(&writer, &rows[i]);
    jw_end_array(&writer);
    bool is_full = n && n == (size_t)limit;
    jw_pair_int_or_null(&writer, "next", is_full ? rows[n - 1].n : 0, is_full);
    jw_end_object(&writer);
    known_keep(request, &place);
}

void get_steps(struct request *request)
{
    struct ledger *ledger;
    struct incident incident;
    struct run_step *steps = NULL;
    size_t n = 0;
    struct err err = {0};
    struct known_place place;
    if (known_answer(request, "steps", &place) || find(request, &ledger, &incident) < 0 ||
        check(request, ledger_steps(ledger, request->arena, incident.number, &steps, &n, &err), &err) != 0)
        return;
    if (custody_goes_first(request, incident.number, steps, n, "the steps of the incident"))
        return;
    const struct run_step *next = NULL;
    for (size_t i = 0; !next && i < n; i++)
        if (incident.state < INCIDENT_RESOLVED && step_wants_person(&steps[i]))
            next = &steps[i];
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair_int_or_null(&writer, "next", next ? next->line : 0, next != NULL);
    jw_name(&writer, "steps");
    jw_begin_array(&writer);
    for (size_t i = 0; i < n; i++)
        json_step(&writer, &steps[i], &incident);
    jw_end_array(&writer);
    jw_end_object(&writer);
    if (atomic_load(&request->state) ==
        REQUEST_RECEIVING) /* else it has evidence, whose readers are on record */
        known_keep(request, &place);
}

/* ---- verbs ---- */

/* What the body says becomes the rest of the input. */
static void submit(struct request *request, struct json root, struct input input)
{
    input.incident = request->parts.numbers[0];
    input.force = json_bool(json_get(root, "force"), false);
    if (request_actor(request, root, &input.actor) < 0)
        return;
    request->input = input;
    request_submit(request, NULL);
}

void post_acknowledge(struct request *request)
{
    struct json root;
    if (request_object(request, &root) == 0)
        submit(request, root, (struct input){.kind = INPUT_ACKNOWLEDGE});
}

void post_note(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_NOTE};
    if (request_object(request, &root) < 0 || request_text(request, root, "text", &input.text) < 0)
        return;
    if (!input.text)
        answer_problem(request, PROBLEM_INVALID, "text", "a note needs a text");
    else
        submit(request, root, input);
}

void post_resolve(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_RESOLVE};
    if (request_object(request, &root) == 0 && request_text(request, root, "text", &input.text) == 0)
        submit(request, root, input);
}

void post_state(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_STATE};
    if (request_object(request, &root) == 0 && request_needed(request, root, "state", &input.word) == 0 &&
        request_text(request, root, "text", &input.text) == 0)
        submit(request, root, input);
}

void post_severity(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_SEVERITY};
    if (request_object(request, &root) == 0 && request_needed(request, root, "severity", &input.word) == 0 &&
        request_needed(request, root, "why", &input.text) == 0)
        submit(request, root, input);
}

void post_patient_safety(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_PATIENT_SAFETY};
    if (request_object(request, &root) < 0 || request_needed(request, root, "why", &input.text) < 0)
        return;
    input.flag = json_bool(json_get(root, "patient_safety"), true);
    submit(request, root, input);
}

/* person null or missing: nobody holds the role any more. */
void post_role(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_ASSIGN};
    if (request_object(request, &root) == 0 && request_needed(request, root, "role", &input.word) == 0 &&
        request_text(request, root, "person", &input.person) == 0 &&
        request_text(request, root, "text", &input.text) == 0)
        submit(request, root, input);
}

void post_check(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_CHECK};
    if (request_object(request, &root) < 0 || request_text(request, root, "text", &input.text) < 0)
        return;
    input.flag = json_bool(json_get(root, "done"), true);
    int64_t item = request->parts.numbers[1];
    input.item = item > INT32_MAX ? INT32_MAX : (int)item;
    submit(request, root, input);
}

/* audience missing: all of them were told. */
void post_update(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_UPDATE};
    if (request_object(request, &root) == 0 && request_needed(request, root, "text", &input.text) == 0 &&
        request_text(request, root, "audience", &input.word) == 0)
        submit(request, root, input);
}

void post_clock_done(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_CLOCK_DONE};
    if (request_object(request, &root) < 0 || request_text(request, root, "text", &input.text) < 0)
        return;
    int64_t number = request->parts.numbers[1];
    input.item = number > INT32_MAX ? INT32_MAX : (int)number;
    submit(request, root, input);
}

/* Maintenance or a drill. */
void post_recurring_done(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_CLOCK_DONE};
    if (request_object(request, &root) < 0 || request_text(request, root, "text", &input.text) < 0 ||
        request_actor(request, root, &input.actor) < 0)
        return;
    int64_t number = request->parts.numbers[0];
    input.item = number > INT32_MAX ? INT32_MAX : (int)number;
    request->input = input;
    request_submit(request, NULL);
}

/* for: "2h", or as long as the engine thinks when it is not given. */
void post_mute(struct request *request)
{
    struct json root;
    const char *length = NULL;
    struct input input = {.kind = INPUT_MUTE};
    if (request_object(request, &root) < 0 || request_needed(request, root, "why", &input.text) < 0 ||
        request_text(request, root, "for", &length) < 0)
        return;
    if (length && (duration_parse(length, &input.for_s) < 0 || input.for_s <= 0))
        answer_problem(request, PROBLEM_INVALID, "for", "\"for\" is a time such as 30m, 2h or 1d");
    else
        submit(request, root, input);
}

void post_unmute(struct request *request)
{
    struct json root;
    if (request_object(request, &root) == 0)
        submit(request, root, (struct input){.kind = INPUT_UNMUTE});
}
