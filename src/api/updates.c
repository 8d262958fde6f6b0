/* What audiences are told: the drafts, sending them, and what people found out.
 *
 * The drafts are made here from the record, on the thread of the request; what leaves is what the draft of
 * this moment says, or a text of a person, which is held to the same. */
#include "api/updates.h"

#include <string.h>

#include "api/server.h"
#include "base/clock.h"
#include "update/drafts.h"

enum { MOST_VALUES = 100 };

static int read_record(struct request *request, struct draft_record *ret_record)
{
    struct err err = {0};
    int64_t number = request->parts.numbers[0];
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return -1;
    int got = draft_record_read(ledger, request->arena, number, ret_record, &err);
    if (got == LEDGER_NOT_FOUND)
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no incident %lld", (long long)number);
    else if (got != 0)
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
    return got == 0 ? 0 : -1;
}

/* ---- the drafts ---- */

static void write_withheld(struct json_writer *w, const struct draft *draft)
{
    jw_name(w, "withheld");
    jw_begin_array(w);
    list_each (withheld, &draft->withheld) {
        jw_begin_object(w);
        jw_pair(w, "text", withheld->text);
        jw_pair(w, "claim", withheld->claim);
        jw_pair(w, "placeholder", withheld->placeholder);
        jw_pair(w, "why", withheld->why);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void write_ways(struct json_writer *w, const struct config_audience *audience)
{
    jw_name(w, "ways");
    jw_begin_array(w);
    for (size_t i = 0; audience && i < audience->send.n; i++) {
        jw_begin_object(w);
        jw_pair(w, "channel", audience->send.at[i].channel);
        jw_pair_bool(w, "cleared", audience->send.at[i].cleared);
        jw_end_object(w);
    }
    jw_end_array(w);
    jw_pair_bool(w, "status_page", audience && audience->status_page);
}

struct drafts {
    struct request *request;
    const struct draft_record *record;
    struct json_writer w;
};

static void write_draft(struct drafts *drafts, const struct config *config, const struct library *library,
                        const char *name)
{
    struct json_writer *w = &drafts->w;
    const struct config_audience *audience = config_audience(config, name);
    struct draft_input input =
        draft_input_of(drafts->record, config, library, name, clock_wall_us(drafts->request->api->clock));
    struct draft draft;
    draft_make(drafts->request->arena, &input, &draft);
    jw_begin_object(w);
    jw_pair(w, "audience", name);
    jw_pair_bool(w, "configured", audience != NULL);
    jw_pair_bool(w, "public", input.is_public);
    write_ways(w, audience);
    jw_pair_time(w, "due_at", draft_due_us(drafts->record, name));
    jw_name(w, "template");
    if (draft.template_name) {
        jw_begin_object(w);
        jw_pair(w, "name", draft.template_name);
        jw_pair(w, "file", drafts->record->incident.runbook_file);
        jw_pair_int(w, "line", draft.template_line);
        jw_end_object(w);
    } else {
        jw_null(w);
    }
    jw_pair(w, "status", draft.status);
    jw_pair(w, "subject", draft.subject);
    jw_pair(w, "text", draft.text);
    write_withheld(w, &draft);
    jw_end_object(w);
}

static void write_drafts(void *context, const struct config *config, const struct library *library)
{
    struct drafts *drafts = context;
    struct strings names = {0};
    draft_audiences(drafts->request->arena, drafts->record, config, library, &names);
    list_each (name, &names)
        write_draft(drafts, config, library, *name);
}

static void write_sent(struct json_writer *w, const struct update *update)
{
    jw_begin_object(w);
    jw_pair_int(w, "number", update->number);
    jw_pair(w, "audience", update->audience);
    jw_pair(w, "state", update_state_name(update->state));
    jw_pair(w, "status", update->status);
    jw_pair(w, "subject", update->subject);
    jw_pair(w, "text", update->text);
    jw_pair(w, "sent_by", update->sent_by && *update->sent_by ? update->sent_by : NULL);
    jw_pair(w, "stands_behind", update->behind && *update->behind ? update->behind : NULL);
    jw_pair(w, "withheld", update->withheld && *update->withheld ? update->withheld : NULL);
    jw_pair_bool(w, "status_page", update->on_page);
    jw_pair_time(w, "at", update->at_us);
    jw_end_object(w);
}

static void write_finding(struct json_writer *w, const struct known_finding *finding)
{
    jw_begin_object(w);
    jw_pair(w, "topic", finding->topic);
    jw_pair(w, "text", finding->text);
    jw_pair(w, "by", finding->by);
    jw_pair_time(w, "at", finding->at_us);
    jw_end_object(w);
}

void get_updates(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    struct draft_record record;
    if (read_record(request, &record) < 0)
        return;
    struct drafts drafts = {.request = request, .record = &record, .w = answer_json(request)};
    jw_begin_object(&drafts.w);
    jw_name(&drafts.w, "drafts");
    jw_begin_array(&drafts.w);
    bool asked = backend->ask_site(backend->core, write_drafts, &drafts);
    jw_end_array(&drafts.w);
    jw_name(&drafts.w, "sent");
    jw_begin_array(&drafts.w);
    for (size_t i = 0; i < record.n_sent; i++)
        write_sent(&drafts.w, &record.sent[i]);
    jw_end_array(&drafts.w);
    jw_name(&drafts.w, "findings");
    jw_begin_array(&drafts.w);
    list_each (finding, &record.findings)
        write_finding(&drafts.w, finding);
    jw_end_array(&drafts.w);
    jw_pair(&drafts.w, "topics", finding_topics(request->arena));
    jw_end_object(&drafts.w);
    if (!asked)
        request_unanswered(request);
}

/* ---- sending ---- */

struct sending {
    struct request *request;
    const struct draft_record *record;
    const char *audience, *subject, *text; /* or NULL */
    struct strings behind;
    LIST(struct label) values;
    LIST(struct update_message) messages;
    const char *nothing_left; /* why an audience gets nothing, or NULL */
};

static void add_message(struct sending *sending, const struct config *config, const struct library *library,
                        const char *name)
{
    struct arena *arena = sending->request->arena;
    struct draft_input input =
        draft_input_of(sending->record, config, library, name, clock_wall_us(sending->request->api->clock));
    struct draft draft;
    input.subject = sending->subject;
    input.text = sending->text;
    input.behind = &sending->behind;
    input.values = sending->values.at;
    input.n_values = sending->values.n;
    draft_make(arena, &input, &draft);
    const char *withheld = draft_withheld_text(arena, &draft);
    if (!*draft.text) {
        sending->nothing_left = withheld;
        return;
    }
    *list_push(arena, &sending->messages) =
        (struct update_message){.audience = arena_strdup(arena, name),
                                .status = draft.status,
                                .subject = arena_strdup(arena, draft.subject),
                                .text = draft.text,
                                .withheld = withheld};
}

static void make_messages(void *context, const struct config *config, const struct library *library)
{
    struct sending *sending = context;
    if (sending->audience) {
        const struct config_audience *audience = config_audience(config, sending->audience);
        add_message(sending, config, library, audience ? audience->id : sending->audience);
        return;
    }
    list_each (audience, &config->audiences)
        add_message(sending, config, library, audience->id);
}

/* "stand_behind": true, a claim, or several. */
static int read_behind(struct request *request, struct json root, struct sending *sending)
{
    struct json value = json_get(root, "stand_behind");
    if (json_bool(value, false))
        strings_add(request->arena, &sending->behind, "all");
    const char *one = json_text(value, NULL);
    if (one)
        strings_add(request->arena, &sending->behind, arena_strdup(request->arena, one));
    if (json_kind(value) == JSON_ARRAY)
        for (struct json_iter i = json_first(value); json_more(&i); json_next(&i)) {
            const char *claim = json_text(i.value, NULL);
            if (claim)
                strings_add(request->arena, &sending->behind, arena_strdup(request->arena, claim));
        }
    list_each (claim, &sending->behind)
        if (strcmp(*claim, "all") != 0 && !claim_says(*claim)) {
            answer_problem(request, PROBLEM_INVALID, "stand_behind", "\"%.40s\" is no claim", *claim);
            return -1;
        }
    return 0;
}

static void read_values(struct request *request, struct json root, struct sending *sending)
{
    struct json values = json_get(root, "values");
    if (json_kind(values) != JSON_OBJECT)
        return;
    for (struct json_iter i = json_first(values); json_more(&i); json_next(&i)) {
        const char *text = json_text(i.value, NULL);
        if (text && sending->values.n < MOST_VALUES)
            *list_push(request->arena, &sending->values) = (struct label){
                arena_strndup(request->arena, i.name, i.name_bytes), arena_strdup(request->arena, text)};
    }
}

/* Who stands behind what nobody has established is a person, by name, who may approve. */
static int check_behind(struct request *request, const struct sending *sending, const char *actor)
{
    if (!sending->behind.n)
        return 0;
    if (strncmp(actor, "person:", 7) == 0 && request->access.right >= RIGHT_APPROVE)
        return 0;
    answer_problem(request, PROBLEM_FORBIDDEN, "stand_behind",
                   "a person who may approve stands behind a sentence by name; say who you are (\"as\")");
    return -1;
}

void post_update_send(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    struct draft_record record;
    struct sending sending = {.request = request, .record = &record};
    struct json root;
    const char *actor;
    if (request_object(request, &root) < 0 ||
        request_text(request, root, "audience", &sending.audience) < 0 ||
        request_text(request, root, "subject", &sending.subject) < 0 ||
        request_text(request, root, "text", &sending.text) < 0 || request_actor(request, root, &actor) < 0 ||
        read_behind(request, root, &sending) < 0 || check_behind(request, &sending, actor) < 0 ||
        read_record(request, &record) < 0)
        return;
    read_values(request, root, &sending);
    if (!backend->ask_site(backend->core, make_messages, &sending)) {
        request_unanswered(request);
        return;
    }
    if (!sending.messages.n && sending.nothing_left) {
        answer_problem(request, PROBLEM_CONFLICT, "text", "nothing of it may leave: %s",
                       sending.nothing_left);
        return;
    }
    request->input = (struct input){.kind = INPUT_UPDATE_SEND,
                                    .incident = request->parts.numbers[0],
                                    .actor = actor,
                                    .flag = sending.behind.n > 0,
                                    .updates = sending.messages.at,
                                    .n_updates = sending.messages.n};
    request_submit(request, NULL);
}

/* ---- findings ---- */

void post_finding(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_FINDING, .incident = request->parts.numbers[0]};
    if (request_object(request, &root) < 0 || request_text(request, root, "topic", &input.word) < 0 ||
        request_text(request, root, "text", &input.text) < 0 ||
        request_actor(request, root, &input.actor) < 0)
        return;
    if (!input.word || !finding_topic_known(input.word)) {
        answer_problem(request, PROBLEM_INVALID, "topic", "a finding is of one of these topics: %s",
                       finding_topics(request->arena));
        return;
    }
    input.flag = json_bool(json_get(root, "holds"), true);
    request->input = input;
    request_submit(request, NULL);
}
