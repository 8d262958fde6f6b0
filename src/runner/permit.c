/* The path is confined by the kernel (openat2 with RESOLVE_BENEATH): "..", absolute paths and links that lead
 * out of the folder all fail there. Links that stay inside are followed, because mounted configuration is
 * often made of them; the hash decides what the bytes are. */
#include "runner/permit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/must.h"
#include "config/target.h"
#include "runbook/library.h"

/* The runbook folder, or the folder of the one runbook. */
static int folder_open(struct arena *arena, const char *runbook_dir, const char *file)
{
    int fd = open(runbook_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 || errno != ENOTDIR)
        return fd;
    const char *slash = strrchr(runbook_dir, '/');
    if (strcmp(slash ? slash + 1 : runbook_dir, file) != 0) {
        errno = ENOENT;
        return -1;
    }
    const char *folder = slash ? arena_strndup(arena, runbook_dir, (size_t)(slash - runbook_dir) + 1) : ".";
    return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int document_open(struct arena *arena, const char *runbook_dir, const char *file)
{
    int folder = folder_open(arena, runbook_dir, file);
    if (folder < 0)
        return -1;
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, folder, file, &how, sizeof how);
    int error = errno;
    close(folder);
    errno = error;
    return (int)fd;
}

static char *document_read(struct arena *arena, int fd, size_t *ret_n_bytes)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (size_t)st.st_size > library_limits.file_bytes)
        return NULL;
    size_t size = (size_t)st.st_size, n = 0;
    char *bytes = arena_alloc(arena, size + 1);
    while (n < size) {
        ssize_t got = read(fd, bytes + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    *ret_n_bytes = n;
    return bytes;
}

/* A command of the document and what it becomes by the order. */
struct candidate {
    const struct command *command;
    struct filled filled;
};

static struct candidate prepared(struct arena *arena, const struct command *command,
                                 const struct runner_order *order)
{
    return (struct candidate){command,
                              command_prepared(arena, risk_rules_in_force(), command->text, &command->risk,
                                               order->repairs, order->values, order->n_values)};
}

static bool is_approved(const struct candidate *candidate, const struct runner_order *order)
{
    char hash[SHA256_HEX_BYTES];
    if (!candidate->filled.text)
        return false;
    command_sha256(candidate->command->text, order->repairs, order->values, order->n_values,
                   candidate->filled.text, hash);
    target_bind(order->service, order->target, hash);
    return strcmp(hash, order->approved_sha256) == 0;
}

/* Commands of nested procedures appear more than once; two different ones may share a line. */
static struct candidate command_find(struct arena *arena, const struct runbook *runbook,
                                     const struct runner_order *order, bool *ret_ambiguous)
{
    struct candidate found = {0};
    enum step_part part = part_of(order->line);
    list_each (procedure, &runbook->procedures) {
        struct command_walk walk = {0};
        while (procedure_next_command(procedure, &walk)) {
            const struct command *command = walk.command;
            if (command->line == part_line(order->line) && part != PART_ITSELF)
                command = way_back_command(arena, risk_rules_in_force(), command, part);
            if (!command || command->line != order->line ||
                (found.command && strcmp(found.command->text, command->text) == 0))
                continue;
            struct candidate candidate = prepared(arena, command, order);
            if (order->approved && is_approved(&candidate, order))
                return candidate;
            *ret_ambiguous |= !order->approved && found.command;
            found = candidate;
        }
    }
    return found;
}

static const char *why_not(struct arena *arena, const struct candidate *candidate,
                           const struct runner_order *order)
{
    const struct filled *filled = &candidate->filled;
    if (!filled->text) {
        must(filled->why_not);
        return filled->why_not;
    }
    const char *why = step_cannot_run(&filled->risk);
    if (why)
        return why;
    if (strlen(filled->text) > PERMIT_COMMAND_BYTES)
        return "It is longer than 1 MiB.";
    if (order->approved)
        return is_approved(candidate, order)
                   ? NULL
                   : "The command is not the one that was approved. Look at it and approve it again.";
    why = step_must_ask(&filled->risk);
    if (!why && (filled->free_value || (order->repairs && *order->repairs)))
        why = STEP_VALUES_UNSEEN;
    return why ? arena_printf(arena, "Nobody has approved it. %s", why) : NULL;
}

const struct command *permit_command(struct arena *arena, const char *runbook_dir,
                                     const struct runner_order *order, const char **ret_why_not)
{
    int fd = document_open(arena, runbook_dir, order->file);
    if (fd < 0) {
        *ret_why_not = arena_printf(arena, "%s cannot be opened in the runbook folder: %s.", order->file,
                                    errno == EXDEV ? "it leads out of the folder" : strerror(errno));
        return NULL;
    }
    size_t n_bytes = 0;
    char *bytes = document_read(arena, fd, &n_bytes);
    close(fd);
    if (!bytes) {
        *ret_why_not = arena_printf(arena, "%s is not a regular file of at most %d MiB.", order->file,
                                    (int)(library_limits.file_bytes >> 20));
        return NULL;
    }
    char hash[SHA256_HEX_BYTES];
    sha256_hex(bytes, n_bytes, hash);
    if (strcmp(hash, order->sha256) != 0 || !utf8_valid(bytes, n_bytes)) {
        *ret_why_not = arena_printf(
            arena, "%s has changed since this run was planned. Look at the runbook again.", order->file);
        return NULL;
    }
    bool ambiguous = false;
    struct candidate found =
        command_find(arena, runbook_read(arena, order->file, bytes, n_bytes), order, &ambiguous);
    if (!found.command) {
        *ret_why_not = arena_printf(arena, "%s has no command on line %d.", order->file, order->line);
        return NULL;
    }
    if (ambiguous)
        *ret_why_not =
            arena_printf(arena, "More than one command stands on line %d of %s.", order->line, order->file);
    else
        *ret_why_not = why_not(arena, &found, order);
    if (*ret_why_not)
        return NULL;
    struct command *command = arena_alloc(arena, sizeof *command);
    *command = *found.command;
    command->text = found.filled.text;
    command->risk = found.filled.risk;
    return command;
}
