/* `crashcart export`: events of the ledger with what proves them, for somebody who has neither the ledger nor
 * this program's trust. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/ledger_found.h"
#include "ledger/proof.h"

static const char usage[] =
    "usage: crashcart export [-c FILE] [--data DIR] [--incident N] [--since TIME]\n"
    "                        [--checkpoint FILE] FILE\n"
    "  Writes the events of the ledger in DIR (./crashcart-data) into FILE (- is the\n"
    "  standard output) as JSON lines with their hashes and signed checkpoints, with\n"
    "  or without a server running. `crashcart verify FILE` proves it.\n"
    "  --incident N       only the events of one incident, --since TIME only later\n"
    "                     ones (2026-03-01T09:00:00Z), each with the proof that it\n"
    "                     belongs to the whole\n"
    "  --checkpoint FILE  prove, too, that the whole goes on from this checkpoint\n"
    "  -c FILE            the server's configuration says where the ledger is, and the\n"
    "                     password of its store; without it a ledger in PostgreSQL is\n"
    "                     found through DIR, and PGPASSFILE gives the password\n";

static int part_read(const char *incident, const char *since, struct ledger_part *ret_part)
{
    long long number = 0;
    if (incident && number_parse(incident, &number) != 0)
        return usage_error(usage, "\"%s\" is no number of an incident", incident);
    ret_part->incident = number;
    if (since && (time_parse_rfc3339(since, strlen(since), &ret_part->since_us) != 0 || !ret_part->since_us))
        return usage_error(usage, "\"%s\" is no time; write it like 2026-03-01T09:00:00Z", since);
    return 0;
}

/* A file that is not whole is removed again. */
static int export_to(const struct ledger_place *place, const struct ledger_part *part, const char *path,
                     int64_t *ret_n, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return ledger_export(place, part, stdout, ret_n, err);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, "%s: %s", path,
                       errno == EEXIST ? "there is a file of that name" : strerror(errno));
    FILE *out = fdopen(fd, "w");
    int result = ledger_export(place, part, out, ret_n, err);
    if (fsync(fd) != 0 && result == 0)
        result = err_set(err, "%s: %s", path, strerror(errno));
    fclose(out);
    if (result != 0)
        unlink(path);
    return result;
}

int cmd_export(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    const char *file = NULL, *data_dir = NULL, *incident = NULL, *since = NULL;
    struct ledger_part part = {0};
    struct strings words = {0};
    const struct command_option known[] = {{.name = "-c", .value = &file},
                                           {.name = "--data", .value = &data_dir},
                                           {.name = "--incident", .value = &incident},
                                           {.name = "--since", .value = &since},
                                           {.name = "--checkpoint", .value = &part.checkpoint_file},
                                           {0}};
    int parsed = command_line_parse(arena, argc, argv, known, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n != 1)
        return usage_error(usage, "export needs one FILE to write");
    if (part_read(incident, since, &part) != 0)
        return EXIT_USAGE;
    struct ledger_found found;
    struct err err = {0};
    int64_t n_events = 0;
    int code = ledger_find(arena, "export", file, data_dir, &found);
    if (code)
        return code;
    int result = export_to(&found.place, &part, words.at[0], &n_events, &err);
    ledger_found_free(&found);
    if (result != 0) {
        fprintf(stderr, "crashcart export: %s\n", err.text);
        return EXIT_UNREACHABLE;
    }
    fprintf(stderr, "%lld event%s written to %s; prove it with: crashcart verify %s\n", (long long)n_events,
            n_events == 1 ? "" : "s", words.at[0], words.at[0]);
    return EXIT_DONE;
}
