/* Any value in any command: it is refused, or the filled command has the syntax and the class of the one as
 * written, and no placeholder is left. Input: the command, a NUL, the value; without a NUL the value goes
 * through a list of places. */
#include <string.h>

#include "base/must.h"
#include "runbook/fill_priv.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n_bytes);

static const char *const places[] = {
    "grep <words> f",
    "grep \"a <words>\" f | head",
    "ssh db1 'grep <words> f'",
    "kubectl exec db-0 -- psql -c \"SELECT '<words>'\"",
    "curl -d '{\"a\": \"<words>\"}' http://a/<words>",
    "python3 -c \"print('<words>')\"",
    "cat <<EOF\nx <words>\nEOF",
    "jq '.[] | select(.a == \"<words>\")' f",
    "kubectl get x -o jsonpath='{.data.<words>}'",
};

static void one_fill(struct arena *arena, const char *command, const char *value)
{
    struct fill_slots slots = {0};
    fill_slots(arena, command, &slots);
    struct fill_value values[FILL_VALUES_MOST];
    size_t n_values = 0;
    list_each (slot, &slots)
        if (n_values < FILL_VALUES_MOST)
            values[n_values++] = (struct fill_value){slot->name, value};
    const struct risk_rules *rules = risk_rules_builtin();
    struct risk before = risk_of_command(arena, rules, command, strlen(command));
    struct filled filled = fill_command(arena, rules, command, &before, values, n_values);
    must((filled.text != NULL) != (filled.why_not != NULL));
    if (!filled.text || slots.n == 0)
        return;
    struct risk after = risk_of_command(arena, rules, filled.text, strlen(filled.text));
    must(after.class <= before.class && after.parses && !after.unfilled);
    must(!before.unfilled || after.programs.n <= before.programs.n); /* else it was read otherwise */
    /* the same with a value that nothing has to be done for has the same syntax */
    for (size_t i = 0; i < n_values; i++) {
        bool number = slots.at[i].type == FILL_NUMBER;
        values[i].value = number ? "7" : slots.at[i].type == FILL_CHOICE ? value : "x";
    }
    struct filled tame = fill_command(arena, rules, command, &before, values, n_values);
    if (tame.text) {
        const char *shape = fill_skeleton(arena, tame.text);
        must(shape && strcmp(shape, fill_skeleton(arena, filled.text)) == 0);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n_bytes)
{
    if (n_bytes == 0)
        return 0;
    scoped_arena struct arena *arena = arena_new();
    char *text = arena_strndup(arena, (const char *)bytes, n_bytes);
    size_t n_command = strlen(text);
    if (n_command < n_bytes)
        one_fill(arena, text, text + n_command + 1);
    else
        one_fill(arena, places[bytes[0] % (sizeof places / sizeof *places)], text + 1);
    return 0;
}
