/* Attempts in order. */
#include "courier/courier_priv.h"

void attempts_push(struct attempts *attempts, struct attempt *attempt)
{
    attempt->next = NULL;
    if (attempts->last)
        attempts->last->next = attempt;
    else
        attempts->first = attempt;
    attempts->last = attempt;
}

struct attempt *attempts_take(struct attempts *attempts)
{
    struct attempt *attempt = attempts->first;
    if (attempt && !(attempts->first = attempt->next))
        attempts->last = NULL;
    return attempt;
}

void attempts_drop(struct attempts *attempts, const struct attempt *attempt)
{
    struct attempt *before = NULL;
    for (struct attempt *a = attempts->first; a; before = a, a = a->next) {
        if (a != attempt)
            continue;
        if (before)
            before->next = a->next;
        else
            attempts->first = a->next;
        if (attempts->last == a)
            attempts->last = before;
        return;
    }
}

struct attempt *attempts_find(const struct attempts *attempts, int64_t delivery)
{
    struct attempt *attempt = attempts->first;
    while (attempt && attempt->delivery != delivery)
        attempt = attempt->next;
    return attempt;
}
