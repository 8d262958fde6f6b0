/* What is known of variables while a text is walked. A value counts as known only when the assignment runs
 * for certain, is the first of its name, and nothing can have changed it since; whatever could is followed
 * here, and then nothing is known of any variable. */
#include "runbook/risk_priv.h"

#include <string.h>

void assignment_node(struct scan *scan, TSNode node)
{
    TSNode name = ts_node_child_by_field_name(node, "name", 4);
    TSNode value = ts_node_child_by_field_name(node, "value", 5);
    const char *known = "";
    if (!ts_node_is_null(value)) {
        struct word word = word_of_node(scan, value);
        known = word.dynamic || word.placeholder || node_is(value, "array") ? NULL : word.text;
    }
    bool prefix = scan->in_prefix;
    scan->in_prefix = false;
    bool plain = strcmp(node_operator(node), "=") == 0;
    if (node_is(name, "variable_name"))
        scan_assignment(scan, node_text(scan, name), plain && !prefix ? known : NULL);
    else
        scan->variables.n = 0; /* x[0]= is x= too */
    children_scan(scan, node);
}

void scan_assignment(struct scan *scan, const char *name, const char *value)
{
    if (rules_list_has(scan->rules, LIST_RISKY_VARIABLES, name))
        risk_raise(scan, RISK_UNKNOWN, arena_printf(scan->arena, "%s=", name),
                   "changes which program runs or what it loads");
    list_each (variable, &scan->variables) {
        if (strcmp(variable->name, name) == 0) {
            variable->value = NULL;
            return;
        }
    }
    if (scan->variables.n < 64)
        *list_push(scan->arena, &scan->variables) = (struct variable){name, scan->maybe ? NULL : value};
}

/* Programs that set variables by name. */
void variables_set_by(struct scan *scan, const struct words *words)
{
    static const char programs[] = "read|printf|mapfile|readarray|getopts|let|wait|exec|eval";
    if (words->n == 0 || !alternatives_match(programs, words->at[0].text))
        return;
    scan->variables.n = 0;
    for (size_t i = 1; i < words->n; i++)
        if (rules_list_has(scan->rules, LIST_RISKY_VARIABLES, words->at[i].text))
            scan_assignment(scan, words->at[i].text, NULL);
}

/* What runs perhaps, or in a shell of its own: its assignments leave nothing that is known. */
void maybe_node(struct scan *scan, TSNode node)
{
    bool outside = scan->maybe;
    scan->maybe = true;
    children_scan(scan, node);
    scan->maybe = outside;
}

/* a && b: only the first part runs for certain. */
void list_node(struct scan *scan, TSNode node)
{
    bool outside = scan->maybe;
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        scan_node(scan, ts_node_named_child(node, i));
        scan->maybe = true;
    }
    scan->maybe = outside;
}

void function_node(struct scan *scan, TSNode node)
{
    TSNode name = ts_node_child_by_field_name(node, "name", 4);
    const char *text = ts_node_is_null(name) ? "" : node_text(scan, name);
    if (rules_tool(scan->rules, text))
        risk_raise(scan, RISK_UNKNOWN, text, "is given a new meaning by a function of the same name");
    else if (scan->functions.n < 64)
        strings_add(scan->arena, &scan->functions, text);
    loop_node(scan, node);
}

/* In a loop a variable may change after its use, so nothing is known of any. */
void loop_node(struct scan *scan, TSNode node)
{
    scan->variables.n = 0;
    maybe_node(scan, node);
    scan->variables.n = 0;
}

void subscript_check(struct scan *scan, const char *text)
{
    const char *subscript = strchr(text, '[');
    if (subscript && (strstr(subscript, "$(") || strchr(subscript, '`')))
        risk_raise(scan, RISK_UNKNOWN, text, "holds a subscript in which a command runs");
}

/* ((x = 1)), ((x++)) */
void arithmetic_node(struct scan *scan, TSNode node)
{
    const char *text = node_text(scan, node);
    if (strchr(text, '=') || strstr(text, "++") || strstr(text, "--"))
        scan->variables.n = 0;
    children_scan(scan, node);
}

/* `declare -n y=x`: y is another name of x. */
void declaration_node(struct scan *scan, TSNode node)
{
    const char *text = node_text(scan, node);
    bool names = alternatives_match("declare *|typeset *|local *", text);
    for (uint32_t i = 0; names && i < ts_node_named_child_count(node); i++) {
        const char *word = node_text(scan, ts_node_named_child(node, i));
        if (*word == '-' && strchr(word, 'n'))
            risk_raise(scan, RISK_UNKNOWN, text, "may give a variable another name");
        else if (*word == '-' && strchr(word, 'i'))
            subscript_check(scan, text);
    }
    children_scan(scan, node);
}

void unset_node(struct scan *scan, TSNode node)
{
    scan->variables.n = 0;
    subscript_check(scan, node_text(scan, node));
    children_scan(scan, node);
}

/* ${x@P} runs what the value of x holds; ${x=y} and ${x:=y} set it. */
void expansion_node(struct scan *scan, TSNode node)
{
    const char *text = node_text(scan, node);
    if (strstr(text, "@P"))
        risk_raise(scan, RISK_UNKNOWN, text, "runs what a variable holds");
    if (strchr(text, '='))
        scan->variables.n = 0;
    children_scan(scan, node);
}
