/* `crashcart verify`: proves the ledger of a data folder, with or without a server running. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cmd/commands.h"
#include "ledger/ledger.h"


struct options {
    const char *data_dir;
    bool json, help;
};

static const char usage[] = "usage: crashcart verify [--data DIR] [--json]\n"
                            "  Recomputes the hash chains of the ledger in DIR (./crashcart-data), with or\n"
                            "  without a server running on it.\n"
                            "  Exit 0: everything fits; 1: broken; 3: cannot be opened or read.\n";

static int parse(int argc, char **argv, struct options *ret_options)
{
    struct options options = {.data_dir = "./crashcart-data"};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            options.json = true;
        else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            options.help = true;
        else if (strcmp(argv[i], "--data") == 0 && i + 1 < argc)
            options.data_dir = argv[++i];
        else if (strncmp(argv[i], "--data=", 7) == 0)
            options.data_dir = argv[i] + 7;
        else
            return -1;
    }
    *ret_options = options;
    return 0;
}

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

static void print_words(const struct options *options, const struct ledger_proof *proof)
{
    if (proof->first_bad[0])
        printf("broken: %s\nKeep a copy of %s as it is, and compare it with a backup.\n", proof->first_bad,
               options->data_dir);
    else
        printf("%s: %lld event%s in %lld stream%s, and every hash fits.\n", options->data_dir,
               (long long)proof->n_events, proof->n_events == 1 ? "" : "s", (long long)proof->n_streams,
               proof->n_streams == 1 ? "" : "s");
}

int cmd_verify(int argc, char **argv)
{
    struct options options;
    if (parse(argc, argv, &options) != 0) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (options.help) {
        fputs(usage, stdout);
        return EXIT_DONE;
    }
    struct ledger_proof proof = {0};
    struct err err = {0};
    if (ledger_verify(options.data_dir, &proof, &err) < 0) {
        fprintf(stderr, "crashcart verify: %s\n", err.text);
        return EXIT_UNREACHABLE;
    }
    if (options.json)
        print_json(&proof);
    else
        print_words(&options, &proof);
    return proof.first_bad[0] ? EXIT_REFUSED : EXIT_DONE;
}
