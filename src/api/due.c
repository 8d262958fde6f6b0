#include "api/due.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/server.h"

/* A number and what has to stand behind it; *at moves on. */
static bool take(const char **at, char behind, int64_t *ret_number)
{
    char *end;
    errno = 0;
    long long number = strtoll(*at, &end, 10);
    if (end == *at || errno || *end != behind)
        return false;
    *ret_number = number;
    *at = end + 1;
    return true;
}

int due_after(struct request *request, struct due_place *ret_after)
{
    const char *text = request_query(request, "after");
    struct due_place place = DUE_FROM_THE_FIRST;
    if (text && !(take(&text, '-', &place.due_us) && take(&text, '-', &place.incident) &&
                  take(&text, '\0', &place.number))) {
        answer_problem(request, PROBLEM_BAD_REQUEST, "after", "after must be the \"next\" of this list");
        return -1;
    }
    *ret_after = place;
    return 0;
}

void due_write_next(struct json_writer *writer, const struct due_place *last)
{
    char text[80];
    if (last)
        snprintf(text, sizeof text, "%" PRId64 "-%" PRId64 "-%" PRId64, last->due_us, last->incident,
                 last->number);
    jw_pair(writer, "next", last ? text : NULL);
}
