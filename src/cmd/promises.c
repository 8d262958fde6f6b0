/* `crashcart promises`: what Crashcart promises of itself, and how far it was kept, over the API. */
#include <string.h>

#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/incident_show_priv.h"

static const char usage[] =
    "usage: crashcart promises [--json]\n"
    "\n"
    "  What Crashcart promises of itself, and how far it was kept since the server started.\n"
    "  Exit 1: one of them is not kept.\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

static const struct {
    const char *id, *says, *of;
} promises[] = {{"alerts", "alerts are on disk, and answered", "requests"},
                {"pages", "pages leave", "pages"},
                {"updates", "audiences are told in time", "updates"},
                {"ways", "ways of reaching people are proved", "ways"}};

static bool is_kept(struct json promise)
{
    double of = json_number(json_get(promise, "of"), 0), kept = json_number(json_get(promise, "kept"), 0);
    return kept >= of * json_number(json_get(promise, "aim"), 0);
}

static void print(struct buf *out, struct json root)
{
    bool colours = terminal_colours();
    for (struct json_iter i = json_first(json_get(root, "promises")); json_more(&i); json_next(&i)) {
        const char *id = text_of(i.value, "id"), *says = id, *of = "";
        double within_s = json_number(json_get(i.value, "within_s"), 0);
        double aim = json_number(json_get(i.value, "aim"), 0);
        for (size_t k = 0; k < sizeof promises / sizeof *promises; k++)
            if (strcmp(promises[k].id, id) == 0) {
                says = promises[k].says;
                of = promises[k].of;
            }
        bool kept = is_kept(i.value);
        show_column(out, kept ? "kept" : "NOT KEPT", 10, colours, kept ? STYLE_GREEN : STYLE_RED);
        buf_printf(out, "%s", says);
        if (within_s > 0)
            buf_printf(out, " within %g s", within_s);
        buf_printf(out, ": %lld of %lld %s, the aim is %g %%\n", number_of(i.value, "kept"),
                   number_of(i.value, "of"), of, aim * 100);
    }
    buf_printf(out, "Since %.16sZ, when the server started.\n", text_of(root, "since"));
}

int cmd_promises(int argc, char **argv)
{
    return client_command(argc, argv, usage, "/api/v1/promises", print);
}
