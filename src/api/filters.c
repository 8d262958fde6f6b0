#include "api/filters.h"

#include <string.h>

struct reading {
    struct matchers found;
    struct err err;
};

static enum MHD_Result add_filter(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct reading *reading = context;
    struct matcher *matcher;
    (void)kind;
    if (strcmp(name, "filter") != 0)
        return MHD_YES;
    if (reading->found.n == MATCHERS_LIMIT)
        err_set(&reading->err, "more than %d filters", MATCHERS_LIMIT);
    else if (matcher_parse(value ? value : "", &matcher, &reading->err) == 0)
        matchers_add(&reading->found, matcher);
    return *reading->err.text ? MHD_NO : MHD_YES;
}

int filters_read(struct request *request, struct matchers *matchers)
{
    struct reading reading = {0};
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, add_filter, &reading);
    if (*reading.err.text) {
        matchers_free(&reading.found);
        answer_string_problem(request, PROBLEM_BAD_REQUEST, "bad filter: %s", reading.err.text);
        return -1;
    }
    *matchers = reading.found;
    return 0;
}
