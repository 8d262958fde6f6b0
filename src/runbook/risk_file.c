/* Files that a command writes.
 *
 * Writing an evidence file (a log, a dump, a listing) into the working folder or a temporary one leaves the
 * system under repair as it is, so it stays `read` and is listed in writes_files. Everything else that is
 * written (configuration, scripts, hidden files, absolute paths, names from variables) is a change; so is
 * every file on another machine, and what is appended to a file, for a command that only reads may run twice.
 */
#include "runbook/risk_priv.h"

#include <string.h>

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_stream(const char *path)
{
    static const char *const streams[] = {"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/zero"};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        if (strcmp(path, streams[i]) == 0)
            return true;
    return starts_with(path, "/dev/fd/");
}

/* A part from a variable or a command; only a date is sure to lead nowhere else. */
static bool holds_value(const char *path)
{
    for (const char *c = strpbrk(path, "$`"); c; c = strpbrk(c + 1, "$`"))
        if (!starts_with(c, "$(date"))
            return true;
    return false;
}

static bool is_temporary(const char *path)
{
    bool temporary = starts_with(path, "/tmp/") || starts_with(path, "/var/tmp/");
    return temporary && !strstr(path, "..") && !holds_value(path);
}

/* A new file beside us that only people read. A name with the date in it is never one that exists. */
static bool is_evidence(const struct scan *scan, const char *path)
{
    if (strchr("/~$.", path[0]) || strstr(path, "..") || strstr(path, "/.") || holds_value(path))
        return false;
    const char *dot = strrchr(path, '.');
    if (strstr(path, "$(date"))
        return true;
    return dot && rules_list_has(scan->rules, LIST_EVIDENCE_ENDINGS, dot);
}

void scan_written_file(struct scan *scan, const struct word *file, const char *part)
{
    const char *path = file->text;
    if (is_stream(path))
        return;
    if (starts_with(path, "/dev/tcp/") || starts_with(path, "/dev/udp/")) {
        risk_raise(scan, RISK_UNKNOWN, part, "sends to a network address");
        return;
    }
    if (starts_with(path, "/dev/")) {
        risk_raise(scan, RISK_DESTRUCTIVE, part, "writes over a device");
        return;
    }
    if (scan->there) {
        risk_raise(scan, RISK_MUTATE, part, "writes a file on the other side");
        return;
    }
    if (scan->risk->writes_files.n < 32)
        strings_add(scan->arena, &scan->risk->writes_files, path);
    if (!is_temporary(path) && !is_evidence(scan, path))
        risk_raise(scan, RISK_MUTATE, part, "writes a file here");
}

void scan_appended_file(struct scan *scan, const struct word *file, const char *part)
{
    if (!is_stream(file->text))
        risk_raise(scan, RISK_MUTATE, part, "appends to a file, and again each time it runs");
}
