/* What is typed in a walk: which letters make sense now, what a word means, and what runs what destroys. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cmd/run.h"
#include "runbook/repair.h"

enum { PHRASE_BYTES = 48 };

const char run_help[] = "r run, s skip, d done by hand, y or n answer, 1 to 9 choose a way, v values\n"
                        "(@80: what line 80 prints), m mended form, c comment, b back, f or Enter\n"
                        "forward, q leave: the walk can be taken up again. Ctrl-C stops the step that\n"
                        "runs, with all that it started, or the repeating of checks.";

void run_keys(const struct run_dialog *dialog, struct buf *out)
{
    const struct walk_row *row = dialog->row >= 0 ? &dialog->walk->rows.at[dialog->row] : NULL;
    struct fill_slots slots = {0};
    if (!row)
        buf_puts(out, "b back  q leave");
    else if (run_choice_open(dialog->walk, dialog->row))
        buf_puts(out, "1-9 choose  s skip  c comment  q leave  ? help");
    else if (row->kind == STEP_DECISION)
        buf_puts(out, "y yes  n no  s skip  c comment  q leave  ? help");
    else if (!row->command)
        buf_puts(out, "d done  s skip  c comment  q leave  ? help");
    if (!row || !row->command || run_choice_open(dialog->walk, dialog->row))
        return;
    fill_slots(dialog->arena, row->command->text, &slots);
    struct repairs repairs = {0};
    command_repairs(dialog->arena, risk_rules_in_force(), row->command->text, &repairs);
    buf_printf(out, "%s  s skip  d done%s%s  c comment  q leave  ? help",
               row->n_begun ? "r run again" : "r run", slots.n ? "  v values" : "",
               !repairs.n     ? ""
               : row->repairs ? "  m as written"
                              : "  m mend");
}

char run_letter(const char *word, size_t n_bytes)
{
    static const char *const words[] = {"run",  "skip", "done",    "yes",  "no",   "values",
                                        "mend", "back", "comment", "quit", "help", "forward"};
    if (n_bytes <= 1)
        return (char)tolower((unsigned char)*word);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == n_bytes && strncasecmp(words[i], word, n_bytes) == 0)
            return words[i][0];
    return '\x7f';
}

/* Short enough to be typed: the whole command; else the words that decided its class. */
const char *run_phrase(struct arena *arena, const struct walk_command *command)
{
    const char *text = command->filled.text, *part = command->filled.risk.part;
    if (strlen(text) <= PHRASE_BYTES && !strpbrk(text, "\n\t"))
        return text;
    if (part && strlen(part) <= PHRASE_BYTES && strchr(part, ' ') && !strpbrk(part, "\n\t"))
        return part;
    return arena_printf(arena, "run %s", command->filled.risk.tool ? command->filled.risk.tool : "it");
}
