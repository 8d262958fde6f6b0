#include "drill/scene.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "drill/house.h"
#include "loop/child.h"

static const char LOG[] = HOUSE_FOLDER "/log", BIN[] = HOUSE_FOLDER "/bin", TREE[] = HOUSE_FOLDER "/tree",
                  SOCKET[] = HOUSE_FOLDER "/ward", DATA[] = SCENE_DATA, CONFIG[] = SCENE_CONFIG,
                  CERTIFICATE[] = HOUSE_FOLDER "/certificate.pem", HOME[] = HOUSE_FOLDER "/home",
                  SCRATCH[] = HOUSE_FOLDER "/tmp", ENVIRONMENT[] = HOUSE_FOLDER "/environment",
                  PROGRAMS[] = HOUSE_FOLDER "/programs";

enum { START_S = 30, SETUP_S = 60, LOG_BYTES = 4 * 1024 * 1024, STEP_US = 20000 };

static int64_t now_us(void)
{
    return clock_monotonic_us(clock_system());
}

/* ---- processes ---- */

static int start(const char *path, const char *const *arguments, const char *folder, pid_t *ret_pid,
                 struct err *err)
{
    int log = open(LOG, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
    const int fds[] = {-1, log, log};
    struct child_options options = {.path = path,
                                    .arguments = arguments,
                                    .environment = (const char *const *)environ,
                                    .folder = folder,
                                    .fds = fds,
                                    .n_fds = 3,
                                    .new_session = true,
                                    .cgroup_fd = -1};
    int started = child_start(&options, ret_pid, err);
    if (log >= 0)
        close(log);
    return started;
}

int scene_shell(const struct scene *scene, const char *command, int time_s)
{
    const char *const arguments[] = {"bash", "--noprofile", "--norc", "-o", "pipefail", "-c", command, NULL};
    struct err err;
    pid_t pid;
    int status = 0;
    if (start("/bin/bash", arguments, scene->folder, &pid, &err) < 0)
        return -1;
    for (int64_t end_us = now_us() + time_s * US_PER_S; waitpid(pid, &status, WNOHANG) == 0; usleep(STEP_US))
        if (now_us() > end_us) {
            kill(-pid, SIGKILL);
            waitpid(pid, &status, 0);
            return -1;
        }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *log_end(struct arena *arena, size_t most)
{
    char *text;
    size_t n_bytes;
    if (file_read(arena, LOG, LOG_BYTES, &text, &n_bytes, NULL) < 0 || !n_bytes)
        return NULL;
    return text + (n_bytes > most ? n_bytes - most : 0);
}

const char *scene_log(struct arena *arena)
{
    return log_end(arena, 4000);
}

/* The end of the log, as the reason why something does not run. */
static int fail_with_log(struct arena *arena, const char *what, struct err *err)
{
    const char *log = log_end(arena, 400);
    return err_set(err, "%s: %s", what, log ? log : "nothing was said");
}

/* ---- the ward ---- */

const char *scene_value(const struct scene *scene, const char *formula, bool *ret_true, struct err *err)
{
    struct json_document *document = json_document_new();
    struct json root;
    const char *value = NULL;
    if (talk_json(&scene->ward, "/get", formula, document, &root, err) == 0) {
        value = arena_strdup(scene->arena, json_text(json_get(root, "value"), NULL));
        *ret_true = json_bool(json_get(root, "true"), false);
    }
    json_document_free(document);
    return value;
}

bool scene_holds(const struct scene *scene, const char *formula)
{
    bool holds = false;
    return scene_value(scene, formula, &holds, NULL) && holds;
}

int scene_set(const struct scene *scene, const struct drill_pairs *pairs, struct err *err)
{
    scoped_buf struct buf body = {0};
    struct json_writer w = jw_start(&body);
    struct json_document *document = json_document_new();
    struct json root;
    jw_begin_object(&w);
    list_each (pair, pairs) {
        jw_name(&w, pair->name);
        if (pair->is_number)
            jw_double(&w, strtod(pair->value, NULL));
        else
            jw_string(&w, pair->value);
    }
    jw_end_object(&w);
    int set = pairs->n ? talk_json(&scene->ward, "/set", buf_text(&body), document, &root, err) : 0;
    json_document_free(document);
    return set;
}

/* ---- setting up ---- */

static void environment_set(struct arena *arena)
{
    setenv("PATH",
           arena_printf(arena, "%s:%s:%s", BIN, PROGRAMS, getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin"),
           1);
    setenv("WARD_SOCKET", SOCKET, 1);
    setenv("WARD_BIN", BIN, 1);
    setenv("WARD_TREE", TREE, 1);
    setenv("DRILL_FOLDER", HOUSE_FOLDER, 1);
    setenv("HOME", HOME, 1);
    setenv("TMPDIR", SCRATCH, 1);
    setenv("CURL_CA_BUNDLE", CERTIFICATE, 1);
    setenv("SSL_CERT_FILE", CERTIFICATE, 1);
    setenv("USER", "drill-responder", 1);
    unsetenv("CRASHCART_URL");
    unsetenv("CRASHCART_TOKEN");
    unsetenv("http_proxy");
    unsetenv("https_proxy");
}

static int folders_make(struct err *err)
{
    static const char *const folders[] = {BIN, TREE, DATA, HOME, SCRATCH, PROGRAMS};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (mkdir(folders[i], 0700) < 0)
            return err_set(err, "%s: %s", folders[i], strerror(errno));
    return 0;
}

/* ward serve: then the hosts answer and the stand-ins are in BIN. */
static int ward_start(struct scene *scene, struct err *err)
{
    const char *system = arena_printf(scene->arena, "%s/system.yaml", scene->plan->folder);
    const char *const arguments[] = {"ward",      "serve", system, "--socket",     SOCKET,       "--hosts",
                                     HOUSE_HOSTS, "--bin", BIN,    "--tls-folder", HOUSE_FOLDER, NULL};
    pid_t pid;
    bool ignored;
    if (start(scene->site->ward, arguments, "/", &pid, err) < 0)
        return -1;
    for (int64_t end_us = now_us() + START_S * US_PER_S; !scene_value(scene, "1", &ignored, NULL);
         usleep(STEP_US))
        if (now_us() > end_us || waitpid(pid, NULL, WNOHANG) != 0)
            return fail_with_log(scene->arena, "the ward does not start", err);
    return 0;
}

/* What the setup has left there, NAME=VALUE a line, is in the environment of all that follows. */
static int environment_read(struct scene *scene, struct err *err)
{
    char *text, *line;
    size_t n_bytes;
    if (access(ENVIRONMENT, F_OK) < 0)
        return 0;
    if (file_read(scene->arena, ENVIRONMENT, 64 * 1024, &text, &n_bytes, err) < 0)
        return -1;
    while ((line = strsep(&text, "\n"))) {
        char *equals = strchr(line, '=');
        if (!equals)
            continue;
        *equals = '\0';
        setenv(line, equals + 1, 1);
    }
    return 0;
}

/* tree/ of the system is copied, then setup.sh of it runs there: a repository with its commits, databases. */
static int tree_make(struct scene *scene, struct err *err)
{
    const char *script =
        arena_printf(scene->arena,
                     "[ ! -d '%s/tree' ] || cp -r '%s/tree/.' . || exit; "
                     "[ ! -f '%s/setup.sh' ] || . '%s/setup.sh'",
                     scene->plan->folder, scene->plan->folder, scene->plan->folder, scene->plan->folder);
    if (scene_shell(scene, script, SETUP_S) != 0)
        return fail_with_log(scene->arena, "the system's setup fails", err);
    return environment_read(scene, err);
}

static int config_write(struct scene *scene, const char *pager, struct err *err)
{
    scoped_buf struct buf text = {0};
    buf_printf(&text,
               "drill: true\n"
               "hold_down: \"%s\"\n"
               "runner: {step_time: \"%s\", verify_time: 20s}\n"
               "channels: {private_hosts: [drill-pager]}\n"
               "people:\n"
               "  - {id: drill-responder, name: Drill responder, contacts: [{webhook: \"%s\"}]}\n"
               "  - {id: drill-second, name: Second of the drill, contacts: [{webhook: \"%s\"}]}\n"
               "services:\n"
               "  - id: %s\n"
               "    runbook: %s\n"
               "    target: {folder: %s}\n"
               "    escalation:\n"
               "      - notify: [person:drill-responder]\n",
               scene->plan->hold_down, scene->plan->step_time, pager, pager, scene->plan->system,
               scene->plan->runbook, TREE);
    buf_puts(&text, scene->plan->checks.n ? "checks:\n" : "");
    list_each (check, &scene->plan->checks)
        buf_printf(&text, "  - {service: %s, id: \"%s\"%s%s}\n", scene->plan->system, check->id,
                   *check->keys ? ", " : "", check->keys);
    return file_write(CONFIG, buf_text(&text), text.n_bytes, 0600, err);
}

static int server_start(struct scene *scene, struct err *err)
{
    const char *const arguments[] = {"crashcart",  "serve",
                                     "-c",         CONFIG,
                                     "--data",     DATA,
                                     "--listen",   "127.0.0.1:8480",
                                     "--runbooks", scene->site->runbooks,
                                     NULL};
    pid_t pid;
    if (start(scene->site->program, arguments, "/", &pid, err) < 0)
        return -1;
    for (int64_t end_us = now_us() + START_S * US_PER_S;; usleep(STEP_US)) {
        scoped_buf struct buf answer = {0};
        if (talk(&scene->server, "/-/ready", NULL, 1000, &answer) == 200)
            break;
        if (now_us() > end_us || waitpid(pid, NULL, WNOHANG) != 0)
            return fail_with_log(scene->arena, "the server does not start", err);
    }
    char *token;
    size_t n_bytes;
    if (file_read(scene->arena, arena_printf(scene->arena, "%s/admin.token", DATA), 4096, &token, &n_bytes,
                  err) < 0)
        return -1;
    token[strcspn(token, " \r\n")] = '\0';
    scene->server.token = scene->second.token = token;
    return 0;
}

int scene_furnish(struct arena *arena, const struct drill_site *site, const struct drill_plan *plan,
                  struct scene *ret_scene, struct err *err)
{
    *ret_scene = (struct scene){.arena = arena,
                                .site = site,
                                .plan = plan,
                                .folder = TREE,
                                .ward = {.url = "http://ward", .socket = SOCKET},
                                .server = {.url = "http://127.0.0.1:8480", .as = "drill-responder"},
                                .second = {.url = "http://127.0.0.1:8480", .as = "drill-second"}};
    umask(0077);
    environment_set(arena);
    if (folders_make(err) < 0 || ward_start(ret_scene, err) < 0 || tree_make(ret_scene, err) < 0)
        return -1;
    return config_write(ret_scene, "http://drill-pager/page", err);
}

int scene_open(struct arena *arena, const struct drill_site *site, const struct drill_plan *plan,
               struct scene *ret_scene, struct err *err)
{
    return scene_furnish(arena, site, plan, ret_scene, err) < 0 ? -1 : server_start(ret_scene, err);
}

void scene_tell(const struct scene *scene, int64_t since_us, const char *format, ...)
{
    if (!scene->site->tells)
        return;
    va_list ap;
    va_start(ap, format);
    fprintf(stderr, "%6.1f s  ", (double)(clock_wall_us(clock_system()) - since_us) / 1e6);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
}
