/* `crashcart backup`, `crashcart restore`: the ledger as one file, and back. */
#include <stdio.h>

#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/ledger_found.h"
#include "ledger/backup.h"

static const char backup_usage[] =
    "usage: crashcart backup [-c FILE | --data DIR] FILE\n"
    "  Copies the ledger of DIR (./crashcart-data), with or without a server running on\n"
    "  it, into the new FILE with all that a server needs to go on elsewhere, and proves\n"
    "  the copy before FILE gets its name. FILE holds the key that signs the ledger and\n"
    "  the first token: keep it as you keep DIR.\n"
    "  -c FILE: the server's configuration says where the ledger is.\n"
    "  A ledger in PostgreSQL is backed up with pg_dump, and DIR with it.\n"
    "  Exit 0: done; 1: the ledger is broken; 3: cannot be read or written.\n";

static const char restore_usage[] =
    "usage: crashcart restore FILE [--data DIR]\n"
    "  Proves a backup and makes the data folder DIR (./crashcart-data) from it. DIR must\n"
    "  be empty or not be there: nothing is overwritten. What happened after the backup\n"
    "  is not in it; timers that fell due since fire once, late, when a server starts.\n"
    "  Exit 0: done; 1: the backup is broken; 3: cannot be read or written.\n";

static int answer(const char *what, int result, const struct ledger_proof *proof, const struct err *err)
{
    if (result == LEDGER_BROKEN) {
        fprintf(stderr, "%s: broken: %s\nNothing was written.\n", what, proof->first_bad);
        return EXIT_REFUSED;
    }
    fprintf(stderr, "%s: %s\n", what, err->text);
    return EXIT_UNREACHABLE;
}

int cmd_backup(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    const char *file = NULL, *data_dir = NULL;
    struct strings words = {0};
    const struct command_option known[] = {
        {.name = "-c", .value = &file}, {.name = "--data", .value = &data_dir}, {0}};
    int parsed = command_line_parse(arena, argc, argv, known, backup_usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n != 1)
        return usage_error(backup_usage, "backup needs one FILE to write");
    struct ledger_found found;
    struct ledger_proof proof = {0};
    struct err err = {0};
    int code = ledger_find(arena, "backup", file, data_dir, &found);
    if (code)
        return code;
    int result = ledger_backup(&found.place, words.at[0], &proof, &err);
    ledger_found_free(&found);
    if (result != 0)
        return answer("crashcart backup", result, &proof, &err);
    printf("%s holds %lld event%s, and every hash fits.\nBack: crashcart restore %s --data DIR\n",
           words.at[0], (long long)proof.n_events, proof.n_events == 1 ? "" : "s", words.at[0]);
    return EXIT_DONE;
}

int cmd_restore(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    const char *data_dir = "./crashcart-data";
    struct strings words = {0};
    const struct command_option known[] = {{.name = "--data", .value = &data_dir}, {0}};
    int parsed = command_line_parse(arena, argc, argv, known, restore_usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n != 1)
        return usage_error(restore_usage, "restore needs the FILE that crashcart backup wrote");
    struct ledger_proof proof = {0};
    struct err err = {0};
    int result = ledger_backup_restore(words.at[0], data_dir, &proof, &err);
    if (result != 0)
        return answer("crashcart restore", result, &proof, &err);
    printf("%s holds %lld event%s, and every hash fits.\n"
           "What waited in it is not sent. For the first minutes after the start the incidents that it calls "
           "open page\n"
           "nobody: whatever still burns is heard of again by then.\nStart: crashcart serve --data %s\n",
           data_dir, (long long)proof.n_events, proof.n_events == 1 ? "" : "s", data_dir);
    return EXIT_DONE;
}
