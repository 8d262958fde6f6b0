/* The status page as a page, and as RSS. No script, nothing from elsewhere. */
#include <ctype.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "update/status_priv.h"
#include "update/update_priv.h"

enum { MOST_ITEMS = 50, RFC822_BYTES = 40 };

void markup_add(struct buf *out, const char *text)
{
    for (const char *p = text ? text : ""; *p; p++) {
        if (strchr("&<>\"'", *p))
            buf_printf(out, "&#%d;", *p);
        else
            buf_putc(out, ((unsigned char)*p < ' ' && *p != '\n') || *p == 0x7f ? ' ' : *p);
    }
}

/* "partial_outage" -> "Partial outage" */
static void add_word(struct buf *out, const char *word)
{
    for (const char *p = word; *p; p++)
        buf_putc(out, *p == '_' ? ' ' : p == word ? (char)toupper((unsigned char)*p) : *p);
}

static void add_time(struct buf *out, struct arena *arena, int64_t us)
{
    const char *text = moment_words(arena, us);
    buf_puts(out, text ? text : "");
}

static void add_incident(struct buf *out, struct arena *arena, const struct status_input *input,
                         const struct status_incident *incident)
{
    buf_puts(out, "<article><h3>");
    markup_add(out, incident->newest->subject);
    buf_puts(out, "</h3>\n");
    for (size_t i = 0; i < input->n_updates; i++) {
        const struct update *update = &input->updates[i];
        if (update->incident != incident->incident->number)
            continue;
        buf_puts(out, "<p><b>");
        add_word(out, update->status);
        buf_puts(out, "</b> <time>");
        add_time(out, arena, update->at_us);
        buf_puts(out, "</time></p>\n<pre>");
        markup_add(out, update->text);
        buf_puts(out, "</pre>\n");
    }
    buf_puts(out, "</article>\n");
}

static void add_components(struct buf *out, const struct status_input *input,
                           const status_incidents *incidents)
{
    buf_puts(out, "<ul>\n");
    list_each (service, &input->config->services) {
        if (!service->public_name)
            continue;
        buf_puts(out, "<li>");
        markup_add(out, service->public_name);
        buf_puts(out, ": <b>");
        add_word(out, component_status(input, incidents, service));
        buf_puts(out, "</b></li>\n");
    }
    buf_puts(out, "</ul>\n");
}

static void add_maintenance(struct buf *out, struct arena *arena, const struct status_input *input)
{
    list_each (window, &input->config->maintenance) {
        const struct service *service;
        struct roster_times times;
        if (!status_window(input, window, &service, &times))
            continue;
        buf_puts(out, "<p>Maintenance of ");
        markup_add(out, service->public_name);
        buf_puts(out, ": ");
        add_time(out, arena, times.from_us);
        buf_puts(out, " to ");
        add_time(out, arena, times.until_us);
        buf_puts(out, "</p>\n");
    }
}

void status_html_write(struct buf *out, const struct status_input *input)
{
    scoped_arena struct arena *arena = arena_new();
    status_incidents incidents;
    const char *indicator;
    status_incidents_of(arena, input, &incidents);
    buf_puts(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width\"><title>");
    markup_add(out, input->config->status_page.title);
    buf_puts(out, " status</title><meta http-equiv=\"refresh\" content=\"60\">"
                  "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"status.rss\">"
                  "<link rel=\"stylesheet\" href=\"status.css\"></head><body>\n<h1>");
    markup_add(out, input->config->status_page.title);
    buf_printf(out, "</h1>\n<h2>%s</h2>\n", status_words(input, &incidents, &indicator));
    add_components(out, input, &incidents);
    add_maintenance(out, arena, input);
    for (int over = 0; over < 2; over++) {
        bool any = false;
        list_each (incident, &incidents) {
            if (incident->over != (over == 1))
                continue;
            if (!any)
                buf_puts(out, over ? "<h2>Past incidents</h2>\n" : "<h2>Now</h2>\n");
            any = true;
            add_incident(out, arena, input, incident);
        }
    }
    buf_puts(out, "</body></html>\n");
}

/* "Sun, 01 Mar 2026 09:00:00 GMT" */
static void rfc822_format(int64_t us, char out[RFC822_BYTES])
{
    time_t seconds = (time_t)(us / US_PER_S);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    strftime(out, RFC822_BYTES, "%a, %d %b %Y %H:%M:%S GMT", &parts);
}

/* A description is HTML to those who read it: the markup of a text is encoded for them, and that once more
 * for XML. */
static void add_description(struct buf *out, const char *text)
{
    scoped_buf struct buf html = {0}, lines = {0};
    markup_add(&html, text);
    for (const char *p = buf_text(&html); *p; p++)
        if (*p == '\n')
            buf_puts(&lines, "<br>");
        else
            buf_putc(&lines, *p);
    markup_add(out, buf_text(&lines));
}

void status_rss_write(struct buf *out, const struct status_input *input)
{
    buf_puts(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>");
    markup_add(out, input->config->status_page.title);
    buf_puts(out, " status</title><link>");
    markup_add(out, input->url);
    buf_puts(out, "</link><description>Incidents and maintenance</description>\n");
    for (size_t i = 0; i < input->n_updates && i < MOST_ITEMS; i++) {
        const struct update *update = &input->updates[i];
        char at[RFC822_BYTES], id[STATUS_ID_BYTES];
        rfc822_format(update->at_us, at);
        buf_puts(out, "<item><title>");
        markup_add(out, update->subject);
        buf_puts(out, "</title><description>");
        add_description(out, update->text);
        status_update_id(input, update, id);
        buf_printf(out, "</description><pubDate>%s</pubDate><guid isPermaLink=\"false\">%s</guid></item>\n",
                   at, id);
    }
    buf_puts(out, "</channel></rss>\n");
}

void status_style_write(struct buf *out, const struct status_input *input)
{
    (void)input;
    buf_puts(out, "body{font:1.1em sans-serif;margin:2em auto;max-width:44em;padding:0 1em}\n"
                  "pre{font:inherit;white-space:pre-wrap}\ntime{color:#555}\n");
}
