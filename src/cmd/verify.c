/* `crashcart verify`: proves a ledger or an export, with or without a server running. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/ledger_found.h"
#include "ledger/proof.h"

static const char usage[] =
    "usage: crashcart verify [-c FILE | --data DIR | FILE] [--key FILE]\n"
    "                        [--checkpoint FILE] [--json]\n"
    "  Proves the ledger of DIR (./crashcart-data), with or without a server running on\n"
    "  it, or FILE: an export, or a copy of ledger.db. Hash chains and the Merkle tree\n"
    "  are computed again, and held against the signed checkpoints.\n"
    "  --key FILE         the public key (DIR/ledger.pub); keep a copy elsewhere\n"
    "  --checkpoint FILE  a checkpoint that was kept elsewhere (DIR/checkpoint at that\n"
    "                     time): proves that nothing before it was taken back\n"
    "  -c FILE            the server's configuration says where the ledger is, and the\n"
    "                     password of its store; without it a ledger in PostgreSQL is\n"
    "                     found through DIR, and PGPASSFILE gives the password\n"
    "  Exit 0: everything fits; 1: broken; 3: cannot be opened or read.\n";

static void print_json(const struct ledger_proof *proof)
{
    struct buf out scoped_buf = {0};
    struct json_writer w = jw_start(&out);
    jw_begin_object(&w);
    jw_pair_bool(&w, "fits", proof->first_bad[0] == '\0');
    jw_pair_int(&w, "streams", proof->n_streams);
    jw_pair_int(&w, "events", proof->n_events);
    jw_pair(&w, "first_bad", proof->first_bad[0] ? proof->first_bad : NULL);
    jw_pair_int(&w, "signed_events", proof->n_signed);
    jw_pair_int(&w, "checkpoints", proof->n_checkpoints);
    jw_pair(&w, "signed_by", proof->origin[0] ? proof->origin : NULL);
    jw_pair_bool(&w, "part", proof->is_part);
    jw_pair_bool(&w, "key_from_export", proof->own_key);
    jw_end_object(&w);
    puts(buf_text(&out));
}

static void print_words(const char *what, const struct ledger_proof *proof)
{
    if (proof->first_bad[0]) {
        printf("broken: %s\nKeep a copy of %s as it is, and compare it with a backup.\n", proof->first_bad,
               what);
        return;
    }
    printf("%s: %lld event%s in %lld stream%s, and every hash fits.\n", what, (long long)proof->n_events,
           proof->n_events == 1 ? "" : "s", (long long)proof->n_streams, proof->n_streams == 1 ? "" : "s");
    if (proof->n_checkpoints == 0)
        puts("No checkpoint has been signed yet.");
    else
        printf("%lld of them %s signed by %s (%lld checkpoint%s).\n", (long long)proof->n_signed,
               proof->n_signed == 1 ? "is" : "are", proof->origin, (long long)proof->n_checkpoints,
               proof->n_checkpoints == 1 ? "" : "s");
    if (proof->own_key)
        puts("The key came with the file: name the installation's own with --key.");
    if (proof->is_part)
        puts("The file is a part of the ledger: what it leaves out is not proved.");
}

/* A copy of the database file begins with these words; an export does not. */
static bool is_database(const char *path)
{
    static const char words[] = "SQLite format 3";
    char head[sizeof words] = {0};
    FILE *file = fopen(path, "re");
    bool is =
        file && fread(head, 1, sizeof head, file) == sizeof head && memcmp(head, words, sizeof head) == 0;
    if (file)
        fclose(file);
    return is;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int verify_file(struct arena *arena, const char *path, const struct ledger_check *check,
                       struct ledger_proof *ret_proof, struct err *err)
{
    const char *slash = strrchr(path, '/');
    struct ledger_place place = {
        .data_dir = slash ? arena_strndup(arena, path, (size_t)(slash - path + 1)) : ".", .store = path};
    return is_database(path) ? ledger_verify(&place, check, ret_proof, err)
                             : ledger_verify_export(path, check, ret_proof, err);
}

int cmd_verify(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    const char *file = NULL, *data_dir = NULL;
    bool json = false;
    struct ledger_check check = {0};
    struct strings words = {0};
    const struct command_option known[] = {{.name = "-c", .value = &file},
                                           {.name = "--data", .value = &data_dir},
                                           {.name = "--key", .value = &check.key_file},
                                           {.name = "--checkpoint", .value = &check.checkpoint_file},
                                           {.name = "--json", .flag = &json},
                                           {0}};
    int parsed = command_line_parse(arena, argc, argv, known, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n > 1 || (words.n && (data_dir || file)))
        return usage_error(usage, "verify takes -c FILE, --data DIR or one FILE");
    struct ledger_proof proof = {0};
    struct err err = {0};
    bool is_file = words.n && !is_folder(words.at[0]);
    struct ledger_found found;
    int code = ledger_find(arena, "verify", file, words.n ? words.at[0] : data_dir, &found);
    if (code)
        return code;
    int result = is_file ? verify_file(arena, words.at[0], &check, &proof, &err)
                         : ledger_verify(&found.place, &check, &proof, &err);
    ledger_found_free(&found);
    if (result != 0 && result != LEDGER_BROKEN) {
        fprintf(stderr, "crashcart verify: %s\n", err.text);
        return EXIT_UNREACHABLE;
    }
    if (json)
        print_json(&proof);
    else
        print_words(is_file ? words.at[0] : found.place.data_dir, &proof);
    return result == LEDGER_BROKEN ? EXIT_REFUSED : EXIT_DONE;
}
