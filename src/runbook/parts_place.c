/* Where a block stands: headings, labels and facts. */
#include <ctype.h>
#include <string.h>

#include "runbook/parts_priv.h"
#include "runbook/procedure_priv.h"

enum { NAME_WORDS = 4, TITLE_BYTES = 300, INTRODUCTION_BYTES = 160 };

static size_t heading_of(const struct parts_reading *reading, size_t block)
{
    const struct block *b = &reading->document->blocks.at[block];

    return b->kind == BLOCK_HEADING && b->item == NO_BLOCK ? block : b->heading;
}

/* A text for looking at: long ones are cut, because everything below a heading asks for its words. */
static const char *short_text(struct arena *arena, const char *text)
{
    size_t n = strnlen(text, TITLE_BYTES + 1);

    if (n <= TITLE_BYTES)
        return text;
    for (n = TITLE_BYTES; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80;)
        n--;
    return arena_strndup(arena, text, n);
}

/* The title of a heading, or of an item: its bold lead or its first lines without closing colon. */
static const struct part_title *title_of(const struct parts_reading *reading, size_t block)
{
    static const struct part_title none = {.text = ""};

    if (block == NO_BLOCK)
        return &none;
    struct part_title *title = &reading->titles[block];
    if (title->text)
        return title;
    const struct block *b = &reading->document->blocks.at[block];
    if (b->kind == BLOCK_HEADING) {
        title->text = short_text(reading->arena, block_title(reading->arena, b));
        title->group = words_heading(title->text);
    } else {
        const struct passage *first = b->prose.passages.n > 0 ? &b->prose.passages.at[0] : NULL;
        const char *text = first == NULL ? "" : first->lead ? first->lead : first->rest;
        title->text = text_without_colon(reading->arena, short_text(reading->arena, text));
    }
    title->words = part_words_in(title->text);
    return title;
}

static const char *title_value(const struct part_title *title, enum part_words group)
{
    return part_words_may_occur(title->words, group) ? part_words_value(group, title->text) : NULL;
}

const char *part_heading(const struct parts_reading *reading, size_t block)
{
    return title_of(reading, heading_of(reading, block))->text;
}

const char *part_heading_value(const struct parts_reading *reading, size_t block, enum part_words group)
{
    return title_value(title_of(reading, heading_of(reading, block)), group);
}

enum words part_heading_group(const struct parts_reading *reading, size_t block)
{
    return title_of(reading, heading_of(reading, block))->group;
}

const char *part_heading_above(const struct parts_reading *reading, size_t block)
{
    size_t heading = heading_of(reading, block);

    return heading == NO_BLOCK ? "" : title_of(reading, reading->document->blocks.at[heading].heading)->text;
}

const char *part_heading_above_value(const struct parts_reading *reading, size_t block, enum part_words group)
{
    size_t heading = heading_of(reading, block);

    return heading == NO_BLOCK
               ? NULL
               : title_value(title_of(reading, reading->document->blocks.at[heading].heading), group);
}

enum words part_heading_above_group(const struct parts_reading *reading, size_t block)
{
    size_t heading = heading_of(reading, block);

    return heading == NO_BLOCK ? WORDS_NONE
                               : title_of(reading, reading->document->blocks.at[heading].heading)->group;
}

/* The block before the list or the fence, under the same heading and in the same item. */
static const struct block *before(const struct parts_reading *reading, size_t block)
{
    const struct document *document = reading->document;
    const struct block *b = &document->blocks.at[block];
    size_t first = b->kind == BLOCK_ITEM ? b->list_first : block;

    if (first == 0)
        return NULL;
    const struct block *above = &document->blocks.at[first - 1];
    bool same = above->heading == document->blocks.at[first].heading &&
                above->item == document->blocks.at[first].item;
    if (above->kind == BLOCK_ITEM && document->blocks.at[first].item == first - 1)
        return above; /* "4. Tell the ward with this message:" */
    return above->kind == BLOCK_PARAGRAPH && same ? above : NULL;
}

/* "(if urgent):" after a label. */
static const char *bracket_alone(struct arena *arena, const char *rest)
{
    const char *close = rest[0] == '(' ? memchr(rest, ')', strnlen(rest, TITLE_BYTES)) : NULL;

    if (close == NULL || close[1 + strspn(close + 1, ": ")] != '\0')
        return NULL;
    return arena_strndup(arena, rest + 1, (size_t)(close - rest) - 1);
}

static size_t count_blanks(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == ' ';
    return n;
}

/* The label that a paragraph ends with. */
static bool label_of(const struct parts_reading *reading, const struct block *above,
                     struct part_label *ret_label)
{
    if (above->prose.passages.n == 0)
        return false;
    const struct passage *last = &above->prose.passages.at[above->prose.passages.n - 1];
    struct part_label label = {.line = last->line};
    if (last->lead) {
        if (strnlen(last->lead, TITLE_BYTES + 1) > TITLE_BYTES)
            return false;
        label.text = last->lead;
        label.condition = bracket_alone(reading->arena, last->rest);
        if (last->rest[0] && label.condition == NULL)
            return false;
    } else {
        size_t n = strnlen(last->rest, INTRODUCTION_BYTES + 1);
        if (n == 0 || n > INTRODUCTION_BYTES || last->rest[n - 1] != ':')
            return false;
        label.text = text_without_colon(reading->arena, last->rest);
        label.sentence = count_blanks(label.text) >= NAME_WORDS || text_starts_with(label.text, "before ") ||
                         text_starts_with(label.text, "after ");
    }
    label.words = part_words_in(label.text);
    *ret_label = label;
    return true;
}

/* Every item below a label is asked for it, by one reader after the other. */
struct known_label {
    bool asked, found;
    struct part_label label;
};

bool part_label_before(const struct parts_reading *reading, size_t block, struct part_label *ret_label)
{
    const struct block *above = before(reading, block);

    if (above == NULL)
        return false;
    struct known_label *known = &reading->labels[above - reading->document->blocks.at];
    if (!known->asked)
        known->found = label_of(reading, above, &known->label);
    known->asked = true;
    if (known->found)
        *ret_label = known->label;
    return known->found;
}

void parts_index_places(struct parts_reading *reading)
{
    size_t n = reading->document->blocks.n + 1;

    reading->titles = arena_alloc(reading->arena, n * sizeof *reading->titles);
    reading->labels = arena_alloc(reading->arena, n * sizeof *reading->labels);
}

bool part_under(const struct parts_reading *reading, size_t block, enum part_words group)
{
    const struct document *document = reading->document;
    struct part_label label;

    if (part_label_before(reading, block, &label) && part_label_value(&label, group))
        return true;
    for (size_t i = document->blocks.at[block].item; i != NO_BLOCK; i = document->blocks.at[i].item)
        if (title_value(title_of(reading, i), group))
            return true;
    for (size_t i = heading_of(reading, block); i != NO_BLOCK; i = document->blocks.at[i].heading)
        if (title_value(title_of(reading, i), group))
            return true;
    return false;
}

bool part_under_heading(const struct parts_reading *reading, size_t block, enum words group)
{
    const struct document *document = reading->document;

    for (size_t i = heading_of(reading, block); i != NO_BLOCK; i = document->blocks.at[i].heading)
        if (title_of(reading, i)->group == group)
            return true;
    return false;
}

const char *part_item_title(const struct parts_reading *reading, size_t item)
{
    return title_of(reading, item)->text;
}

const char *part_stage(const char *title)
{
    static const char *const names[] = {
        [STAGE_IMMEDIATE] = "immediate",
        [STAGE_DIAGNOSIS] = "diagnosis",
        [STAGE_RESOLUTION] = "resolution",
        [STAGE_MITIGATION] = "mitigation",
        [STAGE_COMMUNICATION] = "communication",
        [STAGE_VERIFICATION] = "verification",
        [STAGE_POST_INCIDENT] = "post_incident",
        [STAGE_REFERENCE] = "reference",
        [STAGE_OTHER] = "other",
    };

    return names[stage_of(words_heading(title))];
}

static const char *iso_date(struct arena *arena, long year, long month, long day)
{
    if (year < 1970 || year > 2999 || month < 1 || month > 12 || day < 1 || day > 31)
        return NULL;
    return arena_printf(arena, "%04ld-%02ld-%02ld", year, month, day);
}

/* A number of at most max digits at text; its length. */
static size_t number_at(const char *text, size_t max, long *ret_value)
{
    size_t n = 0;

    *ret_value = 0;
    for (; n < max && isdigit((unsigned char)text[n]); n++)
        *ret_value = *ret_value * 10 + (text[n] - '0');
    return isdigit((unsigned char)text[n]) ? 0 : n;
}

/* English, Spanish, French, German, Portuguese; three letters are enough. */
static long month_at(const char *text, size_t *ret_n_bytes)
{
    static const char *const months[][5] = {
        {"january", "enero", "janvier", "januar", "janeiro"},
        {"february", "febrero", "f\xc3\xa9vrier", "februar", "fevereiro"},
        {"march", "marzo", "mars", "m\xc3\xa4rz", "mar\xc3\xa7o"},
        {"april", "abril", "avril", "april", "abril"},
        {"may", "mayo", "mai", "mai", "maio"},
        {"june", "junio", "juin", "juni", "junho"},
        {"july", "julio", "juillet", "juli", "julho"},
        {"august", "agosto", "ao\xc3\xbbt", "august", "agosto"},
        {"september", "septiembre", "septembre", "september", "setembro"},
        {"october", "octubre", "octobre", "oktober", "outubro"},
        {"november", "noviembre", "novembre", "november", "novembro"},
        {"december", "diciembre", "d\303\251cembre", "dezember", "dezembro"}};
    size_t n = 0;

    while (isalpha((unsigned char)text[n]) || (unsigned char)text[n] >= 0x80)
        n++;
    for (size_t i = 0; n >= 3 && i < sizeof months / sizeof *months; i++)
        for (size_t k = 0; k < sizeof *months / sizeof **months; k++) {
            if (text_lower(*text) != *months[i][k] || n > strlen(months[i][k]) ||
                strncasecmp(text, months[i][k], n) != 0)
                continue;
            *ret_n_bytes = n + (text[n] == '.');
            return (long)i + 1;
        }
    return 0;
}

/* "01.03.2026": with dots the day comes first. */
static const char *dotted_date(struct arena *arena, const char *text)
{
    long year, month, day;
    size_t n = number_at(text, 2, &day), k = n > 0 && text[n] == '.' ? number_at(text + n + 1, 2, &month) : 0;

    if (k == 0 || text[n + 1 + k] != '.' || number_at(text + n + k + 2, 4, &year) != 4)
        return NULL;
    return iso_date(arena, year, month, day);
}

/* "2026-03-01", "2026/03/01". */
static const char *numeric_date(struct arena *arena, const char *text)
{
    long year, month, day;
    size_t n = number_at(text, 4, &year);
    char mark = text[n];

    if (n != 4 || (mark != '-' && mark != '/'))
        return NULL;
    size_t k = number_at(text + n + 1, 2, &month);
    if (k == 0 || text[n + 1 + k] != mark || number_at(text + n + k + 2, 2, &day) == 0)
        return NULL;
    return iso_date(arena, year, month, day);
}

/* "1 de marzo de 2026", "1. Mai": what may stand between the parts of a date. */
static size_t joint_bytes(const char *text)
{
    static const char *const joints[] = {" de ", ". ", " "};

    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        if (text_starts_with(text, joints[i]))
            return strlen(joints[i]);
    return 0;
}

/* "March 1st, 2026", "1 March 2026". */
static const char *spoken_date(struct arena *arena, const char *text)
{
    long year, day;
    size_t n_month = 0, n_day = number_at(text, 2, &day), at = n_day;

    /* "1st"; of "90d" there is no more */
    at += n_day && isalpha((unsigned char)text[at]) && isalpha((unsigned char)text[at + 1]) ? 2 : 0;
    size_t joint = n_day > 0 ? joint_bytes(text + at) : 0;
    at += joint;
    long month = n_day == 0 || joint > 0 ? month_at(text + at, &n_month) : 0;
    if (month == 0)
        return NULL;
    at += n_month;
    if (n_day == 0) {
        if (text[at] != ' ' || (n_day = number_at(text + at + 1, 2, &day)) == 0)
            return NULL;
        at += 1 + n_day;
        at += isalpha((unsigned char)text[at]) && isalpha((unsigned char)text[at + 1]) ? 2 : 0;
    }
    at += text_starts_with(text + at, " de ") ? strlen(" de ") : strspn(text + at, ", ");
    return number_at(text + at, 4, &year) == 4 ? iso_date(arena, year, month, day) : NULL;
}

const char *part_date(struct arena *arena, const char *text)
{
    for (size_t i = 0; text[i]; i++) {
        if (!isalnum((unsigned char)text[i]) || (i > 0 && isalnum((unsigned char)text[i - 1])))
            continue;
        const char *date = numeric_date(arena, text + i);
        if (date == NULL)
            date = dotted_date(arena, text + i);
        if (date == NULL)
            date = spoken_date(arena, text + i);
        if (date)
            return date;
    }
    return NULL;
}
