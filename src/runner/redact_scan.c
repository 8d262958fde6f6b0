/* Where a pattern may stand at all. Bytes have one of 64 classes (a letter in either case, a digit, a mark),
 * and the classes of three bytes in a row say whether a trigger may begin there. So ordinary text costs a few
 * instructions a byte, however many triggers there are, and patterns run only where a trigger stands. */
#include <string.h>

#include "base/must.h"
#include "runner/redact_priv.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum { CLASS_BITS = 6, CLASSES = 1 << CLASS_BITS, KEYS = 1 << 3 * CLASS_BITS, KEY_MASK = KEYS - 1 };

static unsigned bucket_of(unsigned key)
{
    return (key * 2654435761u) >> 22;
}

static void classes_make(struct redact_rules *rules)
{
    enum { DIGIT = 27, FIRST_MARK = 28 };
    unsigned mark = FIRST_MARK;
    memset(rules->class_of, 0, sizeof rules->class_of);
    for (int byte = 0; byte < 128; byte++) {
        char c = lower((char)byte);
        if (c >= 'a' && c <= 'z')
            rules->class_of[byte] = (uint8_t)(c - 'a' + 1);
        else if (is_digit(c))
            rules->class_of[byte] = DIGIT;
        else if (c > ' ' && c < 0x7f)
            rules->class_of[byte] = (uint8_t)mark++;
    }
    must(mark <= CLASSES);
}

static unsigned class_wanted(const struct redact_rules *rules, const struct redact_trigger *trigger, size_t i)
{
    return rules
        ->class_of[trigger->text[i] == '#' && !trigger->exact ? '0' : (unsigned char)trigger->text[i]];
}

/* The class of a byte; beyond the end, that of a blank. */
static unsigned class_at(const struct redact_rules *rules, const struct redact_hits *hits, size_t at)
{
    return at < hits->n_bytes ? rules->class_of[(unsigned char)hits->at[at]] : 0;
}

/* All keys that the trigger may begin with: beyond its end anything may stand. */
static void trigger_mark(struct redact_rules *rules, const struct redact_trigger *trigger)
{
    unsigned free_bits = trigger->n_bytes < 3 ? CLASS_BITS * (unsigned)(3 - trigger->n_bytes) : 0;
    unsigned key = 0;
    for (size_t i = 0; i < 3 && i < trigger->n_bytes; i++)
        key = key << CLASS_BITS | class_wanted(rules, trigger, i);
    for (unsigned i = 0; i < 1u << free_bits; i++) {
        unsigned one = key << free_bits | i;
        rules->any[one & (KEY_MASK >> CLASS_BITS)] |= UINT64_C(1) << (one >> 2 * CLASS_BITS);
    }
}

/* Digits are told from their neighbours later. */
static void start_add(struct redact_rules *rules, struct redact_starts *starts, uint16_t index)
{
    const struct redact_trigger *trigger = &rules->triggers.at[index];
    unsigned char fold[8] = {0}, mask[8] = {0}, value[8] = {0};
    struct redact_start *start = list_push(rules->arena, &starts->list);
    for (size_t i = 0; i < sizeof value && i < trigger->n_bytes; i++) {
        char c = trigger->text[i];
        bool digit = c == '#' && !trigger->exact;
        fold[i] = c >= 'a' && c <= 'z' && !trigger->exact ? 0x20 : 0;
        mask[i] = digit ? 0xf0 : 0xff;
        value[i] = digit ? 0x30 : (unsigned char)c;
    }
    memcpy(&start->fold, fold, sizeof fold);
    memcpy(&start->mask, mask, sizeof mask);
    memcpy(&start->value, value, sizeof value);
    start->trigger = index;
}

static unsigned three_digits(const struct redact_rules *rules)
{
    unsigned digit = rules->class_of['0'];
    return digit << 2 * CLASS_BITS | digit << CLASS_BITS | digit;
}

/* Numbers are what logs are full of, and each begins like every trigger of digits: how long it is and what
 * stands behind it tell nearly all of them apart. Digits alone may stand at the beginning of a longer number.
 */
static void runs_add(struct redact_rules *rules, const struct redact_trigger *trigger, uint16_t index)
{
    bool anywhere = is_digit(trigger->text[0]);
    size_t n = 0;
    while (n < trigger->n_bytes && (trigger->text[n] == '#' || is_digit(trigger->text[n])))
        n++;
    for (size_t run = 3; run < SCAN_RUNS; run++) {
        bool longest = run == SCAN_RUNS - 1;
        if (!anywhere && run != n && !(run > n && n == trigger->n_bytes) && !(longest && run < n))
            continue;
        bool open = anywhere || longest || n == trigger->n_bytes;
        start_add(rules, &rules->runs[run].starts, index);
        rules->runs[run].next |= open ? ~UINT64_C(0) : UINT64_C(1) << class_wanted(rules, trigger, n);
    }
}

static unsigned run_of(uint64_t first)
{
    const uint64_t each = 0x0101010101010101u;
    uint64_t bits = first ^ each * 0x30;
    /* The upper half of a byte is not 0 where there was none of '0' to '9'. */
    uint64_t others = (bits | ((bits & each * 0x0f) + each * 6)) & each * 0xf0;
    return others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
}

/* How many digits stand there, SCAN_RUNS - 1 at most. */
static size_t digits_at(const struct redact_hits *hits, size_t at)
{
    uint64_t bytes[2];
    size_t n = 0;
    if (hits->n_bytes - at >= sizeof bytes) {
        memcpy(bytes, hits->at + at, sizeof bytes);
        n = run_of(bytes[0]);
        return n < 8 ? n : n + run_of(bytes[1]);
    }
    while (at + n < hits->n_bytes && is_digit(hits->at[at + n]))
        n++;
    return n;
}

void redact_scan_build(struct redact_rules *rules)
{
    classes_make(rules);
    memset(rules->buckets, 0, sizeof rules->buckets);
    memset(rules->runs, 0, sizeof rules->runs);
    memset(&rules->shorts, 0, sizeof rules->shorts);
    rules->short_classes = 0;
    rules->starts_in_numbers = false;
    if (!rules->any)
        rules->any = arena_alloc(rules->arena, KEYS / 8);
    list_each (trigger, &rules->triggers) {
        uint16_t index = (uint16_t)(trigger - rules->triggers.at);
        trigger_mark(rules, trigger);
        unsigned key = 0;
        for (size_t i = 0; i < 3 && i < trigger->n_bytes; i++)
            key = key << CLASS_BITS | class_wanted(rules, trigger, i);
        if (trigger->n_bytes < 3) {
            start_add(rules, &rules->shorts, index);
            rules->short_classes |= UINT64_C(1) << class_wanted(rules, trigger, 0);
        } else if (key == three_digits(rules)) {
            runs_add(rules, trigger, index);
            rules->starts_in_numbers = rules->starts_in_numbers || is_digit(trigger->text[0]);
        } else {
            start_add(rules, &rules->buckets[bucket_of(key)], index);
        }
    }
}

static bool trigger_stands(const struct redact_trigger *trigger, const struct redact_hits *hits)
{
    size_t at = hits->place;
    const char *text = hits->at + at;
    if (trigger->n_bytes > hits->n_bytes - at ||
        (trigger->within != NO_SCOPE && !hits->open[trigger->within]))
        return false;
    if (trigger->exact)
        return memcmp(text, trigger->text, trigger->n_bytes) == 0;
    if (trigger->text[0] == '#' && at + hits->n_before && is_digit(text[-1]))
        return false;
    for (size_t i = 0; i < trigger->n_bytes; i++)
        if (trigger->text[i] == '#' ? !is_digit(text[i]) : lower(text[i]) != trigger->text[i])
            return false;
    return true;
}

/* The first place from i on that some trigger may begin at, or the end; and the key that it has. Most bytes
 * are passed here, so it asks no more than that. */
static size_t bytes_pass(const struct redact_rules *rules, const struct redact_hits *hits, size_t i,
                         unsigned *ret_key)
{
    const unsigned char *at = (const unsigned char *)hits->at;
    const uint8_t *class_of = rules->class_of;
    const uint64_t *any = rules->any;
    size_t end = hits->n_bytes < 2 ? 0 : hits->n_bytes - 2; /* behind which two bytes lie */
    unsigned first = class_at(rules, hits, i), second = class_at(rules, hits, i + 1), third = 0;
    if (end > hits->end)
        end = hits->end;
    for (; i < end; i++) {
        third = class_of[at[i + 2]];
        if (any[second << CLASS_BITS | third] >> first & 1)
            break;
        first = second, second = third;
    }
    for (; i < hits->end; i++) {
        third = class_at(rules, hits, i + 2);
        if (any[second << CLASS_BITS | third] >> first & 1)
            break;
        first = second, second = third;
    }
    *ret_key = first << 2 * CLASS_BITS | second << CLASS_BITS | third;
    return i;
}

/* A digit stands at the place. False: no trigger begins there. Either way hits->next is where to go on: the
 * last two digits of a number may begin what no number begins. */
static bool number_tells(const struct redact_rules *rules, struct redact_hits *hits)
{
    size_t at = hits->place, run = digits_at(hits, at);
    if (run < 3)
        return true;
    hits->starts = &rules->runs[run].starts;
    if (rules->starts_in_numbers)
        return true;
    hits->next = at + run - 2;
    if (at + hits->n_before && is_digit(hits->at[(ptrdiff_t)at - 1]))
        return false;
    return hits->maybe_short || run == SCAN_RUNS - 1 ||
           rules->runs[run].next >> class_at(rules, hits, at + run) & 1;
}

static bool place_find(const struct redact_rules *rules, struct redact_hits *hits)
{
    unsigned key = 0, digit = rules->class_of['0'], first;
    do {
        hits->place = bytes_pass(rules, hits, hits->next, &key);
        hits->next = hits->place + 1;
        if (hits->place >= hits->end)
            return false;
        first = key >> 2 * CLASS_BITS;
        hits->starts = &rules->buckets[bucket_of(key)];
        hits->maybe_short = rules->short_classes >> first & 1;
    } while (first == digit && !number_tells(rules, hits));
    hits->index = 0;
    hits->stands = true;
    hits->whole = hits->n_bytes - hits->place >= sizeof hits->first;
    if (hits->whole)
        memcpy(&hits->first, hits->at + hits->place, sizeof hits->first);
    return true;
}

/* The next of them that stands at the place; NULL: none. Most fall to the one comparison, so these lie side
 * by side. skipped: how many of the hits' count come before them. */
static const struct redact_trigger *start_next(const struct redact_rules *rules, struct redact_hits *hits,
                                               const struct redact_starts *starts, size_t skipped)
{
    uint64_t first = hits->first;
    for (size_t i = hits->index - skipped; i < starts->list.n; i++) {
        const struct redact_start *start = &starts->list.at[i];
        if (((first | start->fold) & start->mask) != start->value && hits->whole)
            continue;
        const struct redact_trigger *trigger = &rules->triggers.at[start->trigger];
        if (!trigger_stands(trigger, hits))
            continue;
        hits->index = skipped + i + 1;
        return trigger;
    }
    hits->index = skipped + starts->list.n;
    return NULL;
}

const struct redact_trigger *redact_hit_next(const struct redact_rules *rules, struct redact_hits *hits,
                                             size_t *ret_at)
{
    for (;;) {
        if (hits->stands) {
            size_t n = hits->starts->list.n;
            const struct redact_trigger *trigger = NULL;
            if (hits->index < n)
                trigger = start_next(rules, hits, hits->starts, 0);
            if (!trigger && hits->maybe_short)
                trigger = start_next(rules, hits, &rules->shorts, n);
            *ret_at = hits->place;
            if (trigger)
                return trigger;
        }
        if (!place_find(rules, hits)) {
            hits->stands = false;
            return NULL;
        }
    }
}
