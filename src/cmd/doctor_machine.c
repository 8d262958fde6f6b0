#include <errno.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/doctor.h"
#include "cmd/exit_code.h"

enum { FILES_WANTED = 4096 };
#define ROOM_WANTED_BYTES (1024ULL * 1024 * 1024)
#define FULL_BYTES        (1024ULL * 1024)

static void look_at_kernel(struct doctor *doctor)
{
    long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (landlock > 0)
        doctor_finds(doctor, FINDING_WELL, "kernel", NULL, "Landlock %ld keeps each process in its place",
                     landlock);
    else
        doctor_finds(doctor, FINDING_NOTE, "kernel", "a kernel from 5.13 on, with lsm=landlock,...",
                     "no Landlock: files of the other processes are kept apart by permissions only");
    if (access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0)
        doctor_finds(doctor, FINDING_WELL, "cgroups", NULL,
                     "version 2: a step is stopped with all its children");
    else
        doctor_finds(doctor, FINDING_NOTE, "cgroups", NULL,
                     "no cgroup version 2: steps are stopped by session and by what they have started");
}

static void look_at_clock(struct doctor *doctor)
{
    struct timex state = {0};
    int synchronised = adjtimex(&state);
    if (synchronised == TIME_ERROR || (state.status & STA_UNSYNC))
        doctor_finds(doctor, FINDING_NOTE, "clock", "run chrony or systemd-timesyncd",
                     "nothing keeps the clock right: deadlines, signatures and codes depend on it");
    else
        doctor_finds(doctor, FINDING_WELL, "clock", NULL, "kept right");
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0)
        doctor_finds(doctor, FINDING_PROBLEM, "time zones", "apt install tzdata",
                     "there are none: schedules cannot be read");
}

static void look_at_limits(struct doctor *doctor)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max < FILES_WANTED)
        doctor_finds(doctor, FINDING_NOTE, "files", "LimitNOFILE=16384 in its unit, or ulimit -n 16384",
                     "at most %llu open files: few people can watch at once",
                     (unsigned long long)files.rlim_max);
    if (access("/bin/bash", X_OK) != 0)
        doctor_finds(doctor, FINDING_PROBLEM, "bash", "apt install bash",
                     "there is no /bin/bash, and steps are run by it");
}

void doctor_look_at_machine(struct doctor *doctor)
{
    look_at_kernel(doctor);
    look_at_clock(doctor);
    look_at_limits(doctor);
}

static void look_at_room(struct doctor *doctor)
{
    struct statvfs disk;
    if (statvfs(doctor->data_dir, &disk) != 0)
        return;
    unsigned long long free_bytes = (unsigned long long)disk.f_bavail * disk.f_frsize;
    if (free_bytes < FULL_BYTES)
        doctor_finds(
            doctor, FINDING_PROBLEM, "disk",
            arena_printf(doctor->arena,
                         "make room now (du -xh %s | sort -h): the server goes on by itself then",
                         doctor->data_dir),
            "%s is full: alerts are refused with 503, commands do not run, and paging goes on from memory",
            doctor->data_dir);
    else if (free_bytes < ROOM_WANTED_BYTES)
        doctor_finds(doctor, FINDING_PROBLEM, "disk", "make room: without it alerts are refused with 503",
                     "%llu MiB are free in %s", free_bytes >> 20, doctor->data_dir);
    else
        doctor_finds(doctor, FINDING_WELL, "disk", NULL, "%llu GiB are free in %s", free_bytes >> 30,
                     doctor->data_dir);
}

/* What was made by root by hand is closed to the server, which is the user of the folder. */
static void look_at_owners(struct doctor *doctor, uid_t owner)
{
    static const char *const names[] = {"admin.token", "ledger.db", "ledger.db-wal", "ledger.db-shm"};
    struct stat file;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = arena_printf(doctor->arena, "%s/%s", doctor->data_dir, names[i]);
        if (stat(path, &file) != 0 || (file.st_uid == owner && (file.st_mode & S_IRUSR)))
            continue;
        doctor_finds(doctor, FINDING_PROBLEM, "data",
                     arena_printf(doctor->arena, "chown -R --reference=%s %s; chmod u+rw %s",
                                  doctor->data_dir, doctor->data_dir, path),
                     "%s is closed to the server, whose folder it lies in", path);
        return;
    }
}

/* A file of the ledger that is younger than now was written before the clock was set back. */
static void look_at_past(struct doctor *doctor)
{
    enum { SLACK_S = 300 };
    struct stat file;
    char written[TIME_TEXT_BYTES];
    int64_t now_us = clock_wall_us(clock_system());
    if (stat(arena_printf(doctor->arena, "%s/ledger.db", doctor->data_dir), &file) != 0 ||
        file.st_mtime <= now_us / US_PER_S + SLACK_S)
        return;
    time_format_rfc3339(file.st_mtime * US_PER_S, written);
    doctor_finds(doctor, FINDING_PROBLEM, "clock",
                 "set it right: shifts, deadlines and certificates depend on it",
                 "it is wrong, or was: the ledger was written at %s, which is still to come", written);
}

void doctor_look_at_data(struct doctor *doctor)
{
    struct stat folder;
    if (stat(doctor->data_dir, &folder) != 0) {
        int error = errno;
        doctor_finds(doctor, error == ENOENT ? FINDING_NOTE : FINDING_PROBLEM, "data",
                     error == ENOENT ? "name the folder of your server: --data DIR, or -c FILE"
                                     : doctor_ask_as_owner(doctor, doctor->data_dir),
                     "%s: %s", doctor->data_dir,
                     error == ENOENT ? "no server has run here" : strerror(error));
        return;
    }
    if (folder.st_mode & (S_IRWXG | S_IRWXO))
        doctor_finds(doctor, FINDING_PROBLEM, "data",
                     arena_printf(doctor->arena, "chmod 700 %s", doctor->data_dir),
                     "%s is open to other users of this machine", doctor->data_dir);
    look_at_room(doctor);
    look_at_owners(doctor, folder.st_uid);
    look_at_past(doctor);
    if (access(doctor->data_dir, R_OK | W_OK | X_OK) != 0) {
        int error = errno;
        doctor_finds(doctor, FINDING_PROBLEM, "data",
                     error == EROFS ? "mount it for writing" : doctor_ask_as_owner(doctor, doctor->data_dir),
                     "%s cannot be read and written: %s", doctor->data_dir, strerror(error));
        return;
    }
    /* The folder knows SQLite's file by itself; where else a ledger is, and its password, the file says. */
    bool elsewhere = doctor->config && doctor->config->store;
    const char *const verify[] = {"crashcart", "verify", elsewhere ? "-c" : "--data",
                                  elsewhere ? doctor->config_file : doctor->data_dir, NULL};
    if (doctor_asks(doctor, "ledger", "every hash and every signature fits", verify) == EXIT_UNREACHABLE &&
        elsewhere)
        doctor->findings.at[doctor->findings.n - 1].advice =
            "start PostgreSQL, or mend store: of the configuration; the server waits for it";
}
