/* The document of an update:
 *
 *   {"kind":"update","idempotency_key":"...","incident":{"number","severity","severity_rank","service","state","url",
 *    "title"},"audience":"stakeholders","status":"investigating","subject":"...","text":"...","cleared":true}
 *
 * A way that is not marked as cleared gets number, severity, service, state and link, and no text: it may be
 * read on a lock screen. The public gets no number, level or service of ours, whatever the way. */
#include <string.h>

#include "courier/courier.h"

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* "#4 web-shop, SEV-1: investigating" */
static void write_short(struct buf *out, const struct update_page *page)
{
    const struct incident *incident = page->incident;
    if (page->is_public) {
        buf_printf(out, "%s: %s", page->public_name ? page->public_name : "Incident", page->update->status);
        return;
    }
    buf_printf(out, "#%lld %s%s%s: %s", (long long)incident->number, or_empty(incident->service),
               *or_empty(incident->severity) ? ", " : "", or_empty(incident->severity), page->update->status);
}

static void write_incident(struct json_writer *w, const struct update_page *page, const char *subject)
{
    const struct incident *incident = page->incident;
    bool inside = !page->is_public;
    jw_name(w, "incident");
    jw_begin_object(w);
    if (inside) {
        jw_pair_int(w, "number", incident->number);
        jw_pair_int(w, "severity_rank", incident->severity_rank);
        jw_pair(w, "severity", or_empty(incident->severity));
    }
    jw_pair(w, "service", inside ? or_empty(incident->service) : or_empty(page->public_name));
    jw_pair(w, "state", page->update->status);
    jw_pair(w, "title", subject);
    if (inside && page->url)
        jw_pair(w, "url", page->url);
    jw_end_object(w);
}

void update_render(struct buf *out, const struct update_page *page)
{
    const struct update *update = page->update;
    scoped_buf struct buf head = {0};
    scoped_buf struct buf text = {0};
    write_short(&head, page);
    const char *subject = page->cleared ? update->subject : buf_text(&head);
    buf_puts(&text, page->cleared ? update->text : buf_text(&head));
    if (page->url && !page->is_public)
        buf_printf(&text, "\n\n%s", page->url);
    buf_putc(&text, '\n');
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair(&w, "kind", "update");
    jw_pair(&w, "idempotency_key", page->key);
    write_incident(&w, page, subject);
    jw_pair(&w, "audience", update->audience);
    jw_pair(&w, "status", update->status);
    jw_pair(&w, "subject", subject);
    jw_pair(&w, "text", buf_text(&text));
    if (page->is_public)
        jw_pair(&w, "impact", update_impact(page->incident));
    if (page->is_public && page->component)
        jw_pair(&w, "component", page->component);
    jw_pair_bool(&w, "cleared", page->cleared);
    jw_end_object(&w);
}
