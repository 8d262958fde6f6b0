#include "api/reply.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/server.h"
#include "base/clock.h"
#include "courier/courier.h"
#include "ledger/review.h"

enum { LISTED = 5, MOST_DIGITS = 15 };

/* ---- words ---- */

static const struct {
    const char *word;
    enum reply_verb verb;
} verbs[] = {
    {"ack", REPLY_ACKNOWLEDGE}, {"acknowledge", REPLY_ACKNOWLEDGE}, {"acknowledged", REPLY_ACKNOWLEDGE},
    {"resolve", REPLY_RESOLVE}, {"resolved", REPLY_RESOLVE},        {"status", REPLY_STATUS},
    {"list", REPLY_STATUS}};

/* The next word, without what is no letter and no digit. */
static size_t next_word(const char **at)
{
    while (**at && !isalnum((unsigned char)**at))
        ++*at;
    size_t n = 0;
    while (isalnum((unsigned char)(*at)[n]))
        n++;
    return n;
}

/* "incident 42", "page no. 42", "INC-42": what is counted, named before its number. */
static bool names_what_is_counted(const char *word, size_t n)
{
    static const char *const words[] = {"incident", "inc", "page", "alert", "case", "ticket",
                                        "number",   "no",  "nr",   "issue", "the"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == n && strncasecmp(word, words[i], n) == 0)
            return true;
    return false;
}

struct reply_words reply_words_read(const char *text)
{
    struct reply_words words = {0};
    size_t n = next_word(&text);
    if (n == 9 && strncasecmp(text, "crashcart", 9) == 0) {
        text += n;
        n = next_word(&text);
    }
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strlen(verbs[i].word) == n && strncasecmp(text, verbs[i].word, n) == 0)
            words.verb = verbs[i].verb;
    do {
        text += n;
        n = next_word(&text);
    } while (names_what_is_counted(text, n));
    if (n && n <= MOST_DIGITS && strspn(text, "0123456789") >= n)
        words.incident = strtoll(text, NULL, 10);
    return words;
}

/* ---- who ---- */

struct seeking {
    struct arena *arena;
    const struct reply_from *from;
    const char *person;
    bool several;
    bool cleared; /* the contact may show what people and alerts wrote */
};

static bool is_kind(const char *kinds, const char *kind)
{
    size_t n = strlen(kind);
    for (const char *at = kinds; (at = strstr(at, kind)); at++)
        if (at > kinds && at[-1] == ' ' && at[n] == ' ')
            return true;
    return false;
}

static void seek(void *context, const struct engine *engine)
{
    struct seeking *seeking = context;
    list_each (person, &engine_config(engine)->people)
        list_each (contact, &person->contacts) {
            if (!is_kind(seeking->from->contacts, contact->channel) ||
                strcasecmp(contact->address, seeking->from->address) != 0)
                continue;
            seeking->several |= seeking->person && strcmp(seeking->person, person->id) != 0;
            seeking->person = arena_strdup(seeking->arena, person->id);
            seeking->cleared |= contact->cleared;
        }
}

bool reply_person(struct request *request, const char *contacts, const char *address, const char **ret_person)
{
    struct seeking seeking = {.arena = request->arena,
                              .from = &(struct reply_from){.contacts = contacts, .address = address}};
    if (!request_ask(request, seek, &seeking))
        return false;
    *ret_person = seeking.several ? NULL : seeking.person;
    return true;
}

/* ---- what ---- */

static const struct reply *kept(struct request *request, const struct reply_from *from, const char *person)
{
    struct reply *reply = arena_alloc(request->arena, sizeof *reply);
    *reply = (struct reply){
        .id = arena_strdup(request->arena, from->id), .channel = from->channel, .person = person};
    return reply;
}

static void refuse(struct request *request, const struct reply_from *from, const char *why)
{
    request->answers_refusal = true;
    request->input = (struct input){.kind = INPUT_REPLY_REFUSED,
                                    .actor = "system",
                                    .incident = from->incident,
                                    .text = why,
                                    .reply = kept(request, from, "")};
    request_submit(request, NULL);
}

/* An answer is read where a page is: on a lock screen. */
static void tell_open(struct request *request, const struct incident *open, size_t n, bool cleared,
                      reply_answer *answer)
{
    scoped_buf struct buf text = {0};
    if (!n)
        buf_puts(&text, "Nothing is open.");
    for (size_t i = 0; i < n && i < LISTED; i++) {
        struct incident shown = cleared ? open[i] : page_shown(request->arena, &open[i]);
        buf_printf(&text, "%s#%lld %s %s: %s", i ? "\n" : "", (long long)shown.number, shown.severity,
                   incident_state_name(shown.state), shown.title);
    }
    if (n > LISTED)
        buf_puts(&text, "\nand more");
    answer(request, arena_strdup(request->arena, buf_text(&text)));
}

/* Which one is meant; 0: answered already. */
static int64_t incident_meant(struct request *request, const struct incident *open, size_t n,
                              reply_answer *answer)
{
    if (n == 1)
        return open[0].number;
    answer(request, n ? "Several are open: say which, for example \"ack 4\"; \"status\" lists them."
                      : "Nothing is open.");
    return 0;
}

static void act(struct request *request, const struct seeking *seeking, const char *text,
                reply_answer *answer)
{
    const struct reply_from *from = seeking->from;
    struct reply_words words = reply_words_read(text);
    struct incident *open = NULL;
    size_t n = 0;
    struct err err = {0};
    int64_t incident = words.incident ? words.incident : from->incident;
    if (words.verb == REPLY_UNKNOWN) {
        answer(request, "Say \"ack 4\", \"resolve 4\" or \"status\".");
        return;
    }
    if (words.verb == REPLY_STATUS || !incident) {
        if (ledger_incidents(request->ledger, request->arena, true, 0, LISTED + 1, &open, &n, &err) != 0) {
            answer(request, "The ledger cannot be read now.");
            return;
        }
        if (words.verb == REPLY_STATUS) {
            tell_open(request, open, n, seeking->cleared, answer);
            return;
        }
        incident = incident_meant(request, open, n, answer);
        if (!incident)
            return;
    }
    request->answers_refusal = true;
    request->input = (struct input){.kind = words.verb == REPLY_RESOLVE ? INPUT_RESOLVE : INPUT_ACKNOWLEDGE,
                                    .actor = arena_printf(request->arena, "person:%s", seeking->person),
                                    .incident = incident,
                                    .reply = kept(request, from, seeking->person)};
    request_submit(request, NULL);
}

void reply_take(struct request *request, const struct reply_from *from, const char *text,
                reply_answer *answer)
{
    struct seeking seeking = {.arena = request->arena, .from = from};
    struct err err = {0};
    bool known = false;
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    if (ledger_reply_known(ledger, from->id, &known, &err) != 0)
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
    else if (known)
        answer(request, "This message was heard already.");
    else if (!request_ask(request, seek, &seeking))
        return;
    else if (!seeking.person)
        refuse(request, from,
               arena_printf(request->arena, "no person of the configuration has the contact %.80s",
                            from->address));
    else if (seeking.several)
        refuse(request, from,
               arena_printf(request->arena, "several people have the contact %.80s", from->address));
    else
        act(request, &seeking, text, answer);
}

void reply_decided(struct request *request, reply_answer *answer)
{
    const struct input *input = &request->input;
    if (request->outcome.code != OUTCOME_DONE)
        answer(request, arena_strdup(request->arena, request->outcome.message));
    else if (input->kind == INPUT_REPLY_REFUSED)
        answer(request, arena_printf(request->arena, "This does not count: %s.", input->text));
    else
        answer(request, arena_printf(request->arena, "Incident %lld is %s.", (long long)input->incident,
                                     input->kind == INPUT_RESOLVE ? "resolved" : "acknowledged"));
}
