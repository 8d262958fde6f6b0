#include "api/console_head.h"

#include <string.h>

#include "api/server.h"

static const char *text_of(struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? text : "";
}

static void add_mark(struct buf *out, const char *how, const char *text)
{
    buf_printf(out, "<span class=\"mark %s\">", how);
    html_add(out, text);
    buf_puts(out, "</span>");
}

static bool is_over(const char *state)
{
    return strcmp(state, "resolved") == 0 || strcmp(state, "closed") == 0;
}

static void add_marks(struct buf *out, struct json incident)
{
    static const char *const of_rank[] = {"warn", "bad", "warn"};
    int64_t rank = json_int(json_get(incident, "severity_rank"), 0);
    const char *state = text_of(incident, "state");
    buf_puts(out, "<div class=\"row\">");
    add_mark(out, rank >= 0 && rank < 3 ? of_rank[rank] : "", text_of(incident, "severity"));
    add_mark(out, is_over(state) ? "good" : strcmp(state, "triggered") == 0 ? "bad" : "", state);
    if (json_bool(json_get(incident, "drill"), false))
        add_mark(out, "", "drill");
    if (json_bool(json_get(incident, "patient_safety"), false))
        add_mark(out, "bad", "patient safety");
    if (*text_of(incident, "muted_until"))
        add_mark(out, "warn", "muted");
    if (*text_of(incident, "flapping_since"))
        add_mark(out, "warn", "comes and goes");
    buf_puts(out, "</div>");
}

/* "person:ana" */
static const char *name_of(const char *actor)
{
    const char *colon = strchr(actor, ':');
    return colon ? colon + 1 : actor;
}

static void add_facts(struct buf *out, struct json incident)
{
    const char *has = text_of(incident, "acknowledged_by"), *service = text_of(incident, "service");
    struct json alerts = json_get(incident, "alerts");
    buf_puts(out, "<p class=\"small quiet\">");
    if (*has) {
        buf_puts(out, "<b>");
        html_add(out, name_of(has));
        buf_puts(out, " has it</b> · ");
    } else {
        buf_puts(out,
                 is_over(text_of(incident, "state")) ? "nobody took it · " : "<b>nobody has it yet</b> · ");
    }
    html_add(out, *service ? service : "no service");
    buf_printf(out, " · %lld of %lld alerts fire</p>", (long long)json_int(json_get(alerts, "firing"), 0),
               (long long)json_int(json_get(alerts, "total"), 0));
}

/* What stands between backticks is code. */
static void add_why(struct buf *out, struct arena *arena, const char *severity, const char *why)
{
    bool is_code = false;
    if (!*why)
        return;
    buf_puts(out, "<p class=\"small\"><b>");
    html_add(out, severity);
    buf_puts(out, "</b>: ");
    for (size_t n; *why; why += n + (why[n] == '`')) {
        n = strcspn(why, "`");
        bool ends = why[n] == '`' && (is_code || strchr(why + n + 1, '`'));
        html_add(out, arena_strndup(arena, why, n));
        if (ends) {
            is_code = !is_code;
            buf_puts(out, is_code ? "<code>" : "</code>");
        } else if (why[n] == '`') {
            buf_putc(out, '`');
        }
    }
    buf_puts(out, "</p>");
}

static void add_next(struct buf *out, struct arena *arena, struct json steps)
{
    int64_t line = json_int(json_get(steps, "next"), -1);
    for (struct json_iter i = json_first(json_get(steps, "steps")); json_more(&i); json_next(&i)) {
        if (json_int(json_get(i.value, "line"), -2) != line)
            continue;
        static const char *const says[] = {"text", "runs", "command"};
        const char *text = "";
        for (size_t j = 0; !*text && j < sizeof says / sizeof *says; j++)
            text = text_of(i.value, says[j]);
        buf_puts(out, "<p class=\"next-step\"><b>Next:</b> ");
        html_add(out, arena_strndup(arena, text, strcspn(text, "\n")));
        buf_puts(out, "</p>");
        return;
    }
}

void console_head(struct buf *out, struct arena *arena, const char *person, struct json incident,
                  struct json steps)
{
    buf_puts(out,
             "<div><header class=\"bar\"><svg viewBox=\"0 0 32 32\" aria-hidden=\"true\"><rect width=\"32\" "
             "height=\"32\" rx=\"7\"></rect><path d=\"M4 17h6l3-8 5 15 3-7h7\"></path></svg><nav "
             "aria-label=\"Main\"><a href=\"/\">Now</a></nav><span class=\"small quiet who\">");
    html_add(out, person);
    buf_puts(out, "</span></header><main id=\"main\"><section class=\"card top\" aria-labelledby=\"title\">");
    add_marks(out, incident);
    buf_printf(out, "<h1 id=\"title\"><span class=\"quiet\">#%lld</span> ",
               (long long)json_int(json_get(incident, "number"), 0));
    html_add(out, text_of(incident, "title"));
    buf_puts(out, "</h1>");
    add_facts(out, incident);
    add_why(out, arena, text_of(incident, "severity"), text_of(incident, "severity_why"));
    if (!is_over(text_of(incident, "state")))
        add_next(out, arena, steps);
    buf_puts(out, "</section></main></div>");
}
