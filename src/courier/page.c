/* The page document, and its text for a small screen at three in the morning:
 *
 *   [SEV-1] #4 web-shop: Service down
 *   Since 02:14 UTC, 6 min ago
 *   Diagnosis: 3 done, 1 failed, 1 running
 *   First failure: curl -f http://localhost:8000/health (exit 7)
 *   SEV-1: the label severity says critical (web-shop.md, line 12)
 *   Paged: nobody acknowledged within 15 min
 *   Runbook: Service down (web-shop.md, line 45)
 *   Acknowledge: https://crashcart.example.org/acknowledge/4/mia~69a5~0f...
 *
 * What is wrong comes first, why we say so after it: a lock screen shows three lines, a text message is cut.
 * One link: it shows the incident, and asks before it acknowledges.
 *
 * A lock screen shows it to everybody: no output of commands is in it, nor in the document, and what people
 * and alerts wrote about a case only where the way is marked as cleared. Elsewhere what is no name is left
 * out: a title gives way to the procedure's, a person's reason to who gave it. */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/words.h"
#include "courier/courier.h"
#include "courier/facts.h"

enum { MOST_LINE = 200, MOST_COMMAND = 120, MOST_DIAGNOSIS = 20 };

/* ---- texts of others ---- */

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* On one line, at most most_bytes (cut between characters, with three dots). */
static void add_line_text(struct buf *out, const char *text, size_t most_bytes)
{
    size_t length = strlen(text), n = length < most_bytes ? length : most_bytes;
    while (n < length && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    for (size_t i = 0; i < n; i++)
        buf_putc(out, iscntrl((unsigned char)text[i]) ? ' ' : text[i]);
    buf_puts(out, n < length ? "..." : "");
}

static void jw_line(struct json_writer *w, const char *name, const char *text, size_t most_bytes)
{
    scoped_buf struct buf line = {0};
    add_line_text(&line, or_empty(text), most_bytes);
    jw_pair(w, name, buf_text(&line));
}

/* ---- the diagnosis so far ---- */

enum progress { PROGRESS_NONE, PROGRESS_DONE, PROGRESS_FAILED, PROGRESS_RUNNING, PROGRESS_ASKS, N_PROGRESS };

/* What a person wants to know of a step; those that nobody will run say nothing. */
static const enum progress progress_of[N_STEP_STATES] = {
    [STEP_WAITING] = PROGRESS_ASKS,     [STEP_HELD] = PROGRESS_NONE,
    [STEP_QUEUED] = PROGRESS_RUNNING,   [STEP_STARTING] = PROGRESS_RUNNING,
    [STEP_RUNNING] = PROGRESS_RUNNING,  [STEP_STOPPING] = PROGRESS_RUNNING,
    [STEP_SUCCEEDED] = PROGRESS_DONE,   [STEP_FAILED] = PROGRESS_FAILED,
    [STEP_TIMED_OUT] = PROGRESS_FAILED, [STEP_REFUSED] = PROGRESS_FAILED,
    [STEP_DENIED] = PROGRESS_NONE,      [STEP_EFFECT_UNKNOWN] = PROGRESS_FAILED};

/* "exit 7 after 2 s", "ended by its time limit" */
static void add_step_result(struct buf *out, const struct run_step *step)
{
    char took[TIME_TEXT_BYTES];
    if (step->state == STEP_TIMED_OUT)
        buf_puts(out, "ended by its time limit");
    else if (step->state == STEP_EFFECT_UNKNOWN)
        buf_puts(out, "interrupted, effect unknown");
    else if (step->state == STEP_REFUSED)
        buf_puts(out, "refused");
    else if (step->exit_code >= 0 && step->finished_us)
        buf_printf(out, "exit %d", step->exit_code);
    if (step->state != STEP_REFUSED && step->started_us && step->finished_us >= step->started_us &&
        out->n_bytes) {
        duration_format(step->finished_us - step->started_us, took);
        buf_printf(out, " after %s", took);
    }
}

static void write_diagnosis(struct json_writer *w, const struct run_step *steps, size_t n_steps)
{
    size_t n_written = 0;
    jw_name(w, "diagnosis");
    jw_begin_array(w);
    for (size_t i = 0; i < n_steps && n_written < MOST_DIAGNOSIS; i++) {
        enum progress progress = progress_of[steps[i].state];
        if (progress == PROGRESS_NONE || progress == PROGRESS_ASKS)
            continue;
        scoped_buf struct buf summary = {0};
        add_step_result(&summary, &steps[i]);
        jw_begin_object(w);
        jw_line(w, "command", steps[i].text, MOST_COMMAND);
        jw_pair(w, "state", step_state_name(steps[i].state));
        jw_pair(w, "summary", buf_text(&summary));
        jw_end_object(w);
        n_written++;
    }
    jw_end_array(w);
}

static void add_diagnosis(struct buf *text, const struct run_step *steps, size_t n_steps)
{
    static const char *const words[N_PROGRESS] = {[PROGRESS_DONE] = "done",
                                                  [PROGRESS_FAILED] = "failed",
                                                  [PROGRESS_RUNNING] = "running",
                                                  [PROGRESS_ASKS] = "waiting for approval"};
    size_t counts[N_PROGRESS] = {0};
    const struct run_step *failure = NULL;
    const char *before = "Diagnosis: ";
    for (size_t i = 0; i < n_steps; i++) {
        enum progress progress = progress_of[steps[i].state];
        counts[progress]++;
        if (progress == PROGRESS_FAILED && !failure)
            failure = &steps[i];
    }
    for (int i = PROGRESS_DONE; i < N_PROGRESS; i++) {
        if (counts[i]) {
            buf_printf(text, "%s%zu %s", before, counts[i], words[i]);
            before = ", ";
        }
    }
    if (before[0] == ',')
        buf_putc(text, '\n');
    if (!failure)
        return;
    scoped_buf struct buf result = {0};
    add_step_result(&result, failure);
    buf_puts(text, "First failure: ");
    add_line_text(text, or_empty(failure->text), MOST_COMMAND);
    buf_printf(text, " (%s)\n", buf_text(&result));
}

/* ---- the text ---- */

/* "Since 02:14 UTC, 6 min ago"; with the date when that was not today. stays: it is read at any time, as what
 * is pinned in a chat. */
static void add_since(struct buf *text, int64_t since_us, int64_t now_us, bool stays)
{
    char since[TIME_TEXT_BYTES], now[TIME_TEXT_BYTES], ago[TIME_TEXT_BYTES];
    if (!since_us)
        return;
    time_format_rfc3339(since_us, since);
    time_format_rfc3339(now_us, now);
    if (!stays && strncmp(since, now, 10) == 0)
        buf_printf(text, "Since %.5s UTC", since + 11);
    else
        buf_printf(text, "Since %.10s %.5s UTC", since, since + 11);
    if (!stays && now_us > since_us) {
        /* Whole minutes once there are any, and seconds before: what is finer is noise, and is read aloud. */
        int64_t gone_us = now_us - since_us;
        duration_format(gone_us - gone_us % (gone_us < 60 * US_PER_S ? US_PER_S : 60 * US_PER_S), ago);
        if (gone_us < US_PER_S)
            buf_puts(text, ", just now");
        else
            buf_printf(text, ", %s ago", ago);
    }
    buf_putc(text, '\n');
}

/* ---- what may be shown ---- */

static bool is_cleared(const struct person *person, const struct delivery *delivery)
{
    bool cleared = false;
    for (size_t i = 0; person && i < person->contacts.n; i++) {
        const struct config_contact *way = &person->contacts.at[i];
        cleared |= way->cleared && strcmp(way->channel, or_empty(delivery->channel)) == 0 &&
                   strcmp(way->address, or_empty(delivery->address)) == 0;
    }
    return cleared;
}

static const char *name_or(const char *text, const char *otherwise)
{
    return !*or_empty(text) || words_are_name(text) ? or_empty(text) : otherwise;
}

static const char *without_words(struct arena *arena, const char *sentence)
{
    scoped_buf struct buf out = {0};
    words_withhold(&out, or_empty(sentence));
    return arena_strdup(arena, buf_text(&out));
}

/* "person:ana" -> "ana" */
static const char *without_kind(const char *actor)
{
    const char *colon = strchr(actor, ':');
    return colon ? colon + 1 : actor;
}

/* A level that a runbook defines is a name whatever it holds. */
struct incident page_shown(struct arena *arena, const struct incident *incident)
{
    struct incident shown = *incident;
    if (!incident_title_is_name(incident))
        shown.title = *or_empty(incident->procedure_title)
                          ? incident->procedure_title
                          : "an alert, in words that are not for every screen";
    shown.service = name_or(incident->service, "a service");
    if (incident->severity_rank <= 0)
        shown.severity = name_or(incident->severity, "unknown");
    shown.severity_why = *or_empty(incident->severity_by)
                             ? arena_printf(arena, "set by %s", without_kind(incident->severity_by))
                             : without_words(arena, incident->severity_why);
    shown.patient_safety_why = NULL;
    return shown;
}

/* "LABEL: text (FILE, line N)" */
static void add_sourced(struct buf *text, const char *label, const char *words, const char *file, int line)
{
    if (!words || !*words)
        return;
    add_line_text(text, label, MOST_COMMAND);
    buf_puts(text, ": ");
    add_line_text(text, words, MOST_LINE);
    if (file && *file && line > 0) {
        buf_puts(text, " (");
        add_line_text(text, file, MOST_COMMAND);
        if (strstr(words, "(line ")) /* they say which */
            buf_putc(text, ')');
        else
            buf_printf(text, ", line %d)", line);
    }
    buf_putc(text, '\n');
}

/* Without its level and line, which stand in a line of their own: "It has just opened (SEV-1, shop.md line
 * 12)"; of "(PATIENT SAFETY, SEV-1, shop.md line 12)" the first stays. */
static void add_why_paged(struct buf *text, const char *why, const char *severity)
{
    scoped_buf struct buf level = {0};
    scoped_buf struct buf shown = {0};
    size_t n = strlen(why);
    const char *at = NULL;
    for (int i = 0; i < 2 && !at && *or_empty(severity); i++) {
        buf_clear(&level);
        buf_printf(&level, "%s%s", i ? ", " : " (", severity);
        at = strstr(why, level.at);
    }
    bool repeats = at && why[n - 1] == ')' && strchr(",)", at[level.n_bytes]);
    buf_add(&shown, why, repeats ? (size_t)(at - why) : n);
    if (repeats && *at == ',')
        buf_putc(&shown, ')');
    add_sourced(text, "Paged", buf_text(&shown), NULL, 0);
}

static void add_heading(struct buf *text, const struct incident *incident)
{
    const char *severity = or_empty(incident->severity), *service = or_empty(incident->service);
    buf_puts(text, incident->drill ? "DRILL [" : "[");
    add_line_text(text, *severity ? severity : "unknown", MOST_COMMAND);
    buf_printf(text, "] #%lld ", (long long)incident->number);
    if (*service && !title_names_service(or_empty(incident->title), service)) {
        add_line_text(text, service, MOST_COMMAND);
        buf_puts(text, ": ");
    }
    add_line_text(text, or_empty(incident->title), MOST_LINE);
    buf_putc(text, '\n');
}

/* ---- the document ---- */

static void write_incident(struct json_writer *w, const struct incident *incident, const char *url,
                           const char *acknowledge_url)
{
    jw_name(w, "incident");
    jw_begin_object(w);
    jw_pair_int(w, "number", incident->number);
    jw_line(w, "title", incident->title, MOST_LINE);
    jw_line(w, "service", incident->service, MOST_COMMAND);
    jw_line(w, "severity", incident->severity, MOST_COMMAND);
    jw_pair_int(w, "severity_rank", incident->severity_rank);
    jw_line(w, "severity_why", incident->severity_why, MOST_LINE);
    if (incident->drill)
        jw_pair_bool(w, "drill", true);
    if (incident->patient_safety)
        jw_pair_bool(w, "patient_safety", true);
    if (incident->patient_safety && incident->patient_safety_why)
        jw_line(w, "patient_safety_why", incident->patient_safety_why, MOST_LINE);
    jw_pair(w, "state", incident_state_name(incident->state));
    jw_pair_time(w, "started_at", incident->started_us);
    jw_pair_time(w, "opened_at", incident->opened_us);
    jw_name(w, "procedure");
    if (incident->procedure_title && *incident->procedure_title) {
        jw_begin_object(w);
        jw_line(w, "title", incident->procedure_title, MOST_LINE);
        jw_line(w, "file", incident->runbook_file, MOST_LINE);
        jw_pair_int(w, "line", incident->procedure_line);
        jw_end_object(w);
    } else
        jw_null(w);
    jw_pair(w, "url", url);
    if (acknowledge_url)
        jw_pair(w, "acknowledge_url", acknowledge_url);
    jw_end_object(w);
}

/* Whoever follows the incident is told what became of it; all others are paged. */
static const char *kind_of(const struct delivery *delivery, const struct incident *incident)
{
    const struct contact_channel *channel = contact_channel_find(delivery->channel);
    bool follows = channel ? channel->follows : delivery_is_chat(delivery);
    if (!delivery->notice || !follows || incident->state == INCIDENT_TRIGGERED)
        return "page";
    return incident->state >= INCIDENT_RESOLVED ? "resolved" : "acknowledged";
}

void page_render(struct buf *out, const struct delivery *delivery, const struct incident *whole,
                 const struct person *person, const struct run_step *steps, size_t n_steps,
                 const char *public_url, const struct link_key *links, int64_t now_us)
{
    scoped_arena struct arena *arena = arena_new();
    bool cleared = is_cleared(person, delivery);
    struct incident shown = cleared ? *whole : page_shown(arena, whole);
    const struct incident *incident = &shown;
    const char *kind = kind_of(delivery, incident);
    const char *why = cleared ? or_empty(delivery->why) : without_words(arena, delivery->why);
    scoped_buf struct buf text = {0};
    scoped_buf struct buf url = {0};
    scoped_buf struct buf link = {0};
    size_t n_base = public_url ? strlen(public_url) : 0;
    while (n_base && public_url[n_base - 1] == '/')
        n_base--;
    if (n_base)
        buf_printf(&url, "%.*s/incidents/%lld", (int)n_base, public_url, (long long)incident->number);
    if (n_base && links)
        link_write(&link, links, &(struct link){incident->number, delivery->person, now_us / US_PER_S},
                   public_url, n_base);

    add_heading(&text, incident);
    add_since(&text, incident->started_us ? incident->started_us : incident->opened_us, now_us,
              delivery_is_chat(delivery));
    if (incident->state != INCIDENT_TRIGGERED)
        buf_printf(&text, "State: %s\n", incident_state_name(incident->state));
    if (incident->patient_safety)
        add_sourced(&text, "Patient safety", incident->patient_safety_why, incident->runbook_file,
                    incident->patient_safety_line);
    add_diagnosis(&text, steps, n_steps);
    add_sourced(&text, or_empty(incident->severity), incident->severity_why, incident->runbook_file,
                incident->severity_line);
    add_why_paged(&text, why, incident->severity);
    add_sourced(&text, "Runbook", incident->procedure_title, incident->runbook_file,
                incident->procedure_line);
    if (url.n_bytes && !link.n_bytes)
        buf_printf(&text, "%s\n", url.at);
    if (link.n_bytes)
        buf_printf(&text, "Acknowledge: %s\n", link.at);
    else if (strcmp(kind, "page") == 0)
        buf_printf(&text, "Acknowledge: crashcart incident ack %lld\n", (long long)incident->number);

    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair(&w, "kind", kind);
    jw_pair(&w, "idempotency_key", delivery->key);
    write_incident(&w, incident, url.at, link.at);
    jw_name(&w, "to");
    jw_begin_object(&w);
    jw_pair(&w, "id", person ? person->id : or_empty(delivery->person));
    jw_pair(&w, "name", person ? person->name : or_empty(delivery->person));
    jw_end_object(&w);
    jw_line(&w, "why", why, MOST_LINE);
    write_diagnosis(&w, steps, n_steps);
    jw_pair(&w, "text", text.at);
    jw_pair_bool(&w, "cleared", cleared);
    jw_end_object(&w);
}
