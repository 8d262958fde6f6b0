/* crashcart doctor: is everything there that a page at night depends on? */
#include "cmd/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/terminal.h"
#include "loop/child.h"

static const char usage[] =
    "usage: crashcart doctor [-c FILE] [--data DIR] [--runbooks DIR] [--json]\n"
    "  Looks at a whole installation: machine, configuration, runbooks, ledger, server,\n"
    "  ways of reaching people, checks. Says what is not well, and what to do.\n"
    "  -c FILE         the server's configuration\n"
    "  --data DIR      its data folder (default: what the configuration says)\n"
    "  --runbooks DIR  its runbooks (default: what the configuration says)\n"
    "  CRASHCART_URL (http://127.0.0.1:8480) says where the server is.\n"
    "  Exit 1: something is not well.\n";

static const struct {
    const char *word; /* for programs */
    const char *sign; /* for people */
    enum style style;
} kinds[] = {[FINDING_WELL] = {"well", "ok", STYLE_GREEN},
             [FINDING_NOTE] = {"note", "note", STYLE_YELLOW},
             [FINDING_PROBLEM] = {"problem", "PROBLEM", STYLE_RED}};

void doctor_finds(struct doctor *doctor, enum finding_kind kind, const char *about, const char *advice,
                  const char *format, ...)
{
    va_list arguments;
    struct buf text scoped_buf = {0};
    va_start(arguments, format);
    buf_vprintf(&text, format, arguments);
    va_end(arguments);
    *list_push(doctor->arena, &doctor->findings) =
        (struct finding){kind, about, arena_strdup(doctor->arena, buf_text(&text)), advice};
}

/* All that it prints, and how it ended; -1: it was not started, or did not end by itself. */
static int run_self(const char *const *arguments, struct buf *out, struct err *err)
{
    int output[2];
    if (pipe2(output, O_CLOEXEC) < 0)
        return err_set(err, "no pipe: %s", strerror(errno));
    const int fds[] = {-1, output[1], output[1]};
    struct child_options options = {.path = "/proc/self/exe",
                                    .arguments = arguments,
                                    .environment = (const char *const *)environ,
                                    .fds = fds,
                                    .n_fds = 3,
                                    .cgroup_fd = -1};
    pid_t pid;
    int started = child_start(&options, &pid, err);
    close(output[1]);
    char bytes[4096];
    ssize_t n;
    while (started == 0 && ((n = read(output[0], bytes, sizeof bytes)) > 0 || (n < 0 && errno == EINTR)))
        buf_add(out, bytes, n > 0 ? (size_t)n : 0);
    close(output[0]);
    int status = 0;
    while (started == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (started < 0)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status)
                             : err_set(err, "it was ended by signal %d", WTERMSIG(status));
}

static const char *last_line(struct arena *arena, const struct buf *text)
{
    const char *at = buf_text(text);
    size_t n = text->n_bytes;
    while (n && at[n - 1] == '\n')
        n--;
    size_t from = n;
    while (from && at[from - 1] != '\n')
        from--;
    return arena_strndup(arena, at + from, n - from);
}

static const char *command_text(struct arena *arena, const char *const *arguments)
{
    struct buf text scoped_buf = {0};
    for (size_t i = 0; arguments[i]; i++)
        buf_printf(&text, "%s%s", i ? " " : "", arguments[i]);
    return arena_strdup(arena, buf_text(&text));
}

int doctor_asks(struct doctor *doctor, const char *about, const char *well, const char *const *arguments)
{
    struct buf out scoped_buf = {0};
    struct err err = {0};
    int code = run_self(arguments, &out, &err);
    const char *said = code < 0 ? err.text : last_line(doctor->arena, &out);
    doctor_finds(doctor, code ? FINDING_PROBLEM : FINDING_WELL, about,
                 code ? command_text(doctor->arena, arguments) : NULL, "%s", code == 0 && well ? well : said);
    return code;
}

/* Where even the owner cannot be read, some folder above is closed, and root will know. */
const char *doctor_ask_as_owner(struct doctor *doctor, const char *path)
{
    struct stat file;
    const struct passwd *owner = stat(path, &file) == 0 ? getpwuid(file.st_uid) : NULL;
    return owner ? arena_printf(doctor->arena, "sudo -u %s crashcart doctor", owner->pw_name)
                 : "sudo crashcart doctor";
}

static void look_at_configuration(struct doctor *doctor)
{
    const char *file = doctor->config_file, *runbooks = doctor->runbooks;
    const char *const check[] = {"crashcart", "config",           "check", "--runbooks",
                                 runbooks,    file ? "-c" : NULL, file,    NULL};
    const char *const lint[] = {"crashcart", "lint", runbooks, NULL};
    const char *const due[] = {"crashcart", "coverage", "--runbooks", runbooks, NULL};
    if (file && access(file, R_OK) != 0 && errno == EACCES)
        doctor_finds(doctor, FINDING_PROBLEM, "config", doctor_ask_as_owner(doctor, file),
                     "%s is not for you to read", file);
    else
        doctor_asks(doctor, "config", NULL, check);
    if (access(runbooks, R_OK | X_OK) != 0) {
        int error = errno;
        doctor_finds(doctor, FINDING_PROBLEM, "runbooks",
                     error == EACCES ? doctor_ask_as_owner(doctor, runbooks)
                                     : "name the folder: --runbooks DIR",
                     "%s cannot be read: %s", runbooks, strerror(error));
        return;
    }
    doctor_asks(doctor, "runbooks", NULL, lint);
    doctor_asks(doctor, "reviews", "no review and no drill is overdue", due);
}

static void print_words(const struct doctor *doctor)
{
    bool colours = terminal_colours();
    size_t n_problems = 0;
    list_each (finding, &doctor->findings) {
        struct buf out scoped_buf = {0};
        text_add(&out, colours, kinds[finding->kind].style, kinds[finding->kind].sign);
        for (size_t n = strlen(kinds[finding->kind].sign); n < 9; n++)
            buf_putc(&out, ' ');
        text_add_fit(&out, finding->about, 11, true);
        text_add_wrapped(&out, finding->text, 20, 20);
        if (finding->advice) {
            buf_puts(&out, "                    do: ");
            text_add_wrapped(&out, finding->advice, 24, 24);
        }
        fputs(buf_text(&out), stdout);
        n_problems += finding->kind == FINDING_PROBLEM;
    }
    if (n_problems)
        printf("\n%zu problem%s\n", n_problems, n_problems == 1 ? "" : "s");
    else
        puts("\nAll is well.");
}

static void print_json(const struct doctor *doctor)
{
    struct buf out scoped_buf = {0};
    struct json_writer w = jw_start(&out);
    jw_begin_object(&w);
    jw_name(&w, "findings");
    jw_begin_array(&w);
    list_each (finding, &doctor->findings) {
        jw_begin_object(&w);
        jw_pair(&w, "kind", kinds[finding->kind].word);
        jw_pair(&w, "about", finding->about);
        jw_pair(&w, "text", finding->text);
        jw_pair(&w, "advice", finding->advice);
        jw_end_object(&w);
    }
    jw_end_array(&w);
    jw_end_object(&w);
    puts(buf_text(&out));
}

int cmd_doctor(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct doctor doctor = {.arena = arena};
    bool json = false;
    struct strings words = {0};
    const struct command_option known[] = {{.name = "-c", .value = &doctor.config_file},
                                           {.name = "--data", .value = &doctor.data_dir},
                                           {.name = "--runbooks", .value = &doctor.runbooks},
                                           {.name = "--json", .flag = &json},
                                           {0}};
    int parsed = command_line_parse(arena, argc, argv, known, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n)
        return usage_error(usage, "doctor takes no words");
    struct config_errors errors = {.arena = arena};
    struct config *config = NULL;
    doctor.config = config_load(doctor.config_file, &config, &errors) == 0 ? config : NULL;
    if (!doctor.data_dir)
        doctor.data_dir = config && config->data ? config->data : "./crashcart-data";
    if (!doctor.runbooks)
        doctor.runbooks = config && config->runbooks ? config->runbooks : "./runbooks";
    doctor_look_at_machine(&doctor);
    look_at_configuration(&doctor);
    doctor_look_at_data(&doctor);
    doctor_look_at_certificate(&doctor);
    doctor_look_at_server(&doctor);
    (json ? print_json : print_words)(&doctor);
    int code = EXIT_DONE;
    list_each (finding, &doctor.findings)
        if (finding->kind == FINDING_PROBLEM)
            code = EXIT_REFUSED;
    config_free(config);
    return code;
}
