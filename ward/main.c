/* The ward: a system that can be broken, looked at and healed. Under the name of another program it is that
 * program's stand-in. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "ward/front.h"
#include "ward/stand_in.h"
#include "ward/tool.h"

static const char usage[] =
    "usage: ward check SYSTEM.yaml...\n"
    "       ward serve SYSTEM.yaml --socket PATH [--hosts FILE] [--bin DIR]\n"
    "                              [--tls-folder DIR]\n"
    "As kubectl, docker, docker-compose, ... (links to this program) it asks the ward at $WARD_SOCKET.\n";

static volatile sig_atomic_t ended;

static void on_signal(int signal_number)
{
    ended = signal_number;
}

static const char *option(int argc, char **argv, const char *name)
{
    for (int i = 2; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return argv[i + 1];
    return NULL;
}

static int link_make(const char *folder, const char *name, struct err *err)
{
    char path[4096], own[4096];
    ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    own[n > 0 ? n : 0] = '\0';
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return err_set(err, "%s: too long", folder);
    if (symlink(own, path) < 0 && errno != EEXIST)
        return err_set(err, "%s: %s", path, strerror(errno));
    return 0;
}

/* A link under the name of every program that the ward answers for. */
static int links_make(const struct world *world, const char *folder, struct err *err)
{
    for (size_t i = 0; folder && tool_name(i); i++)
        if (link_make(folder, tool_name(i), err) < 0)
            return -1;
    if (folder)
        list_each (command, &world->commands)
            if (!command->inside && link_make(folder, command->words[0], err) < 0)
                return -1;
    return 0;
}

static int serve(int argc, char **argv)
{
    const char *socket_path = option(argc, argv, "--socket");
    struct err err;
    struct front *front;
    if (argc < 3 || !socket_path) {
        fputs(usage, stderr);
        return 2;
    }
    struct world *world = world_read(argv[2], &err);
    if (!world ||
        front_start(world, socket_path, option(argc, argv, "--hosts"), option(argc, argv, "--tls-folder"),
                    &front, &err) < 0 ||
        links_make(world, option(argc, argv, "--bin"), &err) < 0) {
        fprintf(stderr, "ward: %s\n", err.text);
        return 3;
    }
    const struct clock *clock = clock_system();
    int64_t begun_us = clock_monotonic_us(clock);
    while (!ended) {
        usleep(100000);
        world_lock(world);
        world_tick(world, (double)(clock_monotonic_us(clock) - begun_us) / 1e6);
        world_unlock(world);
        front_settle(front);
    }
    front_stop(front);
    unlink(socket_path);
    if (*world->complaint)
        fprintf(stderr, "ward: %s: %s\n", world->name, world->complaint);
    world_free(world);
    return 0;
}

static int check(int argc, char **argv)
{
    int code = 0;
    for (int i = 2; i < argc; i++) {
        struct err err;
        struct world *world = world_read(argv[i], &err);
        if (!world) {
            fprintf(stderr, "ward: %s\n", err.text);
            code = 1;
        } else {
            printf("%s: %zu things, %zu ports, %zu endpoints, %zu commands\n", world->name, world->things.n,
                   world->ports.n, world->endpoints.n, world->commands.n);
        }
        world_free(world);
    }
    return code;
}

int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/');
    signal(SIGPIPE, SIG_IGN);
    if (strcmp(name ? name + 1 : argv[0], "ward") != 0)
        return stand_in(argc, argv);
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    if (argc > 2 && strcmp(argv[1], "serve") == 0)
        return serve(argc, argv);
    if (argc > 2 && strcmp(argv[1], "check") == 0)
        return check(argc, argv);
    fputs(usage, argc > 1 && strcmp(argv[1], "--help") == 0 ? stdout : stderr);
    return argc > 1 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
}
