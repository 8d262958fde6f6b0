/* command: what a command of the team's own says, by its exit status or by the number it prints. It is run by
 * the runner (runner/look.h). */
#include <stdlib.h>
#include <string.h>

#include "watch/watch_priv.h"

static void command_open(struct probe *probe)
{
    probe->memory = NULL;
}

static void command_end(struct probe *probe)
{
    (void)probe; /* the runner ends it by itself */
}

/* The first line that has something, without the blanks around. */
static void first_line(const char *output, char line[READING_TEXT_BYTES])
{
    output += strspn(output, " \t\n");
    size_t n = strcspn(output, "\n");
    snprintf(line, READING_TEXT_BYTES, "%.*s", (int)(n < 200 ? n : 200), output);
}

static void judge_number(struct probe *probe, const char *line)
{
    char *end;
    double value = strtod(line, &end);
    if (end == line || (*end && !strchr(" \t%", *end)))
        probe_say(probe, READING_ERROR, 0, "it prints \"%.100s\", no number", line);
    else
        probe_say(probe, READING_VALUE, value, "what it prints");
}

static void command_ran(struct probe *probe, struct json result)
{
    const char *why = json_text(json_get(result, "why"), NULL);
    const char *output = json_text(json_get(result, "output"), NULL);
    int64_t status = json_int(json_get(result, "exit"), -1);
    bool runs = status >= 0 && status < 126; /* else the shell says that it could not */
    char line[READING_TEXT_BYTES];
    first_line(output ? output : "", line);
    if (why || !runs)
        probe_say(probe, READING_ERROR, 0, "%.250s", why ? why : line);
    else if (!check_measures(probe->check))
        probe_say(probe, status ? READING_BAD : READING_VALUE, 0, "exit status %lld%s%s", (long long)status,
                  *line ? ": " : "", line);
    else if (status)
        probe_say(probe, READING_ERROR, 0,
                  "exit status %lld%s%.150s (a number counts only with exit status 0)", (long long)status,
                  *line ? ": " : "", line);
    else
        judge_number(probe, line);
}

const struct check_kind command_kind = {
    .open = command_open, .begin = probe_run, .end = command_end, .close = command_end, .ran = command_ran};
