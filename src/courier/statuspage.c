/* statuspage: updates for the public are mirrored to a page of Atlassian Statuspage (its API, version 1): one
 * incident there for each of ours, its status and component as we see them, each update a text on it.
 *
 * One attempt is two calls: the incidents of the page are listed, and ours is made or changed. Ours is known
 * by its metadata, so that an attempt whose answer was lost makes no second one, and a text that stands there
 * already is not written again. */
#include <stdio.h>
#include <string.h>

#include "courier/courier_priv.h"

enum {
    MOST_DEPTH = 32,
    ID_BYTES = 64,
    MOST_NAME = 255,
    MOST_BODY = 24 * 1024,
    RATE_LIMITED = 420,
    WHOLE_BYTES = 4 * 1024 * 1024 /* of an answer: the hundred newest incidents with all their updates */
};

struct mirrored {
    const char *status, *impact, *component; /* component: "" when there is none */
    const char *key;                         /* of our incident */
    bool listed, there;                      /* there: this update stands on the page */
    char id[ID_BYTES];                       /* of theirs; "": it is to be made */
};

static const char *text_of(struct arena *arena, struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? arena_strdup(arena, text) : "";
}

static int read_wanted(struct attempt *attempt, const struct page_facts *facts, struct mirrored *m,
                       struct err *err)
{
    struct json_document *document = json_document_new();
    struct json root;
    int parsed = json_parse(document, attempt->page, attempt->n_bytes, MOST_DEPTH, &root, err);
    if (parsed == 0) {
        m->status = text_of(attempt->arena, root, "status");
        m->impact = text_of(attempt->arena, root, "impact");
        m->component = text_of(attempt->arena, root, "component");
        m->key = arena_strdup(attempt->arena, facts->thread);
    }
    json_document_free(document);
    if (parsed < 0)
        return -1;
    return facts->event == PAGE_UPDATE && *m->status ? 0
                                                     : err_set(err, "Statuspage takes updates and no pages");
}

static const char *method_of(const struct mirrored *m)
{
    return !m->listed ? "GET" : *m->id ? "PATCH" : "POST";
}

int statuspage_url(const struct attempt *attempt, const struct page_facts *facts, struct buf *out,
                   struct err *err)
{
    const struct mirrored *m = attempt->work;
    (void)facts;
    if (statuspage_id_check(attempt->address, err))
        return -1;
    http_url(out, courier_config(attempt->courier)->channels.statuspage.server, "/v1/pages/");
    url_encode(out, attempt->address);
    buf_puts(out, "/incidents");
    if (m && !m->listed)
        buf_puts(out, "?limit=100&page=1");
    if (m && *m->id) {
        buf_putc(out, '/');
        url_encode(out, m->id);
    }
    return 0;
}

static const char *component_status(const struct mirrored *m)
{
    static const char *const statuses[][2] = {{"critical", "major_outage"}, {"major", "partial_outage"}};
    if (strcmp(m->status, "resolved") == 0)
        return "operational";
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (strcmp(m->impact, statuses[i][0]) == 0)
            return statuses[i][1];
    return "degraded_performance";
}

static void write_components(struct json_writer *w, const struct mirrored *m)
{
    if (!*m->component)
        return;
    jw_name(w, "component_ids");
    jw_begin_array(w);
    jw_string(w, m->component);
    jw_end_array(w);
    jw_name(w, "components");
    jw_begin_object(w);
    jw_pair(w, m->component, component_status(m));
    jw_end_object(w);
}

static void write_metadata(struct json_writer *w, const struct mirrored *m)
{
    jw_name(w, "metadata");
    jw_begin_object(w);
    jw_name(w, "crashcart");
    jw_begin_object(w);
    jw_pair(w, "key", m->key);
    jw_end_object(w);
    jw_end_object(w);
}

static void write_incident(struct buf *out, const struct page_facts *facts, const struct mirrored *m)
{
    scoped_buf struct buf name = {0};
    scoped_buf struct buf body = {0};
    page_subject(&name, facts);
    text_cut(&body, facts->body, MOST_BODY);
    while (body.n_bytes && body.at[body.n_bytes - 1] == '\n')
        body.at[--body.n_bytes] = '\0';
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_name(&w, "incident");
    jw_begin_object(&w);
    if (!*m->id) {
        scoped_buf struct buf cut = {0};
        text_cut(&cut, buf_text(&name), MOST_NAME);
        jw_pair(&w, "name", buf_text(&cut));
        jw_pair(&w, "impact_override", m->impact);
        write_metadata(&w, m);
    }
    jw_pair(&w, "status", m->status);
    jw_pair(&w, "body", buf_text(&body));
    write_components(&w, m);
    jw_end_object(&w);
    jw_end_object(&w);
}

int statuspage_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    struct mirrored *m = attempt->work;
    const char *place = courier_config(attempt->courier)->channels.statuspage.secret;
    const char *key = courier_secret(attempt->courier, place, err);
    if (!key)
        return place ? err_prefix(err, "channels.statuspage.secret: ")
                     : err_set(err, "channels.statuspage.secret, the API key, is not given");
    if (!m) {
        attempt->arena = arena_new();
        m = arena_alloc(attempt->arena, sizeof *m);
        if (read_wanted(attempt, facts, m, err))
            return -1;
        attempt->work = m;
        attempt->whole_limit = WHOLE_BYTES;
    }
    if (m->listed)
        write_incident(&attempt->body, facts, m);
    curl_easy_setopt(attempt->easy, CURLOPT_CUSTOMREQUEST, method_of(m));
    return http_header(attempt, err, "Authorization: OAuth %s", key) ||
                   http_header(attempt, err, "Content-Type: application/json")
               ? -1
               : 0;
}

/* ---- what is there ---- */

static bool text_is(struct json value, const char *text)
{
    const char *theirs = json_text(value, NULL);
    return theirs && strcmp(theirs, text) == 0;
}

/* Its newest update says what ours does. */
static bool says_it(const struct attempt *attempt, struct json incident, const struct mirrored *m)
{
    scoped_arena struct arena *arena = arena_new();
    struct page_facts facts;
    struct json_iter first = json_first(json_get(incident, "incident_updates"));
    page_facts_read(arena, attempt->key, attempt->page, attempt->n_bytes, &facts);
    const char *body = json_more(&first) ? json_text(json_get(first.value, "body"), NULL) : NULL;
    size_t n = body ? strlen(body) : 0;
    return body && text_is(json_get(first.value, "status"), m->status) && strncmp(facts.body, body, n) == 0 &&
           strspn(facts.body + n, "\n") == strlen(facts.body + n);
}

static int take_list(struct attempt *attempt, struct mirrored *m)
{
    struct json_document *document = json_document_new();
    struct json root;
    struct err err;
    int parsed =
        json_parse(document, buf_text(&attempt->whole), attempt->whole.n_bytes, MOST_DEPTH, &root, &err);
    if (parsed == 0 && json_kind(root) == JSON_ARRAY) {
        for (struct json_iter i = json_first(root); json_more(&i) && !*m->id; json_next(&i)) {
            const char *id = json_text(json_get(i.value, "id"), NULL);
            struct json ours = json_get(json_get(i.value, "metadata"), "crashcart");
            if (!id || strlen(id) >= sizeof m->id || !text_is(json_get(ours, "key"), m->key))
                continue;
            snprintf(m->id, sizeof m->id, "%s", id);
            m->there = says_it(attempt, i.value, m);
        }
        m->listed = true;
    }
    json_document_free(document);
    return m->listed ? 0 : -1;
}

void statuspage_judge(struct attempt *attempt, CURLcode code)
{
    struct mirrored *m = attempt->work;
    long status = 0;
    curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &status);
    http_judge(attempt, code);
    if (code == CURLE_OK && status == RATE_LIMITED)
        attempt_judged(attempt, VERDICT_RETRY, 0, "HTTP %ld: too many requests", status);
    if (attempt->result.verdict != VERDICT_SENT || m->listed)
        return;
    if (take_list(attempt, m) < 0)
        attempt_judged(attempt, VERDICT_RETRY, 0, "HTTP %ld, but its list of incidents is none", status);
    else if (m->there)
        attempt_judged(attempt, VERDICT_SENT, 0, "it stands there already");
    else
        attempt->goes_on = true;
}
