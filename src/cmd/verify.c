/* `crashcart verify`: proves the ledger of a data folder, with or without a server running. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "ledger/proof.h"

static const char usage[] = "usage: crashcart verify [--data DIR] [--json]\n"
                            "  Recomputes the hash chains of the ledger in DIR (./crashcart-data), with or\n"
                            "  without a server running on it.\n"
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
    jw_end_object(&w);
    puts(buf_text(&out));
}

static void print_words(const char *data_dir, const struct ledger_proof *proof)
{
    if (proof->first_bad[0])
        printf("broken: %s\nKeep a copy of %s as it is, and compare it with a backup.\n", proof->first_bad,
               data_dir);
    else
        printf("%s: %lld event%s in %lld stream%s, and every hash fits.\n", data_dir,
               (long long)proof->n_events, proof->n_events == 1 ? "" : "s", (long long)proof->n_streams,
               proof->n_streams == 1 ? "" : "s");
}

int cmd_verify(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    const char *data_dir = "./crashcart-data";
    bool json = false;
    struct strings words = {0};
    const struct command_option known[] = {
        {.name = "--data", .value = &data_dir}, {.name = "--json", .flag = &json}, {0}};
    int parsed = command_line_parse(arena, argc, argv, known, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n)
        return usage_error(usage, "verify %s: name the folder with --data", words.at[0]);
    struct ledger_place place = {.data_dir = data_dir};
    struct ledger_proof proof = {0};
    struct err err = {0};
    if (ledger_verify(&place, NULL, &proof, &err) < 0) {
        fprintf(stderr, "crashcart verify: %s\n", err.text);
        return EXIT_UNREACHABLE;
    }
    if (json)
        print_json(&proof);
    else
        print_words(data_dir, &proof);
    return proof.first_bad[0] ? EXIT_REFUSED : EXIT_DONE;
}
