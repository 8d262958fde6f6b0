/* crashcart drill list|run: rehearsals against the ward, in a house of their own (drill/house.h). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/drill_priv.h"
#include "cmd/terminal.h"
#include "drill/by_hand.h"
#include "drill/course.h"
#include "drill/house.h"

static const char usage[] =
    "usage: crashcart drill list|due [--json]\n"
    "       crashcart drill run NAME [--unattended [--show]] [--json] [--patch FILE]\n"
    "       crashcart drill tabletop FILE[#PROCEDURE] [--json]\n"
    "       crashcart drill walk NAME [--plain]\n"
    "       crashcart drill shell NAME\n"
    "       crashcart drill quiet SYSTEM [--for TIME] [--json]\n"
    "\n"
    "  A drill breaks a stand-in of a system, and you answer the page: detect, page,\n"
    "  diagnose, approve, verify, report. It runs on a server of its own and touches\n"
    "  nothing else of this machine.\n"
    "  due: which drill the dates and rhythms of the runbooks ask for; exit 1: one is overdue.\n"
    "  tabletop: people go through a procedure of your own and say what they would do; nothing\n"
    "  runs. Times, answers and gaps are reported; exit 1: there are gaps.\n"
    "  --patch FILE    where the proposed \"last tested\" line of the runbook is written, as a diff\n"
    "  --unattended    a drill responder approves what the drill file says\n"
    "  --show          the page, the incident and the ledger are printed, as you would see them\n"
    "  walk, shell: nobody is paged and nothing is scored. The system is broken, and\n"
    "  you walk its procedure (crashcart run) or have a shell in it; transcripts are\n"
    "  kept with the reports.\n"
    "  quiet: nothing is broken, and all checks of the system's drills look for so long\n"
    "  (--for 10m; a minute). Exit 1: one of them has raised an alarm, or found nothing out.\n"
    "  --drills DIR    where the drills are (./drills, or beside the program)\n"
    "  --runbooks DIR  where their runbooks are (runbooks beside the drills)\n"
    "  --reports DIR   where the report is kept ($XDG_STATE_HOME/crashcart/drills)\n"
    "  Exit 1: the drill was not passed.\n";

struct options {
    const char *drills, *runbooks, *reports, *patch, *length;
    bool json, shows, unattended, plain;
};

/* ---- finding things ---- */

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The folder that holds this program. */
static const char *program_folder(struct arena *arena, const char **ret_program)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    *ret_program = arena_strdup(arena, path);
    char *slash = strrchr(path, '/');
    return arena_strndup(arena, path, slash ? (size_t)(slash - path) : 0);
}

static const char *first_there(struct arena *arena, const char *const *places)
{
    const char *full;
    for (; *places; places++)
        if (is_there(*places) && (full = realpath(*places, NULL))) {
            const char *copy = arena_strdup(arena, full);
            free((void *)(uintptr_t)full);
            return copy;
        }
    return NULL;
}

static const char *drills_find(struct arena *arena, const struct options *options)
{
    const char *program, *folder = program_folder(arena, &program);
    const char *const places[] = {
        options->drills ? options->drills : "drills",
        options->drills ? options->drills : arena_printf(arena, "%s/../drills", folder),
        options->drills ? options->drills : arena_printf(arena, "%s/../share/crashcart/drills", folder),
        NULL};
    const char *found = first_there(arena, places);
    if (!found)
        error_print(arena_printf(arena, "%s: there is no such folder of drills; name one with --drills DIR",
                                 places[0]));
    return found;
}

static int site_find(struct arena *arena, const struct options *options, const char *drills,
                     struct drill_site *ret_site)
{
    const char *folder = program_folder(arena, &ret_site->program);
    const char *const wards[] = {arena_printf(arena, "%s/ward/ward", folder),
                                 arena_printf(arena, "%s/ward", folder), NULL};
    const char *const runbooks[] = {
        options->runbooks ? options->runbooks : arena_printf(arena, "%s/../runbooks", drills), NULL};
    ret_site->ward = first_there(arena, wards);
    ret_site->runbooks = first_there(arena, runbooks);
    ret_site->attended = !options->unattended;
    ret_site->shows = !options->json && (options->shows || !options->unattended);
    ret_site->tells = !options->json;
    if (!ret_site->ward)
        error_print(arena_printf(arena, "%s: the second program is not there; a drill needs it", wards[1]));
    else if (!ret_site->runbooks)
        error_print(
            arena_printf(arena, "%s: there is no such folder; name one with --runbooks DIR", runbooks[0]));
    return ret_site->ward && ret_site->runbooks ? 0 : -1;
}

static int folders_make(const char *path)
{
    char part[4096];
    for (size_t i = 1; path[i] && i < sizeof part; i++)
        if (path[i] == '/' || !path[i + 1]) {
            snprintf(part, sizeof part, "%.*s", (int)i + !path[i + 1], path);
            if (mkdir(part, 0700) < 0 && errno != EEXIST)
                return -1;
        }
    return 0;
}

const char *drill_reports_folder(struct arena *arena, const char *given)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    const char *folder = given             ? given
                         : state && *state ? arena_printf(arena, "%s/crashcart/drills", state)
                         : home && *home   ? arena_printf(arena, "%s/.local/state/crashcart/drills", home)
                                           : "crashcart-drills";
    char full[4096];
    if (folders_make(folder) == 0 && realpath(folder, full))
        return arena_strdup(arena, full);
    error_print(arena_printf(arena, "%s: %s; name a folder with --reports DIR", folder, strerror(errno)));
    return NULL;
}

const char *drill_report_path(struct arena *arena, const char *given, const char *name)
{
    char at[TIME_TEXT_BYTES];
    const char *folder = drill_reports_folder(arena, given);
    time_format_rfc3339(clock_wall_us(clock_system()), at);
    return folder ? arena_printf(arena, "%s/%.13s%.2s%.2s-%s.md", folder, at, at + 14, at + 17, name) : NULL;
}

/* ---- list ---- */

static int list(const struct drill_plans *plans, const struct options *options)
{
    scoped_buf struct buf out = {0};
    struct json_writer w = jw_start(&out);
    if (options->json) {
        jw_begin_object(&w);
        jw_name(&w, "drills");
        jw_begin_array(&w);
    }
    list_each (plan, plans)
        if (options->json) {
            jw_begin_object(&w);
            jw_pair(&w, "name", plan->name);
            jw_pair(&w, "scenario", plan->scenario);
            jw_pair(&w, "system", plan->system);
            jw_pair(&w, "about", plan->about);
            jw_end_object(&w);
        } else {
            buf_printf(&out, "%-30s", plan->name);
            text_add_fit(&out, plan->about, TERMINAL_COLUMNS - 30, false);
            buf_putc(&out, '\n');
        }
    if (options->json) {
        jw_end_array(&w);
        jw_end_object(&w);
        buf_putc(&out, '\n');
    } else {
        buf_puts(&out, "next: crashcart drill run NAME\n");
    }
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    return EXIT_DONE;
}

/* ---- run ---- */

struct rehearsal {
    const struct drill_site *site;
    const struct drill_plan *plan;
    const char *path;                   /* of the report */
    int result_fd, report_fd, patch_fd; /* files in memory: what is inside cannot write anywhere else */
    bool shell, plain;                  /* by hand */
};

static void put(int fd, const struct buf *text)
{
    for (size_t at = 0; at < text->n_bytes;) {
        ssize_t n = write(fd, text->at + at, text->n_bytes - at);
        if (n <= 0)
            return;
        at += (size_t)n;
    }
}

static int live(void *context)
{
    const struct rehearsal *rehearsal = context;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf json = {0}, report = {0}, patch = {0};
    struct drill_result result;
    drill_course(arena, rehearsal->site, rehearsal->plan, &result);
    drill_result_json(&json, &result, rehearsal->path);
    drill_result_report(&report, &result);
    put(rehearsal->result_fd, &json);
    put(rehearsal->report_fd, &report);
    buf_puts(&patch, result.patch ? result.patch : "");
    put(rehearsal->patch_fd, &patch);
    return result.passed ? EXIT_DONE : EXIT_REFUSED;
}

static void take(int fd, struct buf *ret_text)
{
    char piece[65536];
    ssize_t n;
    lseek(fd, 0, SEEK_SET);
    while ((n = read(fd, piece, sizeof piece)) > 0)
        buf_add(ret_text, piece, (size_t)n);
}

static int tell_result(const struct options *options, const struct rehearsal *rehearsal, int code)
{
    scoped_buf struct buf json = {0}, report = {0}, patch = {0};
    struct err err;
    take(rehearsal->result_fd, &json);
    take(rehearsal->report_fd, &report);
    take(rehearsal->patch_fd, &patch);
    if (file_write(rehearsal->path, buf_text(&report), report.n_bytes, 0600, &err) < 0 ||
        (options->patch && file_write(options->patch, buf_text(&patch), patch.n_bytes, 0644, &err) < 0)) {
        error_print(err.text);
        return EXIT_UNREACHABLE;
    }
    if (options->json) {
        fwrite(buf_text(&json), 1, json.n_bytes, stdout);
        return code;
    }
    const char *card = strstr(buf_text(&report), "\n---\n");
    fwrite(buf_text(&report), 1, card ? (size_t)(card - buf_text(&report)) : report.n_bytes, stdout);
    printf("\nreport: %s\n", rehearsal->path);
    return code;
}

static int run(struct arena *arena, const struct options *options, const char *drills,
               const struct drill_plan *plan)
{
    struct drill_site site;
    struct err err = {0};
    struct rehearsal rehearsal = {.site = &site, .plan = plan};
    if (site_find(arena, options, drills, &site) < 0 ||
        !(rehearsal.path = drill_report_path(arena, options->reports, plan->name)))
        return EXIT_UNREACHABLE;
    rehearsal.result_fd = memfd_create("result", 0);
    rehearsal.report_fd = memfd_create("report", 0);
    rehearsal.patch_fd = memfd_create("patch", 0);
    int code = house_live(live, &rehearsal, &err);
    if (code < 0) {
        error_print(err.text);
        return EXIT_UNREACHABLE;
    }
    return tell_result(options, &rehearsal, code);
}

/* ---- walk, shell ---- */

static int live_by_hand(void *context)
{
    const struct rehearsal *rehearsal = context;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf transcript = {0};
    struct err err;
    int code = drill_by_hand(arena, rehearsal->site, rehearsal->plan, rehearsal->shell, rehearsal->plain,
                             &transcript, &err);
    put(rehearsal->report_fd, &transcript);
    if (code < 0)
        error_print(err.text);
    return code < 0 ? EXIT_UNREACHABLE : code;
}

static int by_hand(struct arena *arena, const struct options *options, const char *drills,
                   const struct drill_plan *plan, bool shell)
{
    struct drill_site site;
    struct err err = {0};
    scoped_buf struct buf transcript = {0};
    struct rehearsal rehearsal = {.site = &site, .plan = plan, .shell = shell, .plain = options->plain};
    if (site_find(arena, options, drills, &site) < 0 ||
        !(rehearsal.path = drill_report_path(arena, options->reports, plan->name)))
        return EXIT_UNREACHABLE;
    rehearsal.report_fd = memfd_create("transcript", 0);
    int code = house_live(live_by_hand, &rehearsal, &err);
    take(rehearsal.report_fd, &transcript);
    if (code < 0 || (transcript.n_bytes &&
                     file_write(rehearsal.path, buf_text(&transcript), transcript.n_bytes, 0600, &err) < 0)) {
        error_print(err.text);
        return EXIT_UNREACHABLE;
    }
    if (transcript.n_bytes)
        printf("transcript: %s\n", rehearsal.path);
    return code;
}

static int due_list(struct arena *arena, const struct options *options, const char *drills,
                    const struct drill_plans *plans)
{
    const char *runbooks =
        options->runbooks ? options->runbooks : arena_printf(arena, "%s/../runbooks", drills);
    return drill_due(arena, plans, runbooks, options->reports, options->json);
}

int cmd_drill(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct options options = {0};
    const struct command_option table[] = {{"--json", &options.json, NULL},
                                           {"--show", &options.shows, NULL},
                                           {"--unattended", &options.unattended, NULL},
                                           {"--plain", &options.plain, NULL},
                                           {"--drills", NULL, &options.drills},
                                           {"--runbooks", NULL, &options.runbooks},
                                           {"--reports", NULL, &options.reports},
                                           {"--patch", NULL, &options.patch},
                                           {"--for", NULL, &options.length},
                                           {0}};
    struct strings words = {0};
    struct drill_plans plans = {0};
    struct err err;
    int parsed = command_line_parse(arena, argc, argv, table, usage, &words);
    if (parsed != 0)
        return command_line_exit(parsed);
    const char *verb = words.n ? words.at[0] : "";
    bool lists = words.n == 1 && strcmp(verb, "list") == 0, due = words.n == 1 && strcmp(verb, "due") == 0;
    bool walks = strcmp(verb, "walk") == 0, shell = strcmp(verb, "shell") == 0;
    bool quiet = strcmp(verb, "quiet") == 0;
    bool names = words.n == 2 && (walks || shell || quiet || strcmp(verb, "run") == 0);
    if (words.n == 2 && strcmp(verb, "tabletop") == 0)
        return drill_tabletop(arena, words.at[1], options.reports, options.json);
    if (!lists && !due && !names)
        return usage_error(
            usage, "drill: list, due, run, walk or shell with NAME, quiet with SYSTEM, tabletop with FILE");
    const char *drills = drills_find(arena, &options);
    if (!drills)
        return EXIT_UNREACHABLE;
    if (drill_plans_load(arena, drills, &plans, &err) < 0) {
        error_print(err.text);
        return EXIT_REFUSED;
    }
    if (lists)
        return list(&plans, &options);
    if (due)
        return due_list(arena, &options, drills, &plans);
    struct drill_site site;
    if (quiet)
        return site_find(arena, &options, drills, &site) < 0
                   ? EXIT_UNREACHABLE
                   : drill_quiet_run(arena, &site, &plans, words.at[1], options.length, options.json);
    const struct drill_plan *plan = drill_plan_find(&plans, words.at[1]);
    if (!plan)
        return usage_error(usage, "there is no drill \"%s\"; crashcart drill list names them", words.at[1]);
    return walks || shell ? by_hand(arena, &options, drills, plan, shell)
                          : run(arena, &options, drills, plan);
}
