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
enum { OF_TEXT = 1, OF_DIGITS = 2 };

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

/* All keys that the trigger may begin with: beyond its end anything may stand. */
static void trigger_mark(struct redact_rules *rules, const struct redact_trigger *trigger)
{
    bool digits = trigger->text[0] == '#' && !trigger->exact;
    unsigned free_bits = trigger->n_bytes < 3 ? CLASS_BITS * (unsigned)(3 - trigger->n_bytes) : 0;
    unsigned key = 0;
    for (size_t i = 0; i < 3 && i < trigger->n_bytes; i++)
        key = key << CLASS_BITS | class_wanted(rules, trigger, i);
    for (unsigned i = 0; i < 1u << free_bits; i++) {
        unsigned one = key << free_bits | i;
        rules->telling[one >> 2] |= (uint8_t)((digits ? OF_DIGITS : OF_TEXT) << 2 * (one & 3));
    }
}

/* What a trigger asks of its first eight bytes, for one comparison; digits are told from their neighbours
 * later. */
static void trigger_condense(struct redact_trigger *trigger)
{
    unsigned char fold[8] = {0}, mask[8] = {0}, value[8] = {0};
    for (size_t i = 0; i < sizeof value && i < trigger->n_bytes; i++) {
        char c = trigger->text[i];
        bool digit = c == '#' && !trigger->exact;
        fold[i] = c >= 'a' && c <= 'z' && !trigger->exact ? 0x20 : 0;
        mask[i] = digit ? 0xf0 : 0xff;
        value[i] = digit ? 0x30 : (unsigned char)c;
    }
    memcpy(&trigger->fold, fold, sizeof fold);
    memcpy(&trigger->mask, mask, sizeof mask);
    memcpy(&trigger->value, value, sizeof value);
}

void redact_scan_build(struct redact_rules *rules)
{
    classes_make(rules);
    memset(rules->buckets, 0, sizeof rules->buckets);
    memset(&rules->shorts, 0, sizeof rules->shorts);
    if (!rules->telling)
        rules->telling = arena_alloc(rules->arena, KEYS / 4);
    list_each (trigger, &rules->triggers) {
        uint16_t index = (uint16_t)(trigger - rules->triggers.at);
        trigger_condense(trigger);
        trigger_mark(rules, trigger);
        if (trigger->n_bytes < 3) {
            *list_push(rules->arena, &rules->shorts) = index;
            continue;
        }
        unsigned key = 0;
        for (size_t i = 0; i < 3; i++)
            key = key << CLASS_BITS | class_wanted(rules, trigger, i);
        *list_push(rules->arena, &rules->buckets[bucket_of(key)]) = index;
    }
}

static bool trigger_stands(const struct redact_trigger *trigger, const struct redact_hits *hits, size_t at)
{
    const char *text = hits->at + at;
    if (trigger->n_bytes > hits->n_bytes - at ||
        (trigger->within != NO_SCOPE && !hits->open[trigger->within]))
        return false;
    uint64_t first;
    if (hits->n_bytes - at >= sizeof first) {
        memcpy(&first, text, sizeof first);
        if (((first | trigger->fold) & trigger->mask) != trigger->value)
            return false;
    }
    if (trigger->exact)
        return memcmp(text, trigger->text, trigger->n_bytes) == 0;
    if (trigger->text[0] == '#' && at + hits->n_before && is_digit(text[-1]))
        return false;
    for (size_t i = 0; i < trigger->n_bytes; i++)
        if (trigger->text[i] == '#' ? !is_digit(text[i]) : lower(text[i]) != trigger->text[i])
            return false;
    return true;
}

/* The class of a byte; beyond the end, that of a blank. */
static unsigned class_at(const struct redact_rules *rules, const struct redact_hits *hits, size_t at)
{
    return at < hits->n_bytes ? rules->class_of[(unsigned char)hits->at[at]] : 0;
}

static bool place_find(const struct redact_rules *rules, struct redact_hits *hits)
{
    const unsigned char *at = (const unsigned char *)hits->at;
    const uint8_t *telling = rules->telling, *class_of = rules->class_of;
    size_t i = hits->next;
    bool found = false;
    if (i >= hits->end)
        return false;
    unsigned digit = class_of['0'];
    unsigned before = i + hits->n_before ? class_of[at[(ptrdiff_t)i - 1]] : 0;
    unsigned key =
        before << 2 * CLASS_BITS | class_at(rules, hits, i) << CLASS_BITS | class_at(rules, hits, i + 1);
    for (; i < hits->end && !found; i++) {
        unsigned wanted = key >> 2 * CLASS_BITS == digit ? OF_TEXT : OF_TEXT | OF_DIGITS;
        key = (key << CLASS_BITS | (i + 2 < hits->n_bytes ? class_of[at[i + 2]] : 0)) & KEY_MASK;
        found = ((unsigned)telling[key >> 2] >> 2 * (key & 3)) & wanted;
    }
    hits->next = i;
    hits->place = i - 1;
    hits->bucket = bucket_of(key);
    hits->index = 0;
    hits->stands = found;
    return found;
}

const struct redact_trigger *redact_hit_next(const struct redact_rules *rules, struct redact_hits *hits,
                                             size_t *ret_at)
{
    for (;;) {
        while (hits->stands) {
            size_t n = rules->buckets[hits->bucket].n, i = hits->index++;
            if (i >= n + rules->shorts.n)
                break;
            uint16_t index = i < n ? rules->buckets[hits->bucket].at[i] : rules->shorts.at[i - n];
            if (!trigger_stands(&rules->triggers.at[index], hits, hits->place))
                continue;
            *ret_at = hits->place;
            return &rules->triggers.at[index];
        }
        if (!place_find(rules, hits)) {
            hits->stands = false;
            return NULL;
        }
    }
}
