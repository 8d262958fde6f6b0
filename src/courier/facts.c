#include "courier/facts.h"

#include <string.h>

enum { PAGE_DEPTH = 8 };

static const char *text_of(struct arena *arena, struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? arena_strdup(arena, text) : "";
}

/* "crashcart-7f3a-incident-4-page-2" -> "crashcart-7f3a-incident-4": all pages of an incident, one thread;
 * and
 * "...-update-7-0" -> "...-update": all updates on it. */
static const char *thread_of(struct arena *arena, const char *key)
{
    const char *update = strstr(key, "-update-");
    if (update)
        return arena_strndup(arena, key, (size_t)(update - key) + sizeof "-update" - 1);
    const char *page = NULL;
    for (const char *p = key; (p = strstr(p, "-page-")); p++)
        page = p;
    return arena_strndup(arena, key, page ? (size_t)(page - key) : strlen(key));
}

/* What a person did, told to services that follow the incident; anything else wants somebody. */
static enum page_event event_of(struct json page)
{
    static const struct {
        const char *kind;
        enum page_event event;
    } kinds[] = {{"acknowledged", PAGE_ACKNOWLEDGED}, {"resolved", PAGE_RESOLVED}, {"update", PAGE_UPDATE}};
    const char *kind = json_text(json_get(page, "kind"), NULL);
    for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return kinds[i].event;
    return PAGE_TRIGGERED;
}

static const char *body_of(struct arena *arena, const struct page_facts *facts)
{
    scoped_buf struct buf subject = {0};
    page_subject(&subject, facts);
    const char *body = facts->text;
    size_t n = subject.n_bytes;
    if (n && strncmp(body, subject.at, n) == 0 && body[n] == '\n')
        body += n + strspn(body + n, "\n");
    const char *link = *facts->acknowledge_url ? strstr(body, "\nAcknowledge: http") : NULL;
    return link ? arena_strndup(arena, body, (size_t)(link - body) + 1) : body;
}

static void make_up(struct arena *arena, const char *why, struct page_facts *facts)
{
    facts->plain = true;
    facts->title = "a page that could not be written in full";
    facts->severity = facts->service = facts->started_at = facts->to_name = facts->url =
        facts->acknowledge_url = "";
    facts->text = arena_printf(arena,
                               "Crashcart pages you, but the page could not be written in full (%s).\n"
                               "Open Crashcart, or call who is on call with you.\nPage: %s\n",
                               why, facts->thread);
    facts->body = facts->text;
}

void page_facts_read(struct arena *arena, const char *key, const char *page, size_t n_bytes,
                     struct page_facts *ret_facts)
{
    struct json_document *document = json_document_new();
    struct json root;
    struct err err = {0};
    struct page_facts facts = {.thread = thread_of(arena, key)};
    if (json_parse(document, page, n_bytes, PAGE_DEPTH, &root, &err) ||
        json_kind(json_get(root, "incident")) != JSON_OBJECT) {
        make_up(arena, err.text[0] ? err.text : "it names no incident", &facts);
    } else {
        struct json incident = json_get(root, "incident");
        facts.number = json_int(json_get(incident, "number"), 0);
        facts.drill = json_bool(json_get(incident, "drill"), false);
        facts.severity_rank = (int)json_int(json_get(incident, "severity_rank"), 0);
        facts.severity = text_of(arena, incident, "severity");
        facts.service = text_of(arena, incident, "service");
        facts.title = text_of(arena, incident, "title");
        facts.started_at = text_of(arena, incident, "started_at");
        facts.url = text_of(arena, incident, "url");
        facts.acknowledge_url = text_of(arena, incident, "acknowledge_url");
        facts.to_name = text_of(arena, json_get(root, "to"), "name");
        facts.text = text_of(arena, root, "text");
        facts.event = event_of(root);
        facts.body = body_of(arena, &facts);
    }
    json_document_free(document);
    *ret_facts = facts;
}

static void one_line(struct buf *out)
{
    for (size_t i = 0; i < out->n_bytes; i++)
        if ((unsigned char)out->at[i] < ' ' || out->at[i] == 0x7f)
            out->at[i] = ' ';
}

bool title_names_service(const char *title, const char *service)
{
    size_t n = strlen(service), n_title = strlen(title);
    return n && n_title > n + 4 && strcmp(title + n_title - n, service) == 0 &&
           strncmp(title + n_title - n - 4, " on ", 4) == 0;
}

void page_subject(struct buf *out, const struct page_facts *facts)
{
    buf_puts(out, facts->drill ? "DRILL " : "");
    if (facts->event == PAGE_UPDATE) {
        buf_puts(out, facts->title);
        one_line(out);
        return;
    }
    if (*facts->severity)
        buf_printf(out, "[%s] ", facts->severity);
    if (facts->number)
        buf_printf(out, "#%lld ", (long long)facts->number);
    if (*facts->service && !title_names_service(facts->title, facts->service))
        buf_printf(out, "%s: ", facts->service);
    buf_puts(out, facts->title);
    one_line(out);
}

void text_cut(struct buf *out, const char *text, size_t most_bytes)
{
    size_t length = strlen(text), n = length;
    if (length > most_bytes)
        n = most_bytes > 3 ? most_bytes - 3 : 0;
    while (n < length && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    buf_add(out, text, n);
    buf_puts(out, n < length ? "..." : "");
}

int page_loudness(const struct page_facts *facts, int most)
{
    int rank = facts->severity_rank;
    return rank < 1 ? 1 : rank < most ? rank : most;
}
