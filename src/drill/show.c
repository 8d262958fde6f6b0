#include "drill/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/child.h"

static void say(const char *words)
{
    fprintf(stderr, "\n%s\n\n", words);
}

/* As the person would type it, and what it answers. */
static void show_command(const struct scene *scene, const char *const *arguments)
{
    static const int fds[] = {-1, STDERR_FILENO, STDERR_FILENO};
    fputs("  $", stderr);
    for (const char *const *word = arguments; *word; word++)
        fprintf(stderr, " %s", *word);
    fputs("\n\n", stderr);
    setenv("CRASHCART_URL", scene->server.url, 1);
    setenv("CRASHCART_TOKEN", scene->server.token, 1);
    struct child_options options = {.path = scene->site->program,
                                    .arguments = arguments,
                                    .environment = (const char *const *)environ, /* setenv() moves it */
                                    .folder = scene->folder,
                                    .fds = fds,
                                    .n_fds = 3,
                                    .cgroup_fd = -1};
    struct err err;
    pid_t pid;
    int started = child_start(&options, &pid, &err);
    unsetenv("CRASHCART_URL");
    unsetenv("CRASHCART_TOKEN");
    if (started != 0)
        fprintf(stderr, "%s\n", err.text);
    while (started == 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

void show_page(const struct scene *scene)
{
    bool ignored;
    if (!scene->site->shows)
        return;
    const char *text = scene_value(scene, "drill.pager.text", &ignored, NULL);
    say("You are paged. This is all of it:");
    for (const char *at = text ? text : ""; *at; at++) {
        if (at == text || at[-1] == '\n')
            fputs("    ", stderr);
        fputc((unsigned char)*at < ' ' && *at != '\n' ? ' ' : *at, stderr);
    }
    if (!scene->site->attended)
        return;
    char line[256];
    fputs("\n  [Enter] you have it ", stderr);
    if (!fgets(line, sizeof line, stdin))
        fputc('\n', stderr);
}

void show_incident(const struct scene *scene, int64_t incident)
{
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)incident);
    const char *const arguments[] = {"crashcart", "incident", "show", number, NULL};
    if (!scene->site->shows)
        return;
    say("Every command was parsed and classed. Those that only look have run, the others wait for you:");
    show_command(scene, arguments);
}

void show_ledger(const struct scene *scene)
{
    static const char data[] = SCENE_DATA;
    const char *const arguments[] = {"crashcart", "verify", "--data", data, NULL};
    if (!scene->site->shows)
        return;
    say("Nothing of it can be changed afterwards without being seen:");
    show_command(scene, arguments);
}
