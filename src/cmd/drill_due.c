/* crashcart drill due: the runbooks say when they want a drill; the reports that are kept say which of their
 * drills has waited longest. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "cmd/drill_priv.h"
#include "cmd/exit_code.h"
#include "cmd/terminal.h"
#include "roster/recurrence.h"
#include "roster/zone.h"
#include "runbook/library.h"

enum { DAY_BYTES = 10, STAMP_BYTES = 17, REPORT_BYTES = 64 << 20 }; /* "2026-03-01", "2026-03-01T090000" */

struct drill_wanted {
    const struct runbook *runbook;
    const struct drill_date *date;
    const struct drill_plan *plan; /* NULL: no drill is written for it */
    const char *last;              /* day of the last drill of this runbook, "" */
    const char *plan_last;         /* of the proposed one */
    char due[TIME_TEXT_BYTES];     /* day */
    bool overdue;
};

/* Not one that failed, nor the transcript of a walk. */
static bool is_passed(struct arena *arena, const char *folder, const char *file)
{
    char *text;
    size_t n_bytes;
    return file_read(arena, arena_printf(arena, "%s/%s", folder, file), REPORT_BYTES, &text, &n_bytes,
                     NULL) == 0 &&
           strncmp(text, "# Drill: ", 9) == 0 && memmem(text, strcspn(text, "\n"), ": passed", 8) != NULL;
}

/* The day of the newest report of the drill that was passed, or "". */
static const char *last_run(struct arena *arena, const char *folder, const char *name)
{
    const char *newest = "";
    DIR *reports = opendir(folder);
    for (struct dirent *entry; reports && (entry = readdir(reports));) {
        size_t n = strlen(entry->d_name), n_name = strlen(name);
        if (n != STAMP_BYTES + 1 + n_name + 3 ||
            strncmp(entry->d_name + STAMP_BYTES + 1, name, n_name) != 0 ||
            strcmp(entry->d_name + n - 3, ".md") != 0)
            continue;
        if (strncmp(entry->d_name, newest, DAY_BYTES) > 0 && is_passed(arena, folder, entry->d_name))
            newest = arena_strndup(arena, entry->d_name, DAY_BYTES);
    }
    if (reports)
        closedir(reports);
    return newest;
}

/* Of the drills of the runbook the one that has waited longest, and when any of them ran last. */
static void propose(struct arena *arena, const struct drill_plans *plans, const char *folder,
                    struct drill_wanted *wanted)
{
    wanted->last = wanted->plan_last = "";
    list_each (plan, plans) {
        if (strcmp(plan->runbook, wanted->runbook->file) != 0)
            continue;
        const char *last = last_run(arena, folder, plan->name);
        if (strcmp(last, wanted->last) > 0)
            wanted->last = last;
        if (!wanted->plan || strcmp(last, wanted->plan_last) < 0) {
            wanted->plan = plan;
            wanted->plan_last = last;
        }
    }
}

/* A date that is stated holds until a drill was run on it or later; a rhythm counts from the last drill. */
static bool due_of(struct drill_wanted *wanted, const char *today, int64_t now_us)
{
    const struct zone *utc = zone_find("UTC");
    const char *stated = wanted->date->date ? wanted->date->date : "";
    if (*stated) {
        snprintf(wanted->due, sizeof wanted->due, "%.10s", stated);
    } else if (!wanted->date->rrule) {
        return false;
    } else if (!*wanted->last) {
        snprintf(wanted->due, sizeof wanted->due, "%.10s", today);
    } else {
        int64_t last_us = recurrence_day_us(wanted->last, utc);
        int64_t due_us = recurrence_next_us(wanted->date->rrule, utc, last_us ? last_us : now_us);
        time_format_rfc3339(due_us, wanted->due);
        wanted->due[DAY_BYTES] = '\0';
    }
    wanted->overdue = strcmp(wanted->due, today) <= 0 && strcmp(wanted->last, wanted->due) < 0;
    return !*stated || strcmp(wanted->last, wanted->due) < 0;
}

static const char *command_of(struct arena *arena, const struct drill_wanted *wanted)
{
    return wanted->plan ? arena_printf(arena, "crashcart drill run %s", wanted->plan->name)
                        : arena_printf(arena, "crashcart drill tabletop %s", wanted->runbook->file);
}

static void print_json(struct arena *arena, struct json_writer *w, const struct drill_wanted *wanted)
{
    jw_begin_object(w);
    jw_pair(w, "file", wanted->runbook->file);
    jw_pair_int(w, "line", wanted->date->line);
    jw_pair(w, "what", wanted->date->name);
    jw_pair(w, "due", wanted->due);
    jw_pair_bool(w, "overdue", wanted->overdue);
    jw_pair(w, "last", *wanted->last ? wanted->last : NULL);
    jw_pair(w, "drill", wanted->plan ? wanted->plan->name : NULL);
    jw_pair(w, "command", command_of(arena, wanted));
    jw_end_object(w);
}

static void print_text(struct arena *arena, struct buf *out, const struct drill_wanted *wanted)
{
    buf_printf(out, "%s  %s  %s:%d\n", wanted->due, wanted->overdue ? "OVERDUE" : "to come",
               wanted->runbook->file, wanted->date->line);
    buf_printf(out, "            %s\n            %s", wanted->date->name, command_of(arena, wanted));
    if (wanted->plan)
        buf_printf(out, "  (%s%s)", *wanted->plan_last ? "last run " : "never run", wanted->plan_last);
    buf_putc(out, '\n');
}

int drill_due(struct arena *arena, const struct drill_plans *plans, const char *runbooks, const char *reports,
              bool json)
{
    struct folder folder;
    struct err err;
    char today[TIME_TEXT_BYTES];
    size_t n = 0, n_overdue = 0;
    int64_t now_us = clock_wall_us(clock_system());
    scoped_buf struct buf text = {0}, document = {0}, clean = {0};
    struct json_writer w = jw_start(&document);
    if (folder_read(arena, runbooks, &library_limits, &folder, &err) < 0) {
        error_print(err.text);
        return EXIT_UNREACHABLE;
    }
    const char *kept = drill_reports_folder(arena, reports);
    if (!kept)
        return EXIT_UNREACHABLE;
    time_format_rfc3339(now_us, today);
    today[DAY_BYTES] = '\0';
    struct library *library = library_new(&folder);
    jw_begin_object(&w);
    jw_name(&w, "due");
    jw_begin_array(&w);
    for (size_t i = 0; i < library->n_runbooks; i++)
        list_each (date, &library->runbooks[i]->parts.drills) {
            struct drill_wanted wanted = {.runbook = library->runbooks[i], .date = date};
            propose(arena, plans, kept, &wanted);
            if (!due_of(&wanted, today, now_us))
                continue;
            n++;
            n_overdue += wanted.overdue;
            print_json(arena, &w, &wanted);
            print_text(arena, &text, &wanted);
        }
    jw_end_array(&w);
    jw_end_object(&w);
    buf_putc(&document, '\n');
    if (!n)
        buf_printf(&text, "No runbook in %s says when it wants a drill (\"Next drill: 2027-01-15\").\n",
                   runbooks);
    text_add_exact(&clean, buf_text(&text), 0);
    fputs(json ? buf_text(&document) : buf_text(&clean), stdout);
    library_free(library);
    return n_overdue ? EXIT_REFUSED : EXIT_DONE;
}
