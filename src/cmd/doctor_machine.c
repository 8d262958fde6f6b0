#include <errno.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#include "cmd/doctor.h"

enum { FILES_WANTED = 4096 };
#define ROOM_WANTED_BYTES (1024ULL * 1024 * 1024)

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
    if (free_bytes < ROOM_WANTED_BYTES)
        doctor_finds(doctor, FINDING_PROBLEM, "disk", "make room: without it alerts are refused with 503",
                     "%llu MiB are free in %s", free_bytes >> 20, doctor->data_dir);
    else
        doctor_finds(doctor, FINDING_WELL, "disk", NULL, "%llu GiB are free in %s", free_bytes >> 30,
                     doctor->data_dir);
}

void doctor_look_at_data(struct doctor *doctor)
{
    struct stat folder;
    if (stat(doctor->data_dir, &folder) != 0) {
        doctor_finds(doctor, errno == ENOENT ? FINDING_NOTE : FINDING_PROBLEM, "data",
                     errno == ENOENT ? "name the folder of your server: --data DIR, or -c FILE" : NULL,
                     "%s: %s", doctor->data_dir,
                     errno == ENOENT ? "no server has run here" : strerror(errno));
        return;
    }
    if (folder.st_mode & (S_IRWXG | S_IRWXO))
        doctor_finds(doctor, FINDING_PROBLEM, "data",
                     arena_printf(doctor->arena, "chmod 700 %s", doctor->data_dir),
                     "%s is open to other users of this machine", doctor->data_dir);
    look_at_room(doctor);
    if (access(doctor->data_dir, R_OK | W_OK | X_OK) != 0) {
        const struct passwd *owner = getpwuid(folder.st_uid);
        doctor_finds(doctor, FINDING_PROBLEM, "data",
                     errno == EROFS ? "mount it for writing"
                                    : arena_printf(doctor->arena, "sudo -u %s crashcart doctor",
                                                   owner ? owner->pw_name : "its owner"),
                     "%s cannot be read and written: %s", doctor->data_dir, strerror(errno));
        return;
    }
    /* The folder knows SQLite's file by itself; where else a ledger is, and its password, the file says. */
    bool elsewhere = doctor->config && doctor->config->store;
    const char *const verify[] = {"crashcart", "verify", elsewhere ? "-c" : "--data",
                                  elsewhere ? doctor->config_file : doctor->data_dir, NULL};
    doctor_asks(doctor, "ledger", "every hash and every signature fits", verify);
}
