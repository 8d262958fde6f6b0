#include <ctype.h>
#include <string.h>

#include "update/update_priv.h"

enum { MOST_SUBJECT = 200, MOST_TEXT = 16 * 1024 };

const char *update_status(const struct incident *incident)
{
    static const char *const words[N_INCIDENT_STATES] = {[INCIDENT_TRIGGERED] = "investigating",
                                                         [INCIDENT_ACKNOWLEDGED] = "investigating",
                                                         [INCIDENT_INVESTIGATING] = "investigating",
                                                         [INCIDENT_IDENTIFIED] = "identified",
                                                         [INCIDENT_MONITORING] = "monitoring",
                                                         [INCIDENT_RESOLVED] = "resolved",
                                                         [INCIDENT_CLOSED] = "resolved"};
    return words[incident->state];
}

/* ---- which template ---- */

static bool holds_any(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; text && i < n; i++)
        if (strcasestr(text, words[i]))
            return true;
    return false;
}

static bool is_of_the_end(const struct template *from)
{
    static const char *const words[] = {"resolved", "resolution", "all clear", "all-clear",
                                        "closing",  "closure",    "recovered", "restored"};
    size_t n = sizeof words / sizeof *words;
    return holds_any(from->name, words, n) || holds_any(from->condition, words, n) ||
           (from->subject && !strchr(from->subject, '/') && holds_any(from->subject, words, n));
}

bool tells_of_before(const struct draft_input *input, const struct template *from)
{
    return from && input->incident->state >= INCIDENT_RESOLVED && !is_of_the_end(from);
}

static bool is_document(const struct template *from)
{
    return from->medium && strcmp(from->medium, "document") == 0;
}

static bool is_for(const struct template *from, const char *audience)
{
    return from->audience ? audience_same(from->audience, audience)
                          : from->name && strcasestr(from->name, audience) != NULL;
}

/* The one for this end of the incident, else the first for the audience that is not for the other one. */
static const struct template *template_for(const struct draft_input *input)
{
    bool over = input->incident->state >= INCIDENT_RESOLVED;
    const struct template *found = NULL;
    if (!input->runbook)
        return NULL;
    list_each (from, &input->runbook->parts.templates) {
        if (is_document(from) || !from->body || !is_for(from, input->audience))
            continue;
        if (is_of_the_end(from) == over && (!found || is_of_the_end(found) != over))
            found = from;
        else if (!found && over)
            found = from;
    }
    return found;
}

/* ---- without a template ---- */

static void add_field(struct arena *arena, const struct draft_input *input, struct buf *out,
                      const char *label, const char *fact)
{
    const char *value = fact_value(arena, input, fact);
    if (value)
        buf_printf(out, "%s: %s\n", label, value);
}

const char *end_words(struct arena *arena, const struct draft_input *input)
{
    const char *service = fact_value(arena, input, "service");
    return arena_printf(arena, "The incident that affected %s is over. It lasted %s, from %s to %s.",
                        service ? service : "our service", fact_value(arena, input, "duration"),
                        fact_value(arena, input, "started"), fact_value(arena, input, "resolved_at"));
}

static void write_plain(struct arena *arena, const struct draft_input *input, struct buf *out)
{
    bool over = input->incident->state >= INCIDENT_RESOLVED;
    const char *service = fact_value(arena, input, "service"), *started = fact_value(arena, input, "started");
    const char *severity = fact_value(arena, input, "severity");
    if (over)
        buf_printf(out, "%s\n", end_words(arena, input));
    else if (input->is_public)
        buf_printf(out, "We are working on a problem that affects %s since %s.\n",
                   service ? service : "our service", started);
    else
        buf_printf(out, "Incident #%lld%s%s affects %s since %s.\n", (long long)input->incident->number,
                   severity ? ", " : "", severity ? severity : "", service ? service : "our service",
                   started);
    add_field(arena, input, out, "Status", "status");
    add_field(arena, input, out, "Impact", "impact");
    add_field(arena, input, out, "Cause", "cause");
    add_field(arena, input, out, "Done so far", "actions");
    add_field(arena, input, out, "Workaround", "workaround");
    add_field(arena, input, out, "Next steps", "next");
    add_field(arena, input, out, "Expected to be resolved", "eta");
    add_field(arena, input, out, "Incident commander", "commander");
    add_field(arena, input, out, "Next update", "next_update");
    while (out->n_bytes && out->at[out->n_bytes - 1] == '\n')
        out->at[--out->n_bytes] = '\0';
}

static const char *plain_subject(struct arena *arena, const struct draft_input *input)
{
    const char *service = fact_value(arena, input, "service"),
               *severity = fact_value(arena, input, "severity");
    if (input->is_public)
        return arena_printf(arena, "%s: %s", service ? service : "Incident",
                            fact_value(arena, input, "status"));
    return arena_printf(arena, "%s%s%s#%lld %s: %s", severity ? "[" : "", severity ? severity : "",
                        severity ? "] " : "", (long long)input->incident->number,
                        service ? service : "incident", fact_value(arena, input, "status"));
}

/* ---- the draft ---- */

static const char *line_of(struct arena *arena, const char *text)
{
    char *line = arena_strndup(arena, text, strnlen(text, MOST_SUBJECT));
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    return line;
}

/* Written by a person, or the template's when all of it is known. */
static const char *subject_of(struct arena *arena, const struct draft_input *input,
                              const struct template *from)
{
    struct draft withheld = {0};
    scoped_buf struct buf out = {0};
    const char *text = input->subject ? input->subject : from ? from->subject : NULL;
    bool past =
        !input->subject && text && tells_of_before(input, from) && says_it_goes_on(text, strlen(text));
    if (text && *text && !past)
        template_fill(arena, input, input->subject ? NULL : from, text, strnlen(text, MOST_SUBJECT), &out,
                      &withheld);
    return out.n_bytes && !withheld.withheld.n ? line_of(arena, buf_text(&out)) : plain_subject(arena, input);
}

/* The body without the line of its subject. */
static const char *body_of(struct arena *arena, const struct template *from)
{
    const char *body = from->body, *line = body;
    if (!from->subject)
        return body;
    for (int at = from->body_start; line && at < from->subject_line; at++) {
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    if (!line)
        return body;
    const char *after = strchr(line, '\n');
    return arena_printf(arena, "%.*s%s", (int)(line - body), body, after ? after + 1 : "");
}

/* "---\nto: all\n---\n": what some programs read in front of a text; its bytes. */
static size_t front_matter_bytes(const char *text)
{
    static const char fence[] = "---\n";
    size_t at = sizeof fence - 1;
    if (strncmp(text, fence, at) != 0)
        return 0;
    while (text[at] && strncmp(text + at, fence, sizeof fence - 1) != 0) {
        size_t n = strcspn(text + at, "\n");
        if (n && !memchr(text + at, ':', n))
            return 0;
        at += n + (text[at + n] == '\n');
    }
    return text[at] ? at + sizeof fence - 1 : 0;
}

/* Without what is for whoever fills it in: "<!-- keep it short -->", with the line that holds nothing else.
 */
static const char *without_remarks(struct arena *arena, const char *text)
{
    scoped_buf struct buf out = {0};
    text += front_matter_bytes(text);
    for (const char *end; *text; text++) {
        if (strncmp(text, "<!--", 4) != 0 || !(end = strstr(text, "-->"))) {
            buf_putc(&out, *text);
            continue;
        }
        while (out.n_bytes && isblank((unsigned char)out.at[out.n_bytes - 1]) && (end[3] == '\n' || !end[3]))
            out.at[--out.n_bytes] = '\0';
        bool begins = !out.n_bytes || out.at[out.n_bytes - 1] == '\n';
        text = end + 2;
        text += begins && text[1] == '\n';
    }
    return arena_strdup(arena, buf_text(&out));
}

/* Does it say more than headings? */
static bool says_something(const char *text)
{
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n"), from, n_label, n_before = field_label(line, n, &from, &n_label);
        for (size_t i = n_before; i < n; i++)
            if (isalnum((unsigned char)line[i]))
                return true;
        line += n + (line[n] == '\n');
    }
    return false;
}

void draft_make(struct arena *arena, const struct draft_input *input, struct draft *ret_draft)
{
    struct draft draft = {.status = update_status(input->incident)};
    scoped_buf struct buf out = {0};
    const struct template *from = input->text ? NULL : template_for(input);
    const char *text = input->text ? input->text : from ? without_remarks(arena, body_of(arena, from)) : NULL;
    if (text)
        template_fill(arena, input, from, text, strnlen(text, MOST_TEXT), &out, &draft);
    if (from) {
        draft.template_name = from->name;
        draft.template_line = from->line;
    }
    if (!input->text && !says_something(buf_text(&out))) {
        buf_clear(&out);
        write_plain(arena, input, &out);
    }
    draft.text = arena_strdup(arena, buf_text(&out));
    draft.subject = subject_of(arena, input, from);
    *ret_draft = draft;
}
