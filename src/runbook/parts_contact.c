/* Who is reached how, and the layers of the rotation: lists, lines and tables under headings about contacts,
 * and under those about being on call. */
#include <ctype.h>
#include <string.h>

#include "runbook/parts_person.h"
#include "runbook/parts_priv.h"

/* "2026-04-01", "2026/04/01 10:00": digits, and nobody's number. */
static bool is_date(const char *value)
{
    size_t n = strspn(value, "0123456789");

    return n == 4 && strchr("-/.", value[4]) && isdigit((unsigned char)value[5]) &&
           (value[6] == value[4] || value[7] == value[4]) && value[0] < '3';
}

/* "ext. 4411", "bleep 2231", "DECT 70 112": numbers of the house, too short to be told by their digits. */
static bool is_house_number(const char *value)
{
    static const char *const words[] = {"extension", "ext",  "bleep", "bip",  "beeper",
                                        "pager",     "dect", "tel",   "phone"};
    enum { DIGITS_LEAST = 3 };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!text_starts_with(value, words[i]))
            continue;
        const char *number = value + strlen(words[i]);
        number += strspn(number, ".: #");
        size_t n = strspn(number, "0123456789 -");
        return n >= DIGITS_LEAST && isdigit((unsigned char)number[0]) && !isalnum((unsigned char)number[n]);
    }
    return false;
}

/* What a text is as a way to reach somebody; NULL: it is none ("database issues"). */
static const char *value_kind(const char *value)
{
    size_t n_digits = 0, n_upper = 0, n_bytes = strlen(value);
    bool dial = value[0] == '+' || value[0] == '(' || isdigit((unsigned char)value[0]);

    for (size_t i = 0; i < n_bytes; i++) {
        n_digits += isdigit((unsigned char)value[i]) != 0;
        n_upper += isupper((unsigned char)value[i]) != 0;
    }
    if (strchr("[<{", value[0]) || strcasestr(value, "xxx") || text_same(value, "tbd") ||
        strstr(value, "___"))
        return "placeholder";
    if (value[0] == '+' && n_upper >= 2 && n_digits < 10)
        return "phone-placeholder";
    if (strstr(value, "://"))
        return "url";
    const char *at = strchr(value, '@');
    if (at && strchr(at, '.'))
        return "email";
    if (dial && n_digits >= 6)
        return is_date(value) ? NULL : "phone";
    if (is_house_number(value))
        return "phone";
    const char *hash = strchr(value, '#');
    if (hash && islower((unsigned char)hash[1]))
        return "channel";
    if (at)
        return "handle";
    bool duty = text_find_word(value, "rotation") || text_find_word(value, "pagerduty") ||
                text_find_word(value, "opsgenie") || text_find_word(value, "pager");
    return duty && n_bytes < 60 ? "rotation" : NULL;
}

static const char *purpose_of(const struct parts_reading *reading, size_t block)
{
    const char *purpose = part_heading_value(reading, block, PART_PURPOSE);

    return purpose ? purpose : part_words_value(PART_PURPOSE, part_heading_above(reading, block));
}

static void add_layer(struct parts_reading *reading, const char *layer, const char *role, const char *text,
                      int line)
{
    struct oncall_layer *oncall = list_push(reading->arena, &reading->parts->oncall);

    *oncall = (struct oncall_layer){.layer = layer, .role = role, .line = line};
    oncall->order = (int)reading->parts->oncall.n;
    oncall->hours = part_words_value(PART_HOURS, text);
    oncall->hours_text = oncall->hours ? text : NULL;
}

static bool has_layer(const struct parts_reading *reading, int line)
{
    size_t n = reading->parts->oncall.n;

    return n > 0 && reading->parts->oncall.at[n - 1].line == line;
}

static void add_contact(struct parts_reading *reading, const char *name, const char *value, size_t block,
                        int line)
{
    struct contact *contact = list_push(reading->arena, &reading->parts->contacts);
    const char *kind = value && value[0] ? value_kind(value) : NULL;

    *contact = (struct contact){.name = name, .value_kind = kind, .line = line};
    contact->value = kind ? value : NULL;
    contact->placeholder = kind && strstr(kind, "placeholder");
    contact->purpose = kind || value == NULL || value[0] == '\0' ? purpose_of(reading, block) : value;
    bool oncall = part_words_value(PART_ONCALL, name) ||
                  (kind && strcmp(kind, "rotation") == 0 && part_words_value(PART_ONCALL, value));
    if (oncall && !has_layer(reading, line))
        add_layer(reading, name, name, value ? value : "", line);
}

static bool under_contacts(const struct parts_reading *reading, size_t block)
{
    struct part_label label;

    if (part_label_before(reading, block, &label) && !label.sentence &&
        part_label_value(&label, PART_CONTACT_HEADING))
        return true;
    return part_heading_value(reading, block, PART_CONTACT_HEADING) ||
           (part_heading_group(reading, block) == WORDS_CONTACTS &&
            part_words_value(PART_CONTACT_HEADING, part_heading_above(reading, block)));
}

/* "Support", "Operations Team Contact" -> whom the heading names. */
static const char *named_by_heading(const struct parts_reading *reading, size_t block)
{
    const char *heading = part_heading(reading, block), *word = strcasestr(heading, " contact");
    const char *title = strstr(heading, " - "); /* "Ana Roth - Crew lead" */

    if (word == NULL && title && !isdigit((unsigned char)title[-1]))
        word = title;
    return word ? arena_strndup(reading->arena, heading, (size_t)(word - heading)) : heading;
}

static const char *without_brackets(struct arena *arena, const char *text)
{
    size_t n = strcspn(text, "(");

    while (n > 0 && text[n - 1] == ' ')
        n--;
    return n > 0 ? arena_strndup(arena, text, n) : text;
}

/* "Level 1", "Tier 2", "L3": a place in the order of a call tree. */
static bool is_rung(const char *label)
{
    static const char *const names[] = {"level ", "tier ",  "step ",   "line ",
                                        "nivel ", "stufe ", "niveau ", "l"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_starts_with(label, names[i])) {
            const char *number = label + strlen(names[i]);
            return isdigit((unsigned char)number[0]) && number[1] == '\0';
        }
    return false;
}

enum { NAME_BYTES = 60 };

static void read_fact(struct parts_reading *reading, const struct fact *fact)
{
    const struct block *block = &reading->document->blocks.at[fact->block];
    struct duration_words time;
    struct person person;

    if (fact->place == FACT_ITEM && block->depth > 1)
        return;
    if (fact->label == NULL) { /* "1. On-call engineer" */
        const char *kind = strchr(fact->text, ' ') == NULL ? value_kind(fact->text) : NULL;
        bool address = kind && strcmp(kind, "email") == 0;
        if (fact->place != FACT_PROSE && person_is(reading->arena, fact->text, &person))
            add_contact(reading, person.name, NULL, fact->block, fact->line);
        else if (fact->place == FACT_ITEM && address)
            add_contact(reading, fact->text, fact->text, fact->block, fact->line);
        return;
    }
    if (fact->rest[0] == '\0' || strnlen(fact->label, NAME_BYTES) == NAME_BYTES ||
        part_words_value(PART_NOT_CONTACT, fact->label) || part_words_whole(PART_METADATA, fact->label))
        return;
    bool when =
        text_duration(fact->label, &time) || text_starts_with(fact->label, "if ") || is_rung(fact->label);
    if (when) { /* "**15 minutes**: Platform lead", "Level 2: Platform lead" */
        if (person_next(reading->arena, fact->rest, 0, &person))
            add_contact(reading, person.name, NULL, fact->block, fact->line);
        return;
    }
    const char *name = part_words_whole(PART_CONTACT_FIELD, fact->label)
                           ? named_by_heading(reading, fact->block)
                           : without_brackets(reading->arena, fact->label);
    const char *purpose = purpose_of(reading, fact->block);
    bool vendor = purpose && strcmp(purpose, "external support") == 0 && fact->place == FACT_ITEM;
    if (value_kind(fact->rest) || vendor || person_is(reading->arena, name, &person))
        add_contact(reading, name, fact->rest, fact->block, fact->line);
}

/* The mail address or the phone number inside of a text ("Ext. 4471, desk@ward.example"), or NULL. */
static const char *address_inside(struct arena *arena, const char *text)
{
    for (const char *word = text; *word;) {
        size_t n = strcspn(word, " ,;()<>");
        bool may_be = word[0] == '+' || isdigit((unsigned char)word[0]) || memchr(word, '@', n);
        const char *part = may_be ? arena_strndup(arena, word, n) : NULL;
        const char *kind = part ? value_kind(part) : NULL;
        if (kind && (strcmp(kind, "email") == 0 || strcmp(kind, "phone") == 0))
            return part;
        word += n;
        word += strspn(word, " ,;()<>");
    }
    return NULL;
}

/* "**Pump desk**" and on the next line how it is reached, under any heading. */
static void read_named(struct parts_reading *reading, const struct fact *fact)
{
    enum { REACH_BYTES = 120 };
    struct person person;

    bool item = fact->place == FACT_ITEM && strpbrk(fact->rest, " @") && *strpbrk(fact->rest, " @") == '@' &&
                fact->label && !words_begin(WORDS_VERBS, fact->label);
    if (fact->label == NULL || !(item || fact->place == FACT_PROSE) ||
        strnlen(fact->label, NAME_BYTES) == NAME_BYTES || strnlen(fact->rest, REACH_BYTES) == REACH_BYTES ||
        part_words_whole(PART_CONTACT_FIELD, fact->label) ||
        part_words_value(PART_NOT_CONTACT, fact->label) || part_words_whole(PART_METADATA, fact->label))
        return;
    const char *address = address_inside(reading->arena, fact->rest);
    bool only =
        address && (text_starts_with(fact->rest, "ext") || fact->rest == strstr(fact->rest, address) ||
                    person_is(reading->arena, fact->label, &person));
    if (only)
        add_contact(reading, fact->label, address, fact->block, fact->line);
}

/* ---- tables ---- */

static size_t column_of(const struct block *table, const char *kind, size_t not_this)
{
    for (size_t k = 0; k < table->n_columns; k++) {
        const char *value =
            k == not_this ? NULL : part_words_whole(PART_CONTACT_COLUMN, table->columns[k].text);
        bool both = text_same(table->columns[k].text, "contact"); /* a name or a number */
        if (value && (strcmp(value, kind) == 0 || both))
            return k;
    }
    return table->n_columns;
}

/* A column of names by which people are called in a chat: "| Role | Slack |" with "@ana" below it. */
static size_t handle_column(const struct block *table)
{
    for (size_t k = 0; k < table->n_columns; k++) {
        const char *column = table->columns[k].text;
        bool called = text_find_word(column, "handle") || part_words_whole(PART_CONTACT_FIELD, column) ||
                      part_words_whole(PART_CONTACT_COLUMN, column);
        size_t n = 0;
        list_each (row, &table->rows)
            n += row->cells[k].text[0] == '@' && strchr(row->cells[k].text, ' ') == NULL;
        if (called && n > 0 && n == table->rows.n)
            return k;
    }
    return table->n_columns;
}

static bool has_columns(const struct block *table)
{
    for (size_t k = 0; k < table->n_columns; k++)
        if (table->columns[k].text[0])
            return true;
    return false;
}

/* Without names of columns: who in the first, and the first way to reach them in the others. */
static void read_bare_table(struct parts_reading *reading, size_t i)
{
    const struct block *table = &reading->document->blocks.at[i];

    list_each (row, &table->rows) {
        const char *name = row->cells[0].text, *reached = NULL;
        for (size_t k = 1; k < row->n_cells && reached == NULL; k++)
            reached = value_kind(row->cells[k].text) ? row->cells[k].text : NULL;
        if (reached && name[0] && strnlen(name, NAME_BYTES) < NAME_BYTES)
            add_contact(reading, name, reached, i, row->line);
    }
}

static void read_table(struct parts_reading *reading, size_t i)
{
    const struct block *table = &reading->document->blocks.at[i];
    if (!has_columns(table)) {
        if (under_contacts(reading, i))
            read_bare_table(reading, i);
        return;
    }
    size_t name = column_of(table, "name", table->n_columns), value = column_of(table, "value", name);
    bool reach = false;

    for (size_t k = 0; k < table->n_columns; k++)
        reach |= text_same(table->columns[k].text, "phone") || text_same(table->columns[k].text, "email") ||
                 text_same(table->columns[k].text, "pager") || text_same(table->columns[k].text, "extension");
    size_t handle = handle_column(table);
    if (handle < table->n_columns) {
        reach = true;
        value = value == table->n_columns || value == name ? handle : value;
        name = name == table->n_columns || name == value ? (value == 0) : name;
    }
    if (reach && name == table->n_columns)
        name = value == 0 ? name : 0; /* "| Ward | Phone |" */
    if (name == table->n_columns || value == table->n_columns || (!reach && !under_contacts(reading, i)))
        return;
    list_each (row, &table->rows) {
        const char *reached = row->cells[value].text;
        for (size_t k = 0; k < table->n_columns && reached[0] == '\0'; k++)
            if (k != name && value_kind(row->cells[k].text))
                reached = row->cells[k].text;
        if (row->cells[name].text[0] && reached[0])
            add_contact(reading, row->cells[name].text, reached, i, row->line);
    }
}

/* ---- rotation ---- */

static bool under_oncall(const struct parts_reading *reading, size_t block)
{
    struct part_label label;

    if (part_label_before(reading, block, &label))
        return part_label_value(&label, PART_ONCALL) != NULL;
    return part_heading_value(reading, block, PART_ONCALL) != NULL;
}

/* "**Primary**: DevOps engineer (24/7)" below "On-call rotation". */
static void read_layer(struct parts_reading *reading, const struct fact *fact)
{
    if (fact->label == NULL || fact->rest[0] == '\0' || strnlen(fact->rest, 120) == 120 ||
        !part_words_whole(PART_LAYER, fact->label) || has_layer(reading, fact->line) ||
        !under_oncall(reading, fact->block))
        return;
    add_layer(reading, fact->label, without_brackets(reading->arena, fact->rest), fact->rest, fact->line);
}

static const char *hours_cell(const struct table_row *row)
{
    for (size_t k = 1; k < row->n_cells; k++)
        if (part_words_value(PART_HOURS, row->cells[k].text))
            return row->cells[k].text;
    return "";
}

/* "L1: Helpdesk", "Tier 2" down the first column and hours beside them: the layers of support. Tiers of data
 * have no hours. */
static bool is_tiers(const struct block *table)
{
    static const char *const names[] = {"tier ", "l1", "l2", "l3", "l4"};
    size_t n_named = 0, n_hours = 0;

    list_each (row, &table->rows) {
        bool named = false;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            named |= text_starts_with(row->cells[0].text, names[i]);
        n_named += named;
        n_hours += named && hours_cell(row)[0] != '\0';
    }
    return n_named >= 2 && n_hours > 0;
}

static void read_schedule(struct parts_reading *reading, size_t i)
{
    const struct block *table = &reading->document->blocks.at[i];

    if (table->n_columns < 2)
        return;
    bool tiers = is_tiers(table);
    if (!tiers && !part_heading_value(reading, i, PART_ONCALL))
        return;
    list_each (row, &table->rows) {
        bool layer = tiers || part_words_value(PART_LAYER, row->cells[0].text) ||
                     part_words_value(PART_HOURS, row->cells[1].text);
        if (layer && row->cells[0].text[0] && !has_layer(reading, row->line))
            add_layer(reading, row->cells[0].text, tiers ? row->cells[0].text : row->cells[1].text,
                      tiers ? hours_cell(row) : row->cells[1].text, row->line);
    }
}

static bool open_fence(const struct parts_reading *reading, const struct fact *fact)
{
    const char *lang = reading->document->blocks.at[fact->block].lang;

    return fact->place != FACT_FENCE || lang == NULL || strcmp(lang, "text") == 0;
}

/* A way to reach somebody, where the heading above is about contacts. */
static bool under_directory(const struct parts_reading *reading, const struct fact *fact)
{
    bool field = fact->place == FACT_ITEM && fact->label && part_words_whole(PART_CONTACT_FIELD, fact->label);
    bool above = part_heading_above_group(reading, fact->block) == WORDS_CONTACTS;

    if (!above && !(field && part_under_heading(reading, fact->block, WORDS_CONTACTS)))
        return false;
    const char *kind = value_kind(fact->rest);
    return kind && strcmp(kind, "channel") != 0 && (above || strcmp(kind, "url") != 0);
}

void parts_read_contacts(struct parts_reading *reading)
{
    const struct document *document = reading->document;

    list_each (fact, &reading->facts) {
        if (part_template_at(reading, fact->line) || !open_fence(reading, fact))
            continue;
        if (under_directory(reading, fact) || under_contacts(reading, fact->block))
            read_fact(reading, fact);
        else
            read_named(reading, fact);
        read_layer(reading, fact);
    }
    for (size_t i = 0; i < document->blocks.n; i++) {
        if (document->blocks.at[i].kind != BLOCK_TABLE ||
            part_template_at(reading, document->blocks.at[i].line))
            continue;
        read_table(reading, i);
        read_schedule(reading, i);
    }
}
