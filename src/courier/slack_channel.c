/* slack_channel: an incident's own channel in Slack is brought to what the page document asks for
 * (courier/incident_channel.c): it is there, purpose and topic say what they should, the first message stands
 * in it and is pinned, people are invited.
 *
 * One attempt is several calls of Slack's API, a row each below; a row whose work is done already is passed
 * over. Every attempt begins by asking what is there, so it may be made again after any crash: the name is
 * taken then and the channel is found by it, its purpose holds the incident's key, and so does the metadata
 * of the first message. When that stands already, it is edited: it says what holds now. The name may be taken
 * by somebody else's channel, too: then another one is tried. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "courier/courier_priv.h"

enum {
    MOST_DEPTH = 32,
    MOST_NAMES = 5,
    ID_BYTES = 32,
    NAME_BYTES = 84,
    CURSOR_BYTES = 200,
    TS_DIGITS = 6,                 /* after the point of a message's time, as Slack writes it */
    MOST_TEXT = 200,               /* Slack takes 250 characters of a topic or purpose */
    WHOLE_BYTES = 4 * 1024 * 1024, /* of an answer: a page of the list of channels */
};

enum call {
    CALL_OPEN,
    CALL_FIND,
    CALL_JOIN,
    CALL_PURPOSE,
    CALL_TOPIC,
    CALL_HISTORY,
    CALL_POST,
    CALL_PIN,
    CALL_INVITE,
    CALL_EDIT, /* the last: what it is refused for keeps nothing else from being done */
    CALL_NONE
};

struct slack_channel {
    /* What is wanted. */
    const char *name, *topic, *purpose, *key;
    struct strings people;         /* to invite */
    bool first, edits, is_private; /* first: its first message is to be written; edits: to be brought up */

    /* What is there. */
    char id[ID_BYTES], called[NAME_BYTES]; /* "": not known yet */
    char first_ts[ID_BYTES], cursor[CURSOR_BYTES];
    bool is_member, has_purpose, has_topic, pinned, archived, looked, edited;
    bool searched; /* the name is taken: the list of channels is looked through, from the cursor on */

    enum call call; /* under way, or the next */
    int n_names;    /* that were tried */
    size_t n_invited;
    char refused[DETAIL_BYTES]; /* what was refused and is not needed by the rest, and why */
};

/* ---- what is wanted ---- */

static const char *text_of(struct arena *arena, struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? arena_strdup(arena, text) : "";
}

/* As Slack gives it back, too. */
static const char *escaped(struct arena *arena, const char *text)
{
    scoped_buf struct buf out = {0};
    slack_escape(&out, text, MOST_TEXT);
    return arena_strdup(arena, buf_text(&out));
}

static int read_wanted(struct attempt *attempt, struct slack_channel *c, struct err *err)
{
    struct json_document *document = json_document_new();
    struct json root;
    int parsed = json_parse(document, attempt->page, attempt->n_bytes, MOST_DEPTH, &root, err);
    struct json wanted = parsed ? (struct json){0} : json_get(root, "channel");
    c->name = text_of(attempt->arena, wanted, "name");
    c->topic = escaped(attempt->arena, text_of(attempt->arena, wanted, "topic"));
    c->purpose = escaped(attempt->arena, text_of(attempt->arena, wanted, "purpose"));
    c->key = text_of(attempt->arena, wanted, "key");
    int64_t begun = json_int(json_get(wanted, "begun"), 0);
    c->first = begun == 0;
    c->edits = begun > 1;
    if (c->edits)
        snprintf(c->first_ts, sizeof c->first_ts, "%lld.%0*lld", (long long)(begun / US_PER_S), TS_DIGITS,
                 (long long)(begun % US_PER_S));
    c->is_private = json_bool(json_get(wanted, "private"), false);
    snprintf(c->id, sizeof c->id, "%s", text_of(attempt->arena, wanted, "id"));
    for (struct json_iter i = json_first(json_get(wanted, "people")); json_more(&i); json_next(&i)) {
        const char *id = json_text(i.value, NULL);
        if (id && slack_id_check(id, err) == 0)
            strings_add(attempt->arena, &c->people, arena_strdup(attempt->arena, id));
    }
    json_document_free(document);
    if (!parsed && *c->name && *c->key)
        return 0;
    return err_set(err, "the order names no channel");
}

/* "incident-x-42", "incident-x-42-2" */
static void write_name(const struct slack_channel *c, char name[NAME_BYTES])
{
    if (c->n_names == 0)
        snprintf(name, NAME_BYTES, "%.80s", c->name);
    else
        snprintf(name, NAME_BYTES, "%.78s-%c", c->name, '1' + c->n_names);
}

/* ---- the calls ---- */

static void write_open(const struct slack_channel *c, struct buf *form)
{
    char name[NAME_BYTES];
    if (*c->id) {
        form_pair(form, "channel", c->id);
        return;
    }
    write_name(c, name);
    form_pair(form, "name", name);
    form_pair(form, "is_private", c->is_private ? "true" : "false");
}

static void write_find(const struct slack_channel *c, struct buf *form)
{
    form_pair(form, "types", c->is_private ? "private_channel" : "public_channel");
    form_pair(form, "limit", "500");
    if (*c->cursor)
        form_pair(form, "cursor", c->cursor);
}

static void write_id(const struct slack_channel *c, struct buf *form)
{
    form_pair(form, "channel", c->id);
}

static void write_purpose(const struct slack_channel *c, struct buf *form)
{
    write_id(c, form);
    form_pair(form, "purpose", c->purpose);
}

static void write_topic(const struct slack_channel *c, struct buf *form)
{
    write_id(c, form);
    form_pair(form, "topic", c->topic);
}

static void write_history(const struct slack_channel *c, struct buf *form)
{
    write_id(c, form);
    form_pair(form, "limit", "100");
    form_pair(form, "include_all_metadata", "true");
}

static void write_pin(const struct slack_channel *c, struct buf *form)
{
    write_id(c, form);
    form_pair(form, "timestamp", c->first_ts);
}

static void write_invite(const struct slack_channel *c, struct buf *form)
{
    write_id(c, form);
    form_pair(form, "users", c->people.at[c->n_invited]);
}

/* ---- what an answer says ---- */

static void keep(char *field, size_t n_bytes, struct json value)
{
    const char *text = json_text(value, NULL);
    if (text)
        snprintf(field, n_bytes, "%s", text);
}

static bool text_is(struct json value, const char *text)
{
    const char *theirs = json_text(value, NULL);
    return theirs && strcmp(theirs, text) == 0;
}

static void take_channel(struct slack_channel *c, struct json channel)
{
    keep(c->id, sizeof c->id, json_get(channel, "id"));
    keep(c->called, sizeof c->called, json_get(channel, "name"));
    c->is_member = json_bool(json_get(channel, "is_member"), true);
    c->archived = json_bool(json_get(channel, "is_archived"), false);
    c->has_purpose = text_is(json_get(json_get(channel, "purpose"), "value"), c->purpose);
    c->has_topic = text_is(json_get(json_get(channel, "topic"), "value"), c->topic);
}

static void take_open(struct slack_channel *c, struct json root)
{
    take_channel(c, json_get(root, "channel"));
}

/* One that was made for this incident by an attempt that did not end, or by hand and for nothing else. */
static bool is_ours(const struct slack_channel *c, struct json channel)
{
    const char *purpose = json_text(json_get(json_get(channel, "purpose"), "value"), NULL);
    return !json_bool(json_get(channel, "is_archived"), false) &&
           (!purpose || !*purpose || strstr(purpose, c->key));
}

static void take_list(struct slack_channel *c, struct json root)
{
    char name[NAME_BYTES];
    bool taken = false;
    write_name(c, name);
    for (struct json_iter i = json_first(json_get(root, "channels")); json_more(&i); json_next(&i)) {
        if (!text_is(json_get(i.value, "name"), name))
            continue;
        if (is_ours(c, i.value)) {
            take_channel(c, i.value);
            return;
        }
        taken = true;
    }
    *c->cursor = '\0';
    if (!taken)
        keep(c->cursor, sizeof c->cursor, json_get(json_get(root, "response_metadata"), "next_cursor"));
    c->searched = *c->cursor != '\0';
    if (!c->searched)
        c->n_names++;
}

static void take_joined(struct slack_channel *c, struct json root)
{
    (void)root;
    c->is_member = true;
}

static void take_purpose(struct slack_channel *c, struct json root)
{
    (void)root;
    c->has_purpose = true;
}

static void take_topic(struct slack_channel *c, struct json root)
{
    (void)root;
    c->has_topic = true;
}

static void take_history(struct slack_channel *c, struct json root)
{
    for (struct json_iter i = json_first(json_get(root, "messages")); json_more(&i); json_next(&i)) {
        struct json payload = json_get(json_get(i.value, "metadata"), "event_payload");
        if (!text_is(json_get(payload, "key"), c->key))
            continue;
        keep(c->first_ts, sizeof c->first_ts, json_get(i.value, "ts"));
        c->pinned = json_count(json_get(i.value, "pinned_to")) > 0;
    }
    c->looked = true;
}

static void note_refused(struct slack_channel *c, const char *what, const char *done, const char *error)
{
    size_t n = strlen(c->refused);
    snprintf(c->refused + n, sizeof c->refused - n, "; %s is not %s: %s", what, done, error);
}

static void take_posted(struct slack_channel *c, struct json root)
{
    keep(c->first_ts, sizeof c->first_ts, json_get(root, "ts"));
}

/* For what it cannot be edited now (deleted, too old, the house forbids it) it cannot be later: it stays as
 * it is, and the topic says where the work stands. */
static void take_edited(struct slack_channel *c, struct json root)
{
    const char *error = json_text(json_get(root, "error"), NULL);
    if (error)
        note_refused(c, "the first message", "edited", error);
    c->edited = true;
}

static void take_pinned(struct slack_channel *c, struct json root)
{
    (void)root;
    c->pinned = true;
}

static void take_invited(struct slack_channel *c, struct json root)
{
    const char *error = json_text(json_get(root, "error"), NULL);
    if (error && strcmp(error, "already_in_channel") != 0 && strcmp(error, "cant_invite_self") != 0)
        note_refused(c, c->people.at[c->n_invited], "invited", error);
    c->n_invited++;
}

/* ---- the table ---- */

static bool wants_open(const struct slack_channel *c)
{
    return !*c->called && !c->searched;
}

static bool wants_find(const struct slack_channel *c)
{
    return !*c->called && c->searched;
}

static bool wants_join(const struct slack_channel *c)
{
    return !c->is_member;
}

static bool wants_purpose(const struct slack_channel *c)
{
    return !c->has_purpose;
}

static bool wants_topic(const struct slack_channel *c)
{
    return !c->has_topic;
}

static bool wants_history(const struct slack_channel *c)
{
    return c->first && !c->looked;
}

static bool wants_post(const struct slack_channel *c)
{
    return c->first && !*c->first_ts;
}

static bool wants_edit(const struct slack_channel *c)
{
    return c->edits && !c->edited;
}

static bool wants_pin(const struct slack_channel *c)
{
    return c->first && !c->pinned;
}

static bool wants_invite(const struct slack_channel *c)
{
    return c->n_invited < c->people.n;
}

/* passes: errors after which the rest can be done all the same. */
static const struct call_row {
    const char *method;
    bool (*wanted)(const struct slack_channel *c);
    void (*write)(const struct slack_channel *c, struct buf *form);
    void (*take)(struct slack_channel *c, struct json root);
    const char *passes;
} calls[] = {
    [CALL_OPEN] = {"conversations.create", wants_open, write_open, take_open, " "},
    [CALL_FIND] = {"conversations.list", wants_find, write_find, take_list, " "},
    [CALL_JOIN] = {"conversations.join", wants_join, write_id, take_joined, " "},
    [CALL_PURPOSE] = {"conversations.setPurpose", wants_purpose, write_purpose, take_purpose, " "},
    [CALL_TOPIC] = {"conversations.setTopic", wants_topic, write_topic, take_topic, " "},
    [CALL_HISTORY] = {"conversations.history", wants_history, write_history, take_history, " "},
    [CALL_POST] = {"chat.postMessage", wants_post, NULL, take_posted, " "},
    [CALL_PIN] = {"pins.add", wants_pin, write_pin, take_pinned, " already_pinned "},
    [CALL_INVITE] =
        {"conversations.invite", wants_invite, write_invite, take_invited,
         " already_in_channel cant_invite_self cant_invite user_not_found user_is_bot user_is_restricted "
         "user_is_ultra_restricted no_user "},
    [CALL_EDIT] = {"chat.update", wants_edit, NULL, take_edited, " "},
};

static void next_call(struct slack_channel *c)
{
    c->call = CALL_OPEN;
    while (c->call < CALL_NONE && (c->archived || !calls[c->call].wanted(c)))
        c->call++;
}

static const char *method_of(const struct slack_channel *c)
{
    return c->call == CALL_OPEN && *c->id ? "conversations.info" : calls[c->call].method;
}

/* ---- the contract of a channel ---- */

int slack_channel_url(const struct attempt *attempt, const struct page_facts *facts, struct buf *out,
                      struct err *err)
{
    const struct slack_channel *c = attempt->work;
    (void)facts;
    return slack_api_url(attempt, c ? method_of(c) : "", out, err);
}

static int write_call(struct attempt *attempt, const struct slack_channel *c, const struct page_facts *facts,
                      struct err *err)
{
    const char *type = "application/x-www-form-urlencoded";
    if (!calls[c->call].write) {
        slack_message_write(attempt, &attempt->body, facts, c->id, c->key,
                            c->call == CALL_EDIT ? c->first_ts : NULL);
        type = "application/json; charset=utf-8";
    } else {
        calls[c->call].write(c, &attempt->body);
    }
    return slack_authorize(attempt, err) || http_header(attempt, err, "Content-Type: %s", type) ? -1 : 0;
}

int slack_channel_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    struct slack_channel *c = attempt->work;
    if (!c) {
        attempt->arena = arena_new();
        c = arena_alloc(attempt->arena, sizeof *c);
        if (read_wanted(attempt, c, err))
            return -1;
        attempt->work = c;
        attempt->whole_limit = WHOLE_BYTES;
        next_call(c);
    }
    return write_call(attempt, c, facts, err);
}

static bool is_among(const char *several, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = several; (at = strstr(at, word)); at++)
        if (at > several && at[-1] == ' ' && at[n] == ' ')
            return true;
    return false;
}

static void judge_answer(struct attempt *attempt, struct slack_channel *c, struct json root)
{
    const struct call_row *row = &calls[c->call];
    const char *error = json_text(json_get(root, "error"), NULL);
    const char *needed = json_text(json_get(root, "needed"), NULL);
    bool stays = c->call == CALL_EDIT && error && !slack_error_passes(error);
    if (json_bool(json_get(root, "ok"), false) || stays || (error && is_among(row->passes, error))) {
        row->take(c, root);
        if (c->call == CALL_POST && !*c->first_ts)
            attempt_judged(attempt, VERDICT_RETRY, 0, "chat.postMessage gave no message");
    } else if (error && c->call == CALL_OPEN && strcmp(error, "name_taken") == 0 && c->n_names < MOST_NAMES) {
        c->searched = true;
    } else {
        attempt_judged(attempt, slack_error_passes(error) ? VERDICT_RETRY : VERDICT_DEAD, 0,
                       "Slack says %s to %s%s%s", error ? error : "no, and not why,", method_of(c),
                       needed ? "; the app needs the scope " : "", needed ? needed : "");
    }
}

/* "1709258400.000200" -> 1709258400000200; 0: it is none. */
static int64_t time_of(const char *ts)
{
    char *end;
    long long whole = strtoll(ts, &end, 10);
    if (whole <= 0 || whole > INT32_MAX * 2LL || *end != '.' || strspn(end + 1, "0123456789") != TS_DIGITS ||
        end[1 + TS_DIGITS])
        return 0;
    return whole * US_PER_S + strtoll(end + 1, NULL, 10);
}

static void tell_made(struct attempt *attempt, const struct slack_channel *c)
{
    if (*c->called && *c->id) {
        attempt->result.made = c->id;
        attempt->result.made_name = c->called;
        attempt->result.made_first = time_of(c->first_ts);
    }
}

void slack_channel_judge(struct attempt *attempt, CURLcode code)
{
    struct slack_channel *c = attempt->work;
    struct json_document *document = json_document_new();
    struct json root;
    struct err err;
    http_judge(attempt, code);
    if (attempt->result.verdict == VERDICT_SENT) {
        if (json_parse(document, buf_text(&attempt->whole), attempt->whole.n_bytes, MOST_DEPTH, &root, &err))
            attempt_judged(attempt, VERDICT_RETRY, 0, "HTTP 200, but its answer is not Slack's");
        else
            judge_answer(attempt, c, root);
    }
    json_document_free(document);
    if (attempt->result.verdict == VERDICT_SENT) {
        next_call(c);
        attempt->goes_on = c->call != CALL_NONE;
        attempt_judged(attempt, VERDICT_SENT, 0, "#%s%s%s", c->called,
                       c->archived ? " is archived" : " is as it should be", c->refused);
    }
    tell_made(attempt, c);
}
