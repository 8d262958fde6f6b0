/* What is to be filled in of a message: "[Name]", "<start time>", "{{ incident.id }}", "P[0-3]".
 *
 * A bracket may run over a line end, never over an empty line. Left out: places without a mark ("HH:MM"). */
#include <ctype.h>
#include <string.h>

#include "runbook/parts_priv.h"

enum { FIELD_BYTES = 300 };

struct mark {
    const char *open, *close;
};

static const struct mark marks[] = {{"{{", "}}"}, {"[", "]"}, {"<", ">"}, {"{", "}"}};

struct place {
    size_t at, n_bytes; /* with its marks */
    size_t n_mark;      /* bytes of one mark */
};

static bool letters_in(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isalpha((unsigned char)text[i]) || (unsigned char)text[i] >= 0x80)
            return true;
    return false;
}

/* "0-3": a choice of levels. */
static bool is_digits_range(const char *text, size_t n)
{
    return n == 3 && isdigit((unsigned char)text[0]) && text[1] == '-' && isdigit((unsigned char)text[2]);
}

/* "[text](link)", "[ref]: ", "[x]", "[^1]", "list[i]" are no places to fill in. */
static bool square_ok(const char *body, size_t at, size_t n_inside)
{
    const char *inside = body + at + 1, after = inside[n_inside + 1];
    bool joined = at > 0 && (isalnum((unsigned char)body[at - 1]) || strchr("]$_", body[at - 1]));

    if (is_digits_range(inside, n_inside))
        return at > 0 && isupper((unsigned char)body[at - 1]);
    if (joined || after == '(' || after == '[' || inside[0] == '^' || inside[0] == '!' || inside[0] == '"')
        return false;
    return letters_in(inside, n_inside) && !(n_inside == 1 && tolower((unsigned char)inside[0]) == 'x');
}

/* "<1/2/3>", "P<X>": a choice or a letter that stands for it. */
static bool is_mark_place(const char *body, size_t at, const char *inside, size_t n)
{
    if (n == 1)
        return (inside[0] == 'X' || inside[0] == 'N') && at > 0 && isalpha((unsigned char)body[at - 1]);
    return n >= 3 && strspn(inside, "0123456789/") == n && memchr(inside, '/', n) != NULL;
}

/* Words with blanks and the marks of a sentence, as in "<user_id>" and "<start, HH:MM UTC>"; not "</b>",
 * "<br>",
 * "<a@b.c>", "<https://...>", "<a href=...>". */
static bool words_ok(const char *inside, size_t n)
{
    static const char *const tags[] = {"br",  "p",    "b",       "i",       "em",   "strong",
                                       "div", "span", "details", "summary", "code", "pre",
                                       "ul",  "li",   "td",      "tr",      "table"};

    if (n < 2 || n > 100 || !isalpha((unsigned char)inside[0]) || memmem(inside, n, "://", 3))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)inside[i]) && !strchr("_- /.',:()\"?&+%", inside[i]))
            return false;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strlen(tags[i]) == n && strncasecmp(inside, tags[i], n) == 0)
            return false;
    return true;
}

static bool name_ok(const char *inside, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)inside[i]) && inside[i] != '_' && inside[i] != '.')
            return false;
    return n > 1 && isalpha((unsigned char)inside[0]);
}

static bool place_ok(const char *body, size_t at, const struct mark *mark, size_t n_inside)
{
    const char *inside = body + at + strlen(mark->open);

    if (at > 0 && body[at - 1] == '\\')
        return false;
    switch (mark->open[0]) {
    case '[':
        return square_ok(body, at, n_inside);
    case '<':
        return words_ok(inside, n_inside) || is_mark_place(body, at, inside, n_inside);
    default:
        return strcmp(mark->open, "{{") == 0 ? letters_in(inside, n_inside)
                                             : name_ok(inside, n_inside) && (at == 0 || body[at - 1] != '$');
    }
}

/* Bytes between the mark at body[at] and its end; 0: it has none near. */
static size_t inside_bytes(const char *body, size_t at, const struct mark *mark)
{
    size_t n_open = strlen(mark->open), n_close = strlen(mark->close);

    for (size_t n = 0; n < FIELD_BYTES && body[at + n_open + n]; n++) {
        const char *s = body + at + n_open + n;
        if (strncmp(s, mark->close, n_close) == 0)
            return n;
        if (s[0] == mark->open[0] || (s[0] == '\n' && (s[1] == '\n' || mark->open[0] != '[')))
            return 0;
    }
    return 0;
}

/* Bytes of a blank to write on: "Seen since ____." No rule across the page, no "__name__". */
static size_t blank_bytes(const char *body, size_t at)
{
    size_t n = strspn(body + at, "_"), first = at;

    while (first > 0 && body[first - 1] == ' ')
        first--;
    bool alone = (first == 0 || body[first - 1] == '\n') && strchr("\n", body[at + n]);
    bool joined = (at > 0 && isalnum((unsigned char)body[at - 1])) || isalnum((unsigned char)body[at + n]);
    return n < 3 || alone || joined ? 0 : n;
}

static bool place_next(const char *body, size_t from, struct place *ret_place)
{
    for (size_t i = from + strcspn(body + from, "[<{_"); body[i]; i += 1 + strcspn(body + i + 1, "[<{_")) {
        if (body[i] == '_') {
            size_t n = blank_bytes(body, i);
            if (n > 0) {
                *ret_place = (struct place){i, n, 0};
                return true;
            }
            i += strspn(body + i, "_") - 1;
            continue;
        }
        for (size_t k = 0; k < sizeof marks / sizeof *marks; k++) {
            size_t n_open = strlen(marks[k].open);
            if (strncmp(body + i, marks[k].open, n_open) != 0)
                continue;
            size_t n = inside_bytes(body, i, &marks[k]);
            if (n == 0 || !place_ok(body, i, &marks[k], n))
                continue;
            *ret_place = (struct place){i, n + n_open + strlen(marks[k].close), n_open};
            return true;
        }
    }
    return false;
}

size_t template_count_fields(const char *body)
{
    struct place place;
    size_t n = 0;

    for (size_t from = 0; place_next(body, from, &place); from = place.at + place.n_bytes)
        n++;
    return n;
}

static bool starts_upper(const char *text)
{
    return isupper((unsigned char)text[0]) || isdigit((unsigned char)text[0]);
}

/* "Investigating/Resolved" and "yes | no" are choices; in "user/business impact" the slash joins words. */
static void read_choice(struct arena *arena, const char *name, struct strings *ret_options)
{
    struct strings options = {0};
    bool bar = strchr(name, '|') != NULL, spaced = strstr(name, " / ") != NULL, single = true;
    const char *cut = bar ? "|" : "/";

    if (strpbrk(name, cut) == NULL)
        return;
    for (const char *at = name; at;) {
        size_t n = strcspn(at, cut);
        const char *option = text_normalise(arena, at, n);
        single &= option[0] && strchr(option, ' ') == NULL;
        bool fits = option[0] &&
                    (bar || spaced || options.n == 0 || starts_upper(option) == starts_upper(options.at[0]));
        if (!fits)
            return;
        strings_add(arena, &options, option);
        at = at[n] ? at + n + 1 : NULL;
    }
    if (options.n > 1 && (bar || spaced || single || starts_upper(options.at[options.n - 1])))
        *ret_options = options;
}

/* "P[0-3]" and "[SEV-X]" stand for the levels. */
static void read_levels(struct parts_reading *reading, const char *body, size_t at,
                        struct template_field *field)
{
    const char *name = field->name;
    size_t n = strlen(name);

    if (is_digits_range(name, n) && at > 0 && isalpha((unsigned char)body[at - 1])) {
        size_t first = at;
        while (first > 0 && (isalpha((unsigned char)body[first - 1]) || body[first - 1] == '-'))
            first--;
        const char *letters = arena_strndup(reading->arena, body + first, at - first);
        for (char c = name[0]; c <= name[2]; c++)
            strings_add(reading->arena, &field->options, arena_printf(reading->arena, "%s%c", letters, c));
        return;
    }
    bool level = words_are(WORDS_LEVEL_NAME, name) ||
                 (n > 1 && (name[n - 1] == 'X' || name[n - 1] == 'N') &&
                  (name[n - 2] == '-' || n == 2 || text_starts_with(name, "sev")));
    list_each (severity, &reading->runbook->severities)
        if (level)
            strings_add(reading->arena, &field->options, severity->id);
}

/* A blank is called by the words in front of it on its line. */
static const char *words_before(struct arena *arena, const char *body, size_t at)
{
    enum { WORDS = 3 };
    size_t first = at, n_words = 0;

    while (first > 0 && strchr(" :", body[first - 1]))
        first--;
    while (n_words < WORDS && first > 0 && !strchr("\n.:_", body[first - 1])) {
        first--;
        n_words += first == 0 || (body[first - 1] == ' ' && body[first] != ' ');
    }
    const char *name = text_without_colon(arena, text_normalise(arena, body + first, at - first));
    return name[0] ? name : "blank";
}

static void add_field(struct parts_reading *reading, struct template *template, const struct place *place,
                      int line)
{
    const char *body = template->body;
    struct template_field *field = list_push(reading->arena, &template->placeholders);

    field->text = arena_strndup(reading->arena, body + place->at, place->n_bytes);
    field->name = place->n_mark == 0 ? words_before(reading->arena, body, place->at)
                                     : text_normalise(reading->arena, body + place->at + place->n_mark,
                                                      place->n_bytes - 2 * place->n_mark);
    field->line = line;
    read_choice(reading->arena, field->name, &field->options);
    if (field->options.n == 0)
        read_levels(reading, body, place->at, field);
    const char *kind = part_words_value(PART_FIELD, field->name);
    field->kind = field->options.n > 0 ? "choice" : kind ? kind : "free";
}

void template_read_fields(struct parts_reading *reading, struct template *template)
{
    struct place place;
    size_t counted = 0;
    int line = template->body_start;

    for (size_t from = 0; place_next(template->body, from, &place); from = place.at + place.n_bytes) {
        for (; counted < place.at; counted++)
            line += template->body[counted] == '\n';
        add_field(reading, template, &place, line);
    }
}
