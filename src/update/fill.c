/* A template or a text, one sentence at a time. A line that is an item, a field or a heading stands for
 * itself; lines of prose go on until a sentence ends. */
#include <ctype.h>
#include <string.h>

#include "update/update_priv.h"

static size_t line_end(const char *text, size_t n, size_t at)
{
    size_t open = 0;
    for (; at < n; at++) {
        if (text[at] == '\n' && at >= open)
            return at;
        size_t end = at >= open ? placeholder_end(text, n, at) : 0;
        if (end)
            open = end; /* it may go on over several lines */
    }
    return n;
}

static bool is_blank(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isspace((unsigned char)text[i]))
            return false;
    return true;
}

/* An item, a field, a heading, a row: it is no part of a paragraph. */
static bool stands_alone(const char *line, size_t n)
{
    size_t from, n_label, at = 0;
    while (at < n && isblank((unsigned char)line[at]))
        at++;
    size_t n_digits = 0;
    while (at + n_digits < n && isdigit((unsigned char)line[at + n_digits]))
        n_digits++;
    bool numbered = n_digits && at + n_digits < n && strchr(".)", line[at + n_digits]);
    return at == n || strchr("-*+#|>", line[at]) || numbered || field_label(line, n, &from, &n_label) > 0;
}

/* Where the sentence ends that begins there: behind its full stop, or with the paragraph. */
static size_t sentence_end(const char *text, size_t n, size_t at)
{
    size_t end = line_end(text, n, at);
    if (stands_alone(text + at, end - at))
        return end;
    for (size_t i = at, skip = 0; i < n; i++) {
        size_t behind = i >= skip ? placeholder_end(text, n, i) : 0;
        if (behind)
            skip = behind;
        if (i < skip)
            continue;
        enum answer answer;
        if (strchr(".!?", text[i]) && (i + 1 == n || isspace((unsigned char)text[i + 1])))
            return i + 1 + (text[i] == '?' ? answer_bytes(text + i + 1, n - i - 1, &answer) : 0);
        if (text[i] == '\n' && (i + 1 == n || stands_alone(text + i + 1, line_end(text, n, i + 1) - i - 1)))
            return i;
    }
    return n;
}

/* ---- what is withheld ---- */

static void withhold(struct arena *arena, struct draft *draft, const struct draft_input *input,
                     const char *text, size_t n, const char *claim, const char *missing)
{
    struct withheld *withheld = list_push(arena, &draft->withheld);
    withheld->text = arena_strndup(arena, text, n);
    withheld->claim = claim;
    withheld->placeholder = missing;
    if (claim)
        withheld->why = arena_printf(
            arena, "nobody has established %s%s; record a finding \"%s\", or stand behind it by name",
            strcmp(claim, "eta") == 0 || strcmp(claim, "cause") == 0 ? "" : "that ", claim_says(claim),
            claim);
    else
        withheld->why = arena_printf(arena, "nothing on record fills %s%s", missing,
                                     input->is_public ? ", or nothing that the public may read" : "");
}

/* ---- what is kept ---- */

struct writing {
    struct buf *out;
    size_t n_newlines; /* between what was kept last and what comes */
    size_t heading;    /* where one begins in out, with what stands before it, */
    bool has_heading;  /* that waits for the first item below it */
    bool lost;         /* an item below it was withheld */
    bool at_end;       /* a template of the time before tells of the end */
    bool told_end;
};

/* "ACTIONS REQUIRED", "## Actions", "**Actions**" */
static bool is_title(const char *text, size_t n)
{
    enum { MOST_TITLE = 60 };
    size_t n_large = 0;
    if (n > MOST_TITLE || !n)
        return false;
    if (*text == '#' || (n > 4 && strncmp(text, "**", 2) == 0 && strncmp(text + n - 2, "**", 2) == 0))
        return true;
    for (size_t i = 0; i < n; i++) {
        if (islower((unsigned char)text[i]) || strchr(".!?\n", text[i]))
            return false;
        n_large += isupper((unsigned char)text[i]) != 0;
    }
    return n_large > 1;
}

/* A heading whose items are all withheld goes with them. */
static void settle_heading(struct writing *writing)
{
    if (writing->has_heading && writing->lost) {
        writing->out->n_bytes = writing->heading;
        writing->out->at[writing->heading] = '\0';
    }
    writing->has_heading = writing->lost = false;
}

static void keep(struct writing *writing, const char *indent, size_t n_indent, const struct buf *text,
                 bool title)
{
    size_t from, n_label, n_before = field_label(buf_text(text), text->n_bytes, &from, &n_label);
    writing->lost = false;
    writing->has_heading =
        title || (n_before && is_blank(buf_text(text) + n_before, text->n_bytes - n_before));
    writing->heading = writing->out->n_bytes;
    if (writing->out->n_bytes)
        buf_puts(writing->out, writing->n_newlines > 1 ? "\n\n" : writing->n_newlines ? "\n" : " ");
    buf_add(writing->out, indent, n_indent);
    buf_add(writing->out, buf_text(text), text->n_bytes);
    writing->n_newlines = 0;
}

/* In the place of the first sentence that is true no more; the others go. */
static void tell_end(struct arena *arena, const struct draft_input *input, struct writing *writing)
{
    scoped_buf struct buf text = {0};
    if (writing->told_end) {
        writing->lost = true;
        return;
    }
    buf_puts(&text, end_words(arena, input));
    keep(writing, "", 0, &text, false);
    writing->told_end = true;
}

static const char *label_fact(struct arena *arena, const char *text, size_t n, bool *ret_blank)
{
    size_t from = 0, n_label = 0, behind = field_label(text, n, &from, &n_label);
    *ret_blank = is_blank(text + behind, n - behind);
    return behind ? fact_of_label(arena, text + from, n_label) : NULL;
}

/* When it will be over, what is done next, when the next update comes: at the end nothing of it comes. */
static bool is_yet_to_come(struct arena *arena, const char *text, size_t n, const char *missing)
{
    static const char *const facts[] = {"eta", "next", "next_update"};
    bool blank;
    const char *fact = label_fact(arena, text, n, &blank);
    if (fact && blank) /* a heading: it goes when its items do */
        return false;
    if (!fact && missing)
        fact = fact_of(arena, missing, strlen(missing), false);
    for (size_t i = 0; fact && i < sizeof facts / sizeof *facts; i++)
        if (strcmp(fact, facts[i]) == 0)
            return true;
    return false;
}

/* "Current status:" above items that were true before: it says the state first. */
static void say_status(struct arena *arena, const struct draft_input *input, struct buf *text)
{
    bool blank;
    const char *fact = label_fact(arena, buf_text(text), text->n_bytes, &blank);
    if (fact && blank && strcmp(fact, "status") == 0)
        buf_printf(text, " %s", fact_value(arena, input, fact));
}

static void take_sentence(struct arena *arena, const struct draft_input *input, const struct template *from,
                          const char *text, size_t n, size_t n_indent, struct writing *writing,
                          struct draft *draft)
{
    struct sentence filled = {0};
    if (from)
        sentence_fill(arena, input, from, text, n, &filled);
    else
        buf_add(&filled.text, text, n);
    const char *said = from ? buf_text(&filled.skeleton) : buf_text(&filled.text);
    const char *claim = filled.missing ? NULL : claim_open(said, input);
    if (writing->at_end)
        say_status(arena, input, &filled.text);
    if (writing->at_end && is_yet_to_come(arena, text, n, filled.missing)) {
        writing->lost = true;
    } else if (writing->at_end && says_it_goes_on(text, n)) {
        tell_end(arena, input, writing);
    } else if (claim || filled.missing) {
        withhold(arena, draft, input, text, n, claim, filled.missing);
        writing->lost = true;
    } else {
        keep(writing, text - n_indent, n_indent, &filled.text, is_title(text, n));
    }
    buf_free(&filled.text);
    buf_free(&filled.skeleton);
}

void template_fill(struct arena *arena, const struct draft_input *input, const struct template *from,
                   const char *text, size_t n, struct buf *out, struct draft *draft)
{
    struct writing writing = {.out = out, .at_end = tells_of_before(input, from)};
    for (size_t at = 0; at < n;) {
        size_t n_newlines = 0, begin = at, line = at;
        for (; begin < n && isspace((unsigned char)text[begin]); begin++) {
            n_newlines += text[begin] == '\n';
            line = text[begin] == '\n' ? begin + 1 : line;
        }
        if (begin == n)
            break;
        if (n_newlines > 1)
            settle_heading(&writing);
        writing.n_newlines = n_newlines > writing.n_newlines ? n_newlines : writing.n_newlines;
        size_t end = sentence_end(text, n, begin);
        take_sentence(arena, input, from, text + begin, end - begin, n_newlines ? begin - line : 0, &writing,
                      draft);
        at = end;
    }
    settle_heading(&writing);
}
