/* What a walk asks: each question as one prompt. */
#include <string.h>

#include "cmd/run.h"

static void value_prompt(const struct run_dialog *dialog, struct buf *out)
{
    static const char *const kinds[N_FILL_TYPES] = {
        [FILL_NAME] = "a name", [FILL_NUMBER] = "a number", [FILL_CHOICE] = "one of these",
        [FILL_ID] = "an id",    [FILL_HOST] = "a host",     [FILL_PATH] = "a path",
        [FILL_URL] = "a URL",   [FILL_TEXT] = "one line",   [FILL_SECRET] = "a secret"};
    const struct fill_slot *slot = &dialog->slots.at[dialog->slot];
    struct walk_command command;
    walk_prepare(dialog->arena, dialog->walk, &dialog->walk->rows.at[dialog->row], &command);
    const char *now = NULL;
    for (size_t i = 0; i < command.n_values; i++)
        if (strcmp(command.values[i].name, slot->name) == 0)
            now = command.values[i].value;
    buf_printf(out, "Value for %s, %s. ", slot->name, kinds[slot->type]);
    if (now)
        buf_printf(out, "It is %s: empty keeps that, - takes it away.\n> ", now);
    else
        buf_puts(out, "@80: what line 80 prints; empty: not now.\n> ");
}

void run_dialog_prompt(const struct run_dialog *dialog, struct buf *out)
{
    struct walk_command command;
    switch (dialog->ask) {
    case ASK_KEY:
        run_keys(dialog, out);
        buf_puts(out, " > ");
        break;
    case ASK_SURE:
        buf_puts(out, "Run it? yes or no > ");
        break;
    case ASK_PHRASE:
        walk_prepare(dialog->arena, dialog->walk, &dialog->walk->rows.at[dialog->row], &command);
        buf_printf(out, "To run it, type exactly: %s\n> ", run_phrase(dialog->arena, &command));
        break;
    case ASK_REASON:
        buf_puts(out, "Why do you do it alone, and now (goes on record) > ");
        break;
    case ASK_SKIP:
        buf_puts(out, "Why is it skipped (may be empty) > ");
        break;
    case ASK_NOTE:
        buf_puts(out, "Comment > ");
        break;
    case ASK_VALUE:
        value_prompt(dialog, out);
        break;
    case ASK_MEND:
        buf_puts(out, "Which repairs? 1, 2, ..., or all > ");
        break;
    }
}
