/* Values of a check: numbers with their units, series, ranges of status. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "config/checks.h"
#include "config/value_priv.h"

/* Times become seconds, sizes bytes, percents parts of one: the base units of Prometheus. */
static const struct {
    const char *name;
    double factor;
} units[] = {
    {"", 1},     {"%", 0.01}, {"us", 1e-6}, {"ms", 1e-3},  {"s", 1},         {"m", 60},
    {"min", 60}, {"h", 3600}, {"d", 86400}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824},
};

/* "none": NAN */
int value_number(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err)
{
    (void)arena, (void)key;
    if (strcmp(text, "none") == 0) {
        *(double *)target = NAN;
        return 0;
    }
    char *end = NULL;
    bool decimal = isdigit((unsigned char)text[text[0] == '-']) && !strpbrk(text, "xX");
    double value = decimal ? strtod(text, &end) : NAN;
    for (size_t i = 0; end && isfinite(value) && i < sizeof units / sizeof *units; i++) {
        if (strcmp(units[i].name, end + (*end == ' ')) == 0) {
            *(double *)target = value * units[i].factor;
            return 0;
        }
    }
    return err_set(err, "\"%.60s\" is no number; write it like 0.2, 200ms, 5%%, 14d or 2GiB", text);
}

int value_selector(struct arena *arena, const struct key *key, const char *text, void *target,
                   struct err *err)
{
    const char *name;
    struct matchers matchers = {0};
    int result = selector_parse(arena, text, &name, &matchers, err);
    matchers_free(&matchers);
    return result < 0 ? -1 : value_text(arena, key, text, target, err);
}

int value_status(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err)
{
    if (!status_fits(text, -1))
        return err_set(err, "\"%.60s\" is no range of status; write it like 200-299 or 200,304", text);
    return value_text(arena, key, text, target, err);
}

int value_address(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err)
{
    char host[256], port[6];
    if (address_split(text, host, port) < 0)
        return err_set(err, "\"%.60s\" names no host and port; write it like db.example.org:5432", text);
    return value_text(arena, key, text, target, err);
}

int value_pattern(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err)
{
    int number;
    PCRE2_SIZE at;
    unsigned char why[128];
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, PCRE2_NEVER_BACKSLASH_C, &number, &at, NULL);
    if (!code) {
        pcre2_get_error_message(number, why, sizeof why);
        return err_set(err, "\"%.60s\" is no expression: %s", text, why);
    }
    pcre2_code_free(code);
    return value_text(arena, key, text, target, err);
}
