/* Opsgenie's list of alerts (docs.opsgenie.com, "List alerts"): incidents as its clients look for them, the
 * newest first. Of its query language what they send is understood, one condition beside the other:
 *
 *     status: open AND acknowledged=false   message: "disk full"   tinyId: 4   alias: disk-1   disk
 *
 * What is not is refused: a list of others than were asked for would be closed by whoever asked. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/opsgenie.h"
#include "api/server.h"
#include "base/clock.h"
#include "ledger/search.h"

enum { WORDS_MOST = 8, PIECE = 500, LOOKED_AT_MOST = 20000, LIMIT_USUAL = 20, LIMIT_MOST = 100 };

enum truth { ANY, YES, NO };

struct wanted {
    enum truth open, acknowledged;
    int64_t number; /* 0: any */
    const char *alias;
    const char *words[WORDS_MOST]; /* each in the title */
    size_t n_words;
};

/* One condition: word, or field and value. *at moves behind it. False at the end. */
static bool condition_next(struct arena *arena, const char **at, const char **ret_field,
                           const char **ret_value)
{
    static const char blanks[] = " \t\r\n";
    const char *from = *at + strspn(*at, blanks);
    *ret_field = "";
    if (!*from)
        return false;
    size_t n = strcspn(from, " \t\r\n:=<>\"");
    const char *mark = from + n + strspn(from + n, blanks);
    if (n > 0 && (*mark == ':' || *mark == '=')) {
        *ret_field = arena_strndup(arena, from, n);
        from = mark + 1;
        from += strspn(from, blanks);
    }
    bool quoted = *from == '"';
    from += quoted;
    n = strcspn(from, quoted ? "\"" : blanks);
    *ret_value = arena_strndup(arena, from, n);
    *at = from + n + (quoted && from[n] == '"');
    return true;
}

static bool is_truth(const char *value, const char *yes, const char *no, enum truth *ret_truth)
{
    if (strcasecmp(value, yes) != 0 && strcasecmp(value, no) != 0)
        return false;
    *ret_truth = strcasecmp(value, yes) == 0 ? YES : NO;
    return true;
}

static bool take(struct wanted *wanted, const char *field, const char *value)
{
    if (strcasecmp(field, "status") == 0)
        return is_truth(value, "open", "closed", &wanted->open);
    if (strcasecmp(field, "acknowledged") == 0 || strcasecmp(field, "isAcknowledged") == 0)
        return is_truth(value, "true", "false", &wanted->acknowledged);
    if (strcasecmp(field, "tinyId") == 0) {
        wanted->number = strspn(value, "0123456789") == strlen(value) ? strtoll(value, NULL, 10) : 0;
        return wanted->number > 0;
    }
    if (strcasecmp(field, "alias") == 0) {
        wanted->alias = value;
        return *value != '\0';
    }
    bool word =
        *field ? strcasecmp(field, "message") == 0
               : strcasecmp(value, "or") != 0 && strcasecmp(value, "not") != 0 && !strpbrk(value, "<>()");
    if (!word || !*value || wanted->n_words == WORDS_MOST)
        return false;
    wanted->words[wanted->n_words++] = value;
    return true;
}

/* False: it is answered. */
static bool query_read(struct request *request, struct wanted *ret_wanted)
{
    const char *at = request_query(request, "query"), *order = request_query(request, "order");
    const char *field, *value;
    *ret_wanted = (struct wanted){0};
    if (order && strcasecmp(order, "desc") != 0) {
        answer_problem(request, PROBLEM_INVALID, "order", "the newest come first here: order=desc");
        return false;
    }
    while (at && condition_next(request->arena, &at, &field, &value)) {
        if (!*field && strcasecmp(value, "and") == 0)
            continue;
        if (take(ret_wanted, field, value))
            continue;
        answer_problem(
            request, PROBLEM_INVALID, "query",
            "\"%.60s%s%.60s\" is not understood; status, acknowledged, message, alias, tinyId and words "
            "of the message are, one beside the other",
            field, *field ? ": " : "", value);
        return false;
    }
    return true;
}

static bool fits(const struct wanted *wanted, const struct incident *incident)
{
    bool open = !incident->resolved_us, acknowledged = open && incident->acknowledged_us;
    if ((wanted->open && (wanted->open == YES) != open) ||
        (wanted->number && wanted->number != incident->number) ||
        (wanted->acknowledged && (wanted->acknowledged == YES) != acknowledged))
        return false;
    for (size_t i = 0; i < wanted->n_words; i++)
        if (!strcasestr(incident->title, wanted->words[i]))
            return false;
    return true;
}

/* Of what burns it names the alert, so that its sender can end it; what is over, the incident alone. */
static const char *id_of(struct arena *arena, const struct incident *incident)
{
    return !incident->resolved_us && strlen(incident->sender_key) == GROUP_HASH_BYTES - 1
               ? opsgenie_alert_id(arena, incident->sender_key)
               : opsgenie_request_id(arena, incident->number);
}

typedef void found(void *context, const struct incident *incident);

/* Calls for each that fits, the newest first. False: it is answered. */
static bool each_wanted(struct request *request, found *visit, void *context)
{
    struct wanted wanted;
    struct err err = {0};
    struct ledger *ledger = NULL;
    if (!query_read(request, &wanted))
        return false;
    if (wanted.alias) {
        struct named_alert named = {.request = request, .incident = -1};
        if (!opsgenie_find_alias(request, wanted.alias, &named))
            return false;
        if (named.incident <= 0)
            return true;
        wanted.number = named.incident;
    }
    struct incident_search search = {.services = request->access.services,
                                     .before = wanted.number ? wanted.number + 1 : INT64_MAX,
                                     .limit = PIECE};
    if (wanted.number)
        search.limit = 1;
    if (!(ledger = request_ledger(request)))
        return false;
    struct incident *piece;
    size_t n = search.limit;
    for (size_t looked = 0; n == search.limit && looked < LOOKED_AT_MOST; looked += n) {
        if (ledger_search_incidents(ledger, request->arena, &search, &piece, &n, &err) != 0) {
            answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
            return false;
        }
        for (size_t i = 0; i < n; i++)
            if (fits(&wanted, &piece[i]))
                visit(context, &piece[i]);
        search.before = n ? piece[n - 1].number : 0;
        if (wanted.number)
            break;
    }
    return true;
}

struct page {
    struct request *request;
    struct buf alerts; /* those of the page, with commas */
    int64_t offset, limit, n;
};

static void add_to_page(void *context, const struct incident *incident)
{
    struct page *page = context;
    int64_t at = page->n++;
    if (at < page->offset || at >= page->offset + page->limit)
        return;
    if (page->alerts.n_bytes)
        buf_putc(&page->alerts, ',');
    struct json_writer writer = jw_start(&page->alerts);
    jw_begin_object(&writer);
    opsgenie_write_alert(&writer, page->request, id_of(page->request->arena, incident), "", incident);
    jw_end_object(&writer);
}

static void end_answer(struct json_writer *writer, struct request *request)
{
    jw_name(writer, "took");
    jw_double(writer, 0.001);
    jw_pair(writer, "requestId", opsgenie_request_id(request->arena, 0));
    jw_end_object(writer);
}

void get_opsgenie_alerts(struct request *request)
{
    struct page page = {.request = request};
    if (request_query_number(request, "offset", 0, LOOKED_AT_MOST, &page.offset) < 0 ||
        request_query_number(request, "limit", LIMIT_USUAL, LIMIT_MOST, &page.limit) < 0)
        return;
    if (each_wanted(request, add_to_page, &page)) {
        struct json_writer writer = answer_json(request);
        jw_begin_object(&writer);
        jw_name(&writer, "data");
        jw_begin_array(&writer);
        jw_raw(&writer, buf_text(&page.alerts), page.alerts.n_bytes);
        jw_end_array(&writer);
        end_answer(&writer, request);
    }
    buf_free(&page.alerts);
}

static void count(void *context, const struct incident *incident)
{
    (void)incident;
    ++*(int64_t *)context;
}

void count_opsgenie_alerts(struct request *request)
{
    int64_t n = 0;
    if (!each_wanted(request, count, &n))
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_name(&writer, "data");
    jw_begin_object(&writer);
    jw_pair_int(&writer, "count", n);
    jw_end_object(&writer);
    end_answer(&writer, request);
}
