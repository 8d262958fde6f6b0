/* crashcart run FILE#PROCEDURE: walks a procedure in the terminal, with the engine of the server and without
 * one. */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/config_file.h"
#include "cmd/run.h"
#include "cmd/runbook_file.h"
#include "cmd/terminal.h"
#include "config/config.h"
#include "config/policy.h"
#include "drill/house.h"
#include "loop/sandbox_child.h"
#include "role/secret_owners.h"
#include "runner/walk_transcript.h"

static const char usage[] =
    "usage: crashcart run FILE[#PROCEDURE] [--set NAME=VALUE]... [--repair CODE]...\n"
    "                     [--service ID] [--dry-run] [--yes] [--plain] [-c FILE]\n"
    "       crashcart run --resume [ID]\n"
    "Walks a procedure of a runbook in this terminal, step by step. PROCEDURE is its\n"
    "number, title, short name or the name of an alert; without it, the procedures\n"
    "are listed.\n"
    "--set NAME=VALUE: the value of a placeholder; @80: the line that the step on\n"
    "line 80 prints; @FILE: the line in that file.\n"
    "--repair CODE: run mended (see crashcart lint).\n"
    "--service ID: whose target of the configuration it is for; else the one with\n"
    "this runbook.\n"
    "--dry-run: print every command as it would run, and run nothing; exit 1 if one\n"
    "cannot run.\n"
    "--yes: commands that only read run by themselves. All others ask, or are left\n"
    "undone.\n"
    "--plain: lines instead of the full screen; so it is without a terminal, too.\n"
    "--resume: go on with a walk that was left or lost; without ID with the last\n"
    "unfinished one.\n"
    "Exit codes: 0 all done, 1 a step failed or is not done, 2 wrong usage, 3 cannot\n"
    "open.\n";

struct run_request {
    bool dry_run, yes, plain, resume;
    const char *config_file, *service;
    const char *word; /* FILE#PROCEDURE or ID, or NULL */
    struct strings sets, repairs;

    struct arena *arena;
    struct config *config;
    struct redact_rules *rules;
    const char *by;
    struct walk *walk;
    struct walk_journal *journal;
};

/* Gives EXIT_UNREACHABLE. */
static int cannot(const char *text)
{
    error_print(text);
    return EXIT_UNREACHABLE;
}

/* ---- surroundings ---- */

static int site_open(struct run_request *request)
{
    struct err err;
    if (config_open(request->arena, request->config_file, &request->config) != EXIT_DONE)
        return EXIT_UNREACHABLE;
    if (policy_use(request->config->policy, &err) < 0 ||
        redact_rules_read(request->config->redaction, &request->rules, &err) < 0)
        return cannot(err.text);
    return EXIT_DONE;
}

/* Who sits there: behind sudo, too. */
static const char *person(struct arena *arena)
{
    const struct passwd *user = getpwuid(getuid());
    const char *sudo = getenv("SUDO_USER");
    const char *name = user ? user->pw_name : arena_printf(arena, "user %d", (int)getuid());
    return arena_strdup(arena, sudo && *sudo ? arena_printf(arena, "%s as %s", sudo, name) : name);
}

/* $XDG_STATE_HOME/crashcart/runs, made when it is missing. NULL: err says why. */
static const char *walks_folder(struct arena *arena, struct err *err)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    const char *path;
    if (state && *state == '/')
        path = arena_printf(arena, "%s/crashcart/runs", state);
    else if (home && *home == '/')
        path = arena_printf(arena, "%s/.local/state/crashcart/runs", home);
    else {
        err_set(err, "Where should the walk be kept? Set HOME or XDG_STATE_HOME to a folder.");
        return NULL;
    }
    char *part = arena_strdup(arena, path);
    for (char *slash = strchr(part + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash)
            *slash = '\0';
        if (mkdir(part, 0700) < 0 && errno != EEXIST) {
            err_set(err, "%s: %s", part, strerror(errno));
            return NULL;
        }
        if (!slash)
            return path;
        *slash = '/';
    }
}

/* ---- values and repairs of the command line ---- */

static const char *value_refuses(struct arena *arena, const struct walk *walk, const char *name,
                                 const char *value)
{
    list_each (row, &walk->rows) {
        struct fill_slots slots = {0};
        if (row->command)
            fill_slots(arena, row->command->text, &slots);
        list_each (slot, &slots) {
            const char *why = fill_names_slot(name, slot) ? fill_type_refuses(arena, slot, value) : NULL;
            if (why)
                return why;
        }
    }
    return NULL;
}

static int apply(struct run_request *request, const struct walk_entry *entry)
{
    struct err err;
    if (walk_check(request->walk, entry, &err) < 0 ||
        (request->journal && walk_journal_add(request->journal, request->walk, entry, &err) < 0))
        return cannot(err.text);
    walk_apply(request->walk, entry);
    return EXIT_DONE;
}

/* "@80": the line that a step will have printed; "@FILE": the one line of the file. */
static int value_read(struct run_request *request, const char *name, const char *given,
                      const char **ret_value)
{
    char *bytes;
    size_t n_bytes;
    struct err err;
    *ret_value = given;
    if (given[0] != '@' || walk_value_row(request->walk, given) >= 0)
        return EXIT_DONE;
    if (given[1] && !given[1 + strspn(given + 1, "0123456789")])
        return usage_error(usage, "--set %s: line %s of this procedure has no command", name, given + 1);
    if (file_read(request->arena, given + 1, FILL_VALUE_BYTES, &bytes, &n_bytes, &err) < 0)
        return usage_error(usage, "--set %s: %s", name, err.text);
    while (n_bytes && strchr("\r\n", bytes[n_bytes - 1]))
        n_bytes--;
    if (!n_bytes || memchr(bytes, '\n', n_bytes) || memchr(bytes, '\0', n_bytes) ||
        !utf8_valid(bytes, n_bytes))
        return usage_error(usage, "--set %s: %s must hold one line of text", name, given + 1);
    *ret_value = arena_strndup(request->arena, bytes, n_bytes);
    return EXIT_DONE;
}

static int values_apply(struct run_request *request)
{
    list_each (set, &request->sets) {
        const char *equals = strchr(*set, '=');
        if (!equals || equals == *set)
            return usage_error(usage, "--set %s: write NAME=VALUE", *set);
        const char *name = arena_strndup(request->arena, *set, (size_t)(equals - *set));
        if (!walk_wants(request->walk, name))
            return usage_error(usage, "--set: no placeholder of this procedure is named \"%s\"", name);
        const char *value, *why = NULL;
        int code = value_read(request, name, equals + 1, &value);
        if (code == EXIT_DONE && walk_value_row(request->walk, value) < 0)
            why = value_refuses(request->arena, request->walk, name, value);
        if (code != EXIT_DONE || why)
            return why ? usage_error(usage, "--set %s: %s", name, why) : code;
        code = apply(request, &(struct walk_entry){.verb = WALK_SET,
                                                   .row = -1,
                                                   .at_us = clock_wall_us(clock_system()),
                                                   .by = request->by,
                                                   .name = name,
                                                   .text = value});
        if (code != EXIT_DONE)
            return code;
    }
    return EXIT_DONE;
}

static bool mends(struct arena *arena, const struct walk_row *row, const char *code)
{
    struct repairs repairs = {0};
    if (row->command)
        command_repairs(arena, risk_rules_in_force(), row->command->text, &repairs);
    list_each (repair, &repairs)
        if (strcmp(repair->code, code) == 0)
            return true;
    return false;
}

static int repairs_apply(struct run_request *request)
{
    list_each (code, &request->repairs) {
        bool used = false;
        for (size_t i = 0; i < request->walk->rows.n; i++) {
            const struct walk_row *row = &request->walk->rows.at[i];
            if (!mends(request->arena, row, *code))
                continue;
            const char *codes =
                row->repairs ? arena_printf(request->arena, "%s %s", row->repairs, *code) : *code;
            int failed = apply(request, &(struct walk_entry){.verb = WALK_MEND,
                                                             .row = (int)i,
                                                             .at_us = clock_wall_us(clock_system()),
                                                             .by = request->by,
                                                             .text = codes});
            if (failed)
                return failed;
            used = true;
        }
        if (!used)
            return usage_error(usage, "--repair %s: nothing in this procedure is mended by it", *code);
    }
    return EXIT_DONE;
}

static int settings_apply(struct run_request *request)
{
    int code = values_apply(request);
    return code ? code : repairs_apply(request);
}

/* ---- which walk ---- */

void run_word_split(struct arena *arena, const char *word, const char **ret_file, const char **ret_name)
{
    struct stat st;
    const char *mark = strrchr(word, '#');
    *ret_file = word;
    *ret_name = NULL;
    if (!mark || stat(word, &st) == 0)
        return;
    *ret_file = arena_strndup(arena, word, (size_t)(mark - word));
    *ret_name = mark[1] ? mark + 1 : NULL;
}

static int walk_begin(struct run_request *request)
{
    const char *file, *name, *walks = NULL;
    struct runbook_file opened;
    scoped_buf struct buf says = {0};
    struct err err;
    run_word_split(request->arena, request->word, &file, &name);
    int code = runbook_open(request->arena, "run", file, &opened);
    if (code != EXIT_DONE)
        return EXIT_UNREACHABLE;
    const struct procedure *procedure = run_choose(request->arena, opened.runbook, file, name, &says);
    if (!procedure) {
        fputs(buf_text(&says), name ? stderr : stdout);
        return name ? EXIT_USAGE : EXIT_DONE;
    }
    request->walk = walk_new(request->arena, opened.runbook, procedure);
    char host[256] = "", folder[PATH_MAX] = "/", absolute[PATH_MAX];
    gethostname(host, sizeof host - 1);
    struct walk_about *about = &request->walk->about;
    *about = (struct walk_about){
        .file = arena_strdup(request->arena, realpath(file, absolute) ? absolute : file),
        .sha256 = opened.runbook->sha256,
        .procedure = procedure->id ? procedure->id : "procedure",
        .line = procedure->line,
        .by = request->by,
        .host = arena_strdup(request->arena, host),
        .folder = arena_strdup(request->arena, getcwd(folder, sizeof folder) ? folder : "/"),
        .began_us = clock_wall_us(clock_system()),
    };
    if (run_target_find(request->arena, request->config, request->service, request->walk, &err) < 0)
        return usage_error(usage, "%s", err.text);
    code = settings_apply(request); /* a wrong one leaves nothing behind on disk */
    if (code == EXIT_DONE && !request->dry_run) {
        struct walk *checked = request->walk;
        request->walk = walk_new(request->arena, opened.runbook, procedure);
        request->walk->about = checked->about;
        request->walk->frozen = checked->frozen;
        about = &request->walk->about;
        const char *slash = strrchr(file, '/');
        walks = walks_folder(request->arena, &err);
        if (!walks || walk_journal_new(walks, slash ? slash + 1 : file, opened.bytes, opened.n_bytes, about,
                                       request->rules, &request->journal, &err) < 0)
            return cannot(err.text);
        code = settings_apply(request);
    }
    return code;
}

static int resume_last(struct run_request *request, const char *walks, struct strings *withheld)
{
    struct strings ids = {0};
    struct err err;
    walk_journal_list(request->arena, walks, &ids);
    list_each (id, &ids) {
        if (walk_journal_open(request->arena, walks, *id, request->rules, &request->journal, &request->walk,
                              withheld, &err) != 0)
            continue;
        if (walk_next(request->walk, 0) >= 0 || walk_count(request->walk, WALK_RUNNING))
            return EXIT_DONE;
        walk_journal_close(request->journal);
        request->journal = NULL;
    }
    return cannot(arena_printf(request->arena, "There is no unfinished walk in %s.", walks));
}

/* What has become of the runbook since. */
static void say_changed(const struct run_request *request)
{
    scoped_arena struct arena *arena = arena_new();
    char *bytes, hash[SHA256_HEX_BYTES] = "";
    size_t n_bytes;
    const struct walk_about *about = &request->walk->about;
    if (file_read(arena, about->file, SIZE_MAX, &bytes, &n_bytes, NULL) == 0)
        sha256_hex(bytes, n_bytes, hash);
    if (strcmp(hash, about->sha256) != 0)
        printf("%s has changed since; this walk goes on with the text that it began with.\n", about->file);
}

static int walk_take_up(struct run_request *request)
{
    struct strings withheld = {0};
    struct err err;
    int code = EXIT_DONE;
    const char *walks = walks_folder(request->arena, &err);
    if (!walks)
        return cannot(err.text);
    if (!request->word)
        code = resume_last(request, walks, &withheld);
    else if (walk_journal_open(request->arena, walks, request->word, request->rules, &request->journal,
                               &request->walk, &withheld, &err) != 0)
        return cannot(err.text);
    if (code != EXIT_DONE)
        return code;
    if (run_target_again(request->arena, request->config, request->walk, &err) < 0)
        return cannot(err.text);
    const struct walk *walk = request->walk;
    code =
        apply(request,
              &(struct walk_entry){
                  .verb = WALK_RESUME, .row = -1, .at_us = clock_wall_us(clock_system()), .by = request->by});
    if (code != EXIT_DONE)
        return code;
    printf("Going on with %s: %s\n", walk->about.id, walk->procedure->title);
    say_changed(request);
    list_each (name, &withheld)
        printf(
            "The value of %s was not kept, because it looks like a secret or a patient's. Give it again.\n",
            *name);
    return settings_apply(request);
}

/* ---- walking ---- */

/* The house of a drill goes with what is kept in it; the drill takes the transcript out. */
static bool is_kept(const struct run_request *request)
{
    return strncmp(walk_journal_folder(request->journal), HOUSE_FOLDER, strlen(HOUSE_FOLDER)) != 0;
}

static void transcript_write(const struct run_request *request)
{
    scoped_buf struct buf markdown = {0};
    scoped_buf struct buf json = {0};
    struct err err;
    const char *folder = walk_journal_folder(request->journal);
    walk_transcript_markdown(request->walk, request->rules, &markdown);
    walk_transcript_json(request->walk, request->rules, &json);
    const char *path = arena_printf(request->arena, "%s/transcript", folder);
    if (file_write(arena_printf(request->arena, "%s.md", path), markdown.at, markdown.n_bytes, 0600, &err) <
            0 ||
        file_write(arena_printf(request->arena, "%s.json", path), json.at, json.n_bytes, 0600, &err) < 0)
        error_print(err.text);
    else if (is_kept(request))
        printf("Transcript: %s.md and .json\n", path);
}

static int walk_end(const struct run_request *request)
{
    scoped_buf struct buf summary = {0};
    const struct walk *walk = request->walk;
    run_summary(walk, &summary);
    printf("\n%s: %s.\n", walk->procedure->title, buf_text(&summary));
    transcript_write(request);
    if (walk_next(walk, 0) >= 0 && is_kept(request))
        printf("To go on: crashcart run --resume %s\n", walk->about.id);
    fflush(stdout);
    return walk_problems(walk) ? EXIT_REFUSED : EXIT_DONE;
}

static int faces_walk(const struct run_request *request, struct run_face *face, struct err *err)
{
    const char *terminal = getenv("TERM");
    bool dumb = !terminal || !*terminal || strcmp(terminal, "dumb") == 0;
    if (request->plain || dumb || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        run_plain(face);
        return 0;
    }
    return run_screen(face, err);
}

/* As on a server: what only looks has no business with the files of the channels and of a server here. */
static int looks_confine(const struct run_request *request, struct walk_session *session, struct err *err)
{
    const struct config *config = request->config;
    struct secret_owners owners;
    if (!config->runner.confine_looks)
        return 0;
    secret_owners_find(request->arena, config, &owners);
    strings_add(request->arena, &owners.files, config->data);
    struct sandbox_child *sandbox = sandbox_child_new(&owners.files, NULL, err);
    if (!sandbox)
        return -1;
    walk_session_confine(session, sandbox);
    return 0;
}

static int walk_go(const struct run_request *request)
{
    uv_loop_t loop;
    struct err err;
    struct run_face face = {0};
    struct run_dialog dialog = {.arena = request->arena, .walk = request->walk, .unattended = request->yes};
    const struct walk_watcher watcher = {run_face_output, run_face_ended, &face};
    uv_loop_init(&loop);
    run_face_open(&face, &loop);
    int failed = walk_session_new(&loop, request->walk, request->journal, request->by, request->config,
                                  request->rules, &watcher, &dialog.session, &err);
    if (failed == 0)
        failed = looks_confine(request, dialog.session, &err);
    if (failed == 0) {
        if (is_kept(request))
            printf("The walk is kept in %s\n", walk_journal_folder(request->journal));
        face.dialog = &dialog;
        run_dialog_begin(&dialog);
        failed = faces_walk(request, &face, &err);
    }
    walk_session_free(dialog.session);
    run_face_close(&face);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    buf_free(&dialog.says);
    if (failed < 0)
        return cannot(err.text);
    return walk_end(request);
}

static int dry(const struct run_request *request)
{
    scoped_buf struct buf out = {0};
    bool ready = run_dry(request->walk, terminal_colours(), &out);
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    fflush(stdout);
    return ready ? EXIT_DONE : EXIT_REFUSED;
}

static int request_carry_out(struct run_request *request)
{
    int code = site_open(request);
    if (code == EXIT_DONE)
        code = request->resume ? walk_take_up(request) : walk_begin(request);
    if (code != EXIT_DONE || !request->walk)
        return code;
    return request->dry_run ? dry(request) : walk_go(request);
}

int cmd_run(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct run_request request = {.arena = arena, .by = person(arena)};
    struct strings words = {0};
    const struct command_option options[] = {{"--dry-run", &request.dry_run, NULL},
                                             {"--yes", &request.yes, NULL},
                                             {"--plain", &request.plain, NULL},
                                             {"--resume", &request.resume, NULL},
                                             {"-c", NULL, &request.config_file},
                                             {"--service", NULL, &request.service},
                                             {NULL, NULL, NULL}};
    if (command_line_take(arena, &argc, argv, "--set", &request.sets) < 0)
        return usage_error(usage, "--set needs NAME=VALUE");
    if (command_line_take(arena, &argc, argv, "--repair", &request.repairs) < 0)
        return usage_error(usage, "--repair needs a code");
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n > 1)
        return usage_error(usage, "run: one procedure at a time");
    if (!words.n && !request.resume)
        return usage_error(usage, "run: no file named");
    if (request.resume && request.dry_run)
        return usage_error(usage, "run: --resume goes on with a walk, --dry-run runs nothing");
    request.word = words.n ? words.at[0] : NULL;
    log_setup("run", LOG_ERROR);
    int code = request_carry_out(&request);
    walk_journal_close(request.journal);
    redact_rules_free(request.rules);
    if (request.config)
        config_free(request.config);
    return code;
}
