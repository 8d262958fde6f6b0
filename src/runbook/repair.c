#include "runbook/repair.h"

#include <string.h>

#include "base/buf.h"
#include "runbook/lint_priv.h"

enum { REPAIRED_BYTES = 64 * 1024 };

/* Does the rule find something in this one command? What it says of whole documents does not count here. */
static bool finds(const struct lint_matcher *matcher, const struct lint_rule *rule, const char *command)
{
    size_t n_bytes = strlen(command), at, n;
    bool found = false;
    list_each (pattern, &rule->patterns)
        found |=
            pattern->scope == LINT_COMMAND && lint_matches(matcher, pattern->code, command, n_bytes, &at, &n);
    return found && !(rule->unless && lint_matches(matcher, rule->unless, command, n_bytes, &at, &n));
}

static const char *replaced(struct arena *arena, const struct lint_matcher *matcher,
                            const struct lint_repair *repair, const char *text)
{
    char *out = arena_alloc(arena, REPAIRED_BYTES);
    size_t n_out = REPAIRED_BYTES;
    int n = pcre2_substitute(repair->code, (PCRE2_SPTR)text, strlen(text), 0, PCRE2_SUBSTITUTE_GLOBAL,
                             matcher->match, matcher->context, (PCRE2_SPTR)repair->replacement,
                             PCRE2_ZERO_TERMINATED, (PCRE2_UCHAR *)out, &n_out);
    return n > 0 ? out : text;
}

/* NULL: nothing to mend. */
static const char *mended(struct arena *arena, const struct lint_matcher *matcher,
                          const struct lint_rule *rule, const char *command)
{
    if (rule->repairs.n == 0 || strlen(command) > REPAIRED_BYTES / 4 || !finds(matcher, rule, command))
        return NULL;
    const char *text = command;
    list_each (repair, &rule->repairs)
        text = replaced(arena, matcher, repair, text);
    return strcmp(text, command) != 0 ? text : NULL;
}

static bool accepted(struct arena *arena, const struct risk_rules *rules, const struct risk *before,
                     const char *text)
{
    struct risk after = risk_of_command(arena, rules, text, strlen(text));
    return after.class <= before->class && (after.parses || before->unfilled || !before->parses) &&
           (!after.sensitive || before->sensitive);
}

void command_repairs(struct arena *arena, const struct risk_rules *rules, const char *command,
                     struct repairs *ret_repairs)
{
    struct lint_matcher matcher = lint_matcher_new(arena);
    struct risk before = {0};
    bool known = false;
    list_each (rule, &lint_rules_builtin()->rules) {
        const char *text = mended(arena, &matcher, rule, command);
        if (text && !known)
            before = risk_of_command(arena, rules, command, strlen(command));
        known |= text != NULL;
        bool listed = false;
        list_each (repair, ret_repairs)
            listed |= strcmp(repair->code, rule->code) == 0;
        if (text && !listed && accepted(arena, rules, &before, text))
            *list_push(arena, ret_repairs) = (struct repair){rule->code, rule->explain, text};
    }
}

static bool code_listed(const char *codes, const char *code)
{
    size_t n = strlen(code);
    for (const char *at = codes; (at = strstr(at, code)); at += n)
        if ((at == codes || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
            return true;
    return false;
}

static size_t codes_count(const char *codes)
{
    size_t n = 0;
    for (const char *at = codes; *at; at++)
        n += *at != ' ' && (at[1] == ' ' || at[1] == '\0');
    return n;
}

const char *command_repaired(struct arena *arena, const char *command, const char *codes,
                             const char **ret_why_not)
{
    if (!codes || !*codes)
        return command;
    struct lint_matcher matcher = lint_matcher_new(arena);
    const char *text = command, *last = "";
    size_t n_made = 0;
    list_each (rule, &lint_rules_builtin()->rules) {
        if (!code_listed(codes, rule->code) || strcmp(rule->code, last) == 0)
            continue;
        const char *next = mended(arena, &matcher, rule, text);
        if (!next)
            continue;
        text = next;
        last = rule->code;
        n_made++;
    }
    if (n_made == codes_count(codes))
        return text;
    *ret_why_not = arena_printf(arena, "Not all of these repairs mend it: %.200s.", codes);
    return NULL;
}

struct filled command_prepared(struct arena *arena, const struct risk_rules *rules, const char *command,
                               const struct risk *before, const char *codes, const struct fill_value *values,
                               size_t n_values)
{
    struct filled filled = {.risk = *before};
    const char *text = command_repaired(arena, command, codes, &filled.why_not);
    if (!text)
        return filled;
    struct risk risk = *before;
    if (text != command) {
        risk = risk_of_command(arena, rules, text, strlen(text));
        if (!accepted(arena, rules, before, text)) {
            filled.why_not = "The repair makes it riskier.";
            return filled;
        }
        risk.sensitive_why = risk.sensitive ? risk.sensitive_why : before->sensitive_why;
        risk.sensitive |= before->sensitive;
    }
    filled = fill_command(arena, rules, text, &risk, values, n_values);
    if (!filled.text)
        return filled;
    /* what the document says of it stays, whatever the text alone would be */
    filled.risk.class = before->class;
    filled.risk.why = before->why;
    filled.risk.sensitive |= before->sensitive;
    if (before->sensitive)
        filled.risk.sensitive_why = before->sensitive_why;
    return filled;
}

void command_sha256(const char *command, const char *codes, const struct fill_value *values, size_t n_values,
                    const char *prepared, char ret_hex[SHA256_HEX_BYTES])
{
    scoped_buf struct buf text = {0};
    buf_puts(&text, command);
    if (n_values > 0 || (codes && *codes)) {
        buf_add(&text, "", 1);
        buf_puts(&text, codes ? codes : "");
        for (size_t i = 0; i < n_values; i++) {
            buf_add(&text, "", 1);
            buf_puts(&text, values[i].name);
            buf_add(&text, "", 1);
            buf_puts(&text, values[i].value);
        }
        buf_add(&text, "\0", 2);
        buf_puts(&text, prepared);
    }
    sha256_hex(buf_text(&text), text.n_bytes, ret_hex);
}
