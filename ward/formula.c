/* The reader of formulas: one pass, precedence climbing, nothing kept but the tree. */
#include "ward/formula.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/list.h"

struct reader {
    struct arena *arena;
    const char *start, *at;
    int depth;
    struct err *err;
};

static const struct formula *read_choice(struct reader *reader);

static const struct formula *complain(struct reader *reader, const char *what)
{
    err_set(reader->err, "formula \"%.200s\": %s at \"%.40s\"", reader->start, what, reader->at);
    return NULL;
}

static void skip_blanks(struct reader *reader)
{
    while (isspace((unsigned char)*reader->at))
        reader->at++;
}

static bool name_char(const char *at)
{
    return isalnum((unsigned char)*at) || *at == '_' || *at == '.' || *at == '$' ||
           (*at == '-' && isalnum((unsigned char)at[1]));
}

static struct formula *node_new(struct reader *reader, enum formula_kind kind, const char *name)
{
    struct formula *formula = arena_alloc(reader->arena, sizeof *formula);
    formula->kind = kind;
    formula->name = name;
    return formula;
}

static const struct formula *read_call(struct reader *reader, const char *name)
{
    struct formula *call = node_new(reader, FORMULA_CALL, name);
    reader->at++;
    for (skip_blanks(reader); *reader->at != ')'; skip_blanks(reader)) {
        if (call->n_arguments && *reader->at != ',')
            return complain(reader, "a comma or ) is missing");
        reader->at += call->n_arguments > 0;
        if (call->n_arguments == FORMULA_ARGUMENTS)
            return complain(reader, "too many arguments");
        const struct formula *argument = read_choice(reader);
        if (!argument)
            return NULL;
        call->arguments[call->n_arguments++] = argument;
    }
    reader->at++;
    return call;
}

static const struct formula *read_word(struct reader *reader)
{
    const char *start = reader->at;
    while (name_char(reader->at))
        reader->at++;
    const char *name = arena_strndup(reader->arena, start, (size_t)(reader->at - start));
    if (*reader->at == '(')
        return read_call(reader, name);
    if (*name == '$')
        return node_new(reader, FORMULA_GIVEN, name + 1);
    return node_new(reader, FORMULA_NAME, name);
}

static const struct formula *read_text(struct reader *reader)
{
    const char *start = ++reader->at;
    reader->at += strcspn(start, "'");
    if (*reader->at != '\'')
        return complain(reader, "the text has no end");
    struct formula *constant = node_new(reader, FORMULA_CONSTANT, NULL);
    constant->constant.text = arena_strndup(reader->arena, start, (size_t)(reader->at - start));
    reader->at++;
    return constant;
}

static const struct formula *read_operand(struct reader *reader)
{
    skip_blanks(reader);
    if (*reader->at == '(') {
        reader->at++;
        const struct formula *inner = read_choice(reader);
        skip_blanks(reader);
        if (inner && *reader->at != ')')
            return complain(reader, "a ) is missing");
        reader->at += inner != NULL;
        return inner;
    }
    if (*reader->at == '\'')
        return read_text(reader);
    if (isdigit((unsigned char)*reader->at)) {
        struct formula *constant = node_new(reader, FORMULA_CONSTANT, NULL);
        char *end;
        constant->constant.number = strtod(reader->at, &end);
        reader->at = end;
        return constant;
    }
    if (isalpha((unsigned char)*reader->at) || *reader->at == '_' || *reader->at == '$')
        return read_word(reader);
    return complain(reader, "a value is missing");
}

static const struct formula *read_unary(struct reader *reader)
{
    skip_blanks(reader);
    bool negative = *reader->at == '-', not = strncmp(reader->at, "not ", 4) == 0;
    if (!negative && !not )
        return read_operand(reader);
    if (++reader->depth > FORMULA_DEPTH)
        return complain(reader, "too deep");
    struct formula *formula = node_new(reader, FORMULA_OPERATOR, negative ? "-" : "not");
    reader->at += negative ? 1 : 4;
    formula->arguments[0] = read_unary(reader);
    formula->n_arguments = 1;
    reader->depth--;
    return formula->arguments[0] ? formula : NULL;
}

static const struct {
    const char *text;
    int rank;
} operators[] = {{"or ", 1}, {"and ", 2}, {"==", 3}, {"!=", 3}, {"<=", 3}, {">=", 3},
                 {"<", 3},   {">", 3},    {"+", 4},  {"- ", 4}, {"*", 5},  {"/", 5}};

static const struct formula *read_binary(struct reader *reader, int least)
{
    const struct formula *left = read_unary(reader);
    while (left) {
        skip_blanks(reader);
        size_t i = 0, n = sizeof operators / sizeof *operators;
        while (i < n && strncmp(reader->at, operators[i].text, strlen(operators[i].text)) != 0)
            i++;
        if (i == n || operators[i].rank < least)
            return left;
        size_t n_bytes = strlen(operators[i].text);
        reader->at += n_bytes;
        n_bytes -= operators[i].text[n_bytes - 1] == ' ';
        struct formula *both =
            node_new(reader, FORMULA_OPERATOR, arena_strndup(reader->arena, operators[i].text, n_bytes));
        both->arguments[0] = left;
        both->arguments[1] = read_binary(reader, operators[i].rank + 1);
        both->n_arguments = 2;
        left = both->arguments[1] ? both : NULL;
    }
    return NULL;
}

static const struct formula *read_choice(struct reader *reader)
{
    if (++reader->depth > FORMULA_DEPTH)
        return complain(reader, "too deep");
    const struct formula *condition = read_binary(reader, 1);
    if (!condition)
        return NULL;
    skip_blanks(reader);
    if (*reader->at == '?') {
        struct formula *choice = node_new(reader, FORMULA_CHOICE, NULL);
        reader->at++;
        choice->arguments[0] = condition;
        choice->arguments[1] = read_choice(reader);
        skip_blanks(reader);
        if (choice->arguments[1] && *reader->at != ':')
            return complain(reader, "a : is missing");
        reader->at += choice->arguments[1] != NULL;
        choice->arguments[2] = choice->arguments[1] ? read_choice(reader) : NULL;
        choice->n_arguments = 3;
        condition = choice->arguments[2] ? choice : NULL;
    }
    reader->depth--;
    return condition;
}

int formula_parse(struct arena *arena, const char *text, const struct formula **ret_formula, struct err *err)
{
    struct reader reader = {.arena = arena, .start = text, .at = text, .err = err};
    if (strlen(text) > FORMULA_BYTES)
        return err_set(err, "a formula has at most %d bytes", FORMULA_BYTES);
    const struct formula *formula = read_choice(&reader);
    if (!formula)
        return -1;
    skip_blanks(&reader);
    if (*reader.at) {
        complain(&reader, "something is left");
        return -1;
    }
    *ret_formula = formula;
    return 0;
}

/* The } that closes it, or the end: one within quotes belongs to a text. */
static const char *formula_end(const char *at)
{
    bool in_text = false;
    for (; *at && (in_text || *at != '}'); at++)
        in_text ^= *at == '\'';
    return at;
}

int template_parse(struct arena *arena, const char *text, const struct template_part **ret_parts,
                   struct err *err)
{
    LIST(struct template_part) parts = {0};
    for (;;) {
        const char *start = strstr(text, "${");
        struct template_part *part = list_push(arena, &parts);
        part->text = start ? arena_strndup(arena, text, (size_t)(start - text)) : arena_strdup(arena, text);
        if (!start)
            break;
        const char *end = formula_end(start + 2);
        if (*end != '}')
            return err_set(err, "\"%.60s\": the } of ${ is missing", start);
        const char *inner = arena_strndup(arena, start + 2, (size_t)(end - start - 2));
        if (formula_parse(arena, inner, &part->formula, err) < 0)
            return -1;
        text = end + 1;
    }
    *ret_parts = parts.at;
    return 0;
}

const char *template_text(struct arena *arena, const struct template_part *parts, const struct scope *scope)
{
    scoped_buf struct buf text = {0};
    for (;; parts++) {
        buf_puts(&text, parts->text);
        if (!parts->formula)
            return arena_strndup(arena, buf_text(&text), text.n_bytes);
        buf_puts(&text, value_text(arena, formula_value(parts->formula, scope)));
    }
}
