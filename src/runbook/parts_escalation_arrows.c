/* Chains on a line: whoever stands behind an arrow is called next.
 *
 *     lead -> manager (after 15 min) -> CTO (30 min)
 *     lead --(10 min)--> manager --(20 min)--> director
 *
 * A time beside who is called counts from the opening; one on an arrow from the call before. */
#include <ctype.h>
#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/heading_words.h"
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"

enum { TIERS_MAX = 8, NAME_BYTES = 40, CHAIN_BYTES = 300, TIERS_LEAST = 3 };

struct tier {
    const char *name;
    int64_t after_s; /* or UNSTATED */
    bool known;      /* a role or a layer, and no name of the house */
};

/* "every 15 minutes", "(15-minute intervals)", "15 min each": between one tier and the next. */
static bool says_interval(const char *text)
{
    return calling_within(CALLING_INTERVAL, text, strlen(text));
}

/* Bytes of the tier in front of the wait that its arrow carries: "lead --(10 min)-" of "lead --(10 min)->
 * manager",
 * "(10 min)" between two arrows. All of it: the arrow carries none. */
static size_t before_edge(const char *part, int64_t *ret_wait_s)
{
    static const char ends[] = " -()[]\xe2\x80\x93\x94";
    struct duration_words time;
    const char *edge = part[0] == '(' ? part : strstr(part, " -");

    edge = edge ? edge : strstr(part, " \xe2\x80\x94");
    *ret_wait_s = 0;
    if (!edge)
        return strlen(part);
    const char *wait = edge + strspn(edge, ends);
    if (!text_duration(wait, &time) || time.value_s < 60 ||
        wait[time.at + time.n_bytes + strspn(wait + time.at + time.n_bytes, ends)] != '\0')
        return strlen(part);
    *ret_wait_s = time.value_s;
    return (size_t)(edge - part);
}

/* "secondary (10m)", "pump-crew (after 15 min)". False: no name. */
static bool tier_read(struct arena *arena, const char *part, struct tier *ret_tier)
{
    struct person person;
    struct duration_words after;
    const char *bracket = strchr(part, '(');
    size_t n = strcspn(part, "(,.;?");

    while (n > 0 && part[n - 1] == ' ')
        n--;
    *ret_tier = (struct tier){.name = arena_strndup(arena, part, n), .after_s = UNSTATED};
    if (bracket && !says_interval(bracket) && text_duration(bracket, &after))
        ret_tier->after_s = after.value_s;
    if (person_next(arena, part, 0, &person)) {
        ret_tier->name = person.name;
        ret_tier->known = true;
    } else {
        ret_tier->known = part_words_whole(PART_LAYER, ret_tier->name) != NULL;
    }
    return n > 1 && (ret_tier->known ||
                     (n < NAME_BYTES && isalpha((unsigned char)part[0]) && !words_begin(WORDS_VERBS, part)));
}

/* The tiers between the arrows; 0: it is no chain. What leads to it by a colon is none of them. */
static size_t tiers_read(struct arena *arena, const char *text, const char *arrow, struct tier *ret_tiers)
{
    const char *first = strstr(text, arrow), *colon = strstr(text, ": ");
    size_t n = 0;
    int64_t wait_s = 0, next_s = UNSTATED;

    for (const char *more = colon; more && more < first; more = strstr(colon + 1, ": "))
        colon = more;
    for (const char *at = colon && colon < first ? colon + 2 : text, *next; at;
         at = next ? next + strlen(arrow) : NULL) {
        next = strstr(at, arrow);
        const char *part = text_normalise(arena, at, next ? (size_t)(next - at) : strlen(at));
        size_t n_tier = next ? before_edge(part, &wait_s) : strlen(part);
        if (n_tier > 0) {
            if (n == TIERS_MAX || !tier_read(arena, arena_strndup(arena, part, n_tier), &ret_tiers[n]))
                return 0;
            if (ret_tiers[n].after_s == UNSTATED)
                ret_tiers[n].after_s = next_s;
            n++;
        }
        if (next && part[n_tier])
            next_s = (n > 0 && ret_tiers[n - 1].after_s > 0 ? ret_tiers[n - 1].after_s : 0) + wait_s;
        else
            next_s = UNSTATED;
    }
    return n;
}

/* Roles all of them; or names of the house among them, behind "Escalation policy:" or where each waits. */
static bool tiers_call(const struct fact *fact, const struct tier *tiers, size_t n, bool about)
{
    bool labelled = fact->label && part_words_value(PART_CHAIN, fact->label);
    size_t known = 0, timed = 0, phrases = 0;

    for (size_t i = 0; i < n; i++) {
        known += tiers[i].known;
        phrases += !tiers[i].known && strchr(tiers[i].name, ' ') != NULL;
        timed += i > 0 && tiers[i].after_s >= 60;
    }
    bool all_timed = timed == n - 1;
    if (known == n)
        return n >= TIERS_LEAST || about || all_timed;
    return ((labelled || (about && known > 0 && n >= TIERS_LEAST)) && phrases == 0) ||
           (known > 0 && all_timed && n >= TIERS_LEAST);
}

/* What is said once, behind the last arrow, holds between each two. */
static void wait_between(const char *text, struct tier *tiers, size_t n)
{
    const char *last = strstr(text, tiers[n - 1].name);
    struct duration_words each;

    if (!last || !says_interval(last) || !text_duration(last, &each))
        return;
    for (size_t i = 1; i < n; i++)
        if (tiers[i].after_s == UNSTATED)
            tiers[i].after_s = (int64_t)i * each.value_s;
}

static bool any_level(const struct parts_reading *reading, const struct tier *tiers, size_t n)
{
    struct strings levels = {0};
    for (size_t i = 0; i < n; i++)
        part_levels(reading, tiers[i].name, &levels);
    return levels.n > 0;
}

bool escalation_read_arrows(struct parts_reading *reading, const struct fact *fact, bool about)
{
    const struct strings *arrows = calling_words(CALLING_ARROW);
    struct tier tiers[TIERS_MAX] = {0};
    size_t n = 0;

    bool none = !strchr(fact->rest, '>') && !strchr(fact->rest, '\xe2') && !strchr(fact->rest, '\xc2');
    for (size_t i = 0; i < arrows->n && n == 0 && !none; i++)
        if (strstr(fact->rest, arrows->at[i]) && strnlen(fact->rest, CHAIN_BYTES) < CHAIN_BYTES)
            n = tiers_read(reading->arena, fact->rest, arrows->at[i], tiers);
    if (n < 2 || !tiers_call(fact, tiers, n, about) || any_level(reading, tiers, n))
        return false;
    wait_between(fact->rest, tiers, n);
    struct escalation *chain = escalation_add(reading, "chain", fact->line, fact->line);
    chain->ordered = true;
    for (size_t i = 0; i < n; i++)
        strings_add(reading->arena, &chain->to, tiers[i].name);
    for (size_t i = 0; i < n; i++) {
        if (tiers[i].after_s < 60)
            continue;
        struct escalation *rule = escalation_add(reading, "rule", fact->line, fact->line);
        strings_add(reading->arena, &rule->to, tiers[i].name);
        rule->after_s = tiers[i].after_s;
    }
    return true;
}
