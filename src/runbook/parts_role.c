/* The roles that a runbook gives people: sections that describe a role, lists of a response team, escalation
 * contacts, layers of the rotation, places for names in a template, owners and reviewers, and whom a sentence
 * tells to notify. A role counts once for each kind. */
#include <ctype.h>
#include <string.h>

#include "runbook/parts_person.h"
#include "runbook/parts_role_priv.h"

enum { STEP_BYTES = 400 };

static const char *folded(struct arena *arena, const char *name)
{
    char *text = arena_strdup(arena, name);
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++)
        text[i] = (char)(text[i] == '-' ? ' ' : tolower((unsigned char)text[i]));
    if (n > 3 && text[n - 1] == 's' && text[n - 2] != 's')
        text[--n] = '\0';
    if (n > 5 && strcmp(text + n - 5, " team") == 0)
        text[n - 5] = '\0';
    return text;
}

static bool known(struct role_reader *reader, const char *name)
{
    const char *key = folded(reader->reading->arena, name);

    return map_get(reader->known, key, strlen(key)) != NULL;
}

struct role *part_role_add(struct role_reader *reader, const char *name, const char *kind, int line)
{
    struct arena *arena = reader->reading->arena;
    const char *key = folded(arena, name), *both = arena_printf(arena, "%s\n%s", key, kind);

    if (name[0] == '\0' || map_get(reader->known, both, strlen(both)))
        return NULL;
    map_put(reader->known, both, strlen(both), reader);
    map_put(reader->known, key, strlen(key), reader);
    struct role *role = list_push(arena, &reader->reading->parts->roles);
    *role = (struct role){.name = name, .kind = kind, .line = line};
    return role;
}

void part_role_add_new(struct role_reader *reader, const char *name, const char *kind, int line)
{
    if (!known(reader, name))
        part_role_add(reader, name, kind, line);
}

/* ---- "### Incident Commander (IC)" with its items ---- */

static void take_item(struct parts_reading *reading, struct role *role, size_t item)
{
    const struct document *document = reading->document;
    const struct block *block = &document->blocks.at[item];
    const struct passage *first = block->prose.passages.n > 0 ? &block->prose.passages.at[0] : NULL;
    const char *label = first ? first->lead : NULL, *rest = first ? first->rest : "";

    if (first && label == NULL && !text_label(reading->arena, first->rest, &label, &rest))
        label = NULL;
    const char *layer = label ? part_words_whole(PART_LAYER, label) : NULL;
    if (layer && strcmp(layer, "1") == 0 && rest[0])
        role->primary = rest;
    else if (layer && rest[0])
        role->secondary = rest;
    else if (label && part_words_whole(PART_CONTACT_FIELD, label))
        role->contact = rest;
    else if (label && rest[0] == '\0') { /* "Responsibilities:" with a list below */
        for (size_t i = item + 1; i < block->end; i++)
            if (document->blocks.at[i].kind == BLOCK_ITEM && document->blocks.at[i].depth == block->depth + 1)
                strings_add(reading->arena, &role->responsibilities, part_item_title(reading, i));
    } else if (label && text_starts_with(label, "responsib")) {
        text_split_list(reading->arena, rest, false, &role->responsibilities);
    } else if (label == NULL) {
        strings_add(reading->arena, &role->responsibilities, part_item_title(reading, item));
    }
}

static void read_role_heading(struct role_reader *reader, size_t i)
{
    struct parts_reading *reading = reader->reading;
    const struct block *heading = &reading->document->blocks.at[i];
    const char *title = text_without_number(reading->arena, part_heading(reading, i), NULL);
    bool called = text_starts_with(title, "role: ");
    title += called ? strlen("role: ") : 0;
    const char *open = strchr(title, '('), *close = open ? strchr(open, ')') : NULL;
    struct person person;

    if ((!called && words_heading(part_heading_above(reading, i)) != WORDS_ROLES) ||
        part_words_value(PART_SME, title) || !person_is(reading->arena, title, &person))
        return;
    struct role *role = part_role_add(reader, person.name, "incident", heading->line);
    if (role == NULL)
        return;
    reader->describes[i] = true;
    if (close && close - open < 8 && isupper((unsigned char)open[1])) {
        role->abbreviation = arena_strndup(reading->arena, open + 1, (size_t)(close - open) - 1);
        map_put(reader->known, folded(reading->arena, role->abbreviation),
                strlen(folded(reading->arena, role->abbreviation)), reader);
    }
    for (size_t k = i + 1; k < heading->end; k++)
        if (reading->document->blocks.at[k].kind == BLOCK_ITEM && reading->document->blocks.at[k].depth == 1)
            take_item(reading, role, k);
}

/* ---- lists ---- */

/* "**Database**: Database administrator" below "Subject matter experts". */
static void read_expert(struct role_reader *reader, const struct fact *fact)
{
    struct person person;

    if (!person_is(reader->reading->arena, fact->rest, &person))
        return;
    struct role *role =
        part_role_add(reader, arena_printf(reader->reading->arena, "SME %s", fact->label), "sme", fact->line);
    if (role)
        role->primary = person.name;
}

/* A list of who makes up the team: "1. **Platform engineer** (technical lead)". */
static void read_member(struct role_reader *reader, const struct fact *fact, const char *kind)
{
    struct arena *arena = reader->reading->arena;
    const char *name = fact->label ? fact->label : fact->text, *open = strchr(fact->text, '(');
    struct person person;

    if (!person_is(arena, name, &person))
        return;
    struct role *role = part_role_add(reader, person.name, kind, fact->line);
    if (role && fact->label && fact->rest[0] && fact->rest[0] != '(')
        text_split_list(arena, fact->rest, false, &role->responsibilities);
    else if (role && open && strchr(open, ')'))
        strings_add(arena, &role->responsibilities, arena_strndup(arena, open + 1, strcspn(open + 1, ")")));
}

/* "**Security Lead**: containment" below a heading about roles; not "**Leadership**: #channel". */
static bool is_described(const struct parts_reading *reading, const struct fact *fact)
{
    return reading->document->blocks.at[fact->block].depth == 1 && !strpbrk(fact->rest, "#@[") &&
           !part_heading_value(reading, fact->block, PART_CHANNEL_HEADING);
}

/* "Incident Commander: [Name]" in a template. */
static void read_place(struct role_reader *reader, const struct fact *fact)
{
    const char *rest = fact->rest + (fact->rest[0] == '@');
    const char *close = rest[0] == '[' || rest[0] == '<' ? strpbrk(rest, "]>") : NULL;
    struct person person;

    if (fact->label == NULL || close == NULL || close[1] != '\0' || known(reader, fact->label))
        return;
    const char *kind = part_words_value(PART_FIELD, rest);
    bool is_person = person_is(reader->reading->arena, fact->label, &person) ||
                     text_starts_with(fact->label, "communication");
    if (!is_person || kind == NULL || strcmp(kind, "people") != 0)
        return;
    struct role *role = part_role_add(reader, fact->label, "incident", fact->line);
    if (role)
        role->primary = fact->rest;
}

/* "Assign roles: commander (IC), scribe", "Attendees: the pump lead, nursing manager". */
static void read_listed(struct role_reader *reader, const struct fact *fact)
{
    struct arena *arena = reader->reading->arena;
    size_t n_label = fact->label ? strnlen(fact->label, 40) : 40;
    bool roles = n_label < 40 && n_label >= 5 && text_same(fact->label + n_label - 5, "roles");
    bool attend = n_label < 40 && part_words_whole(PART_PARTICIPANTS, fact->label);
    struct strings names = {0};

    if ((!roles && !attend) || strnlen(fact->rest, STEP_BYTES) == STEP_BYTES)
        return;
    text_split_list(arena, fact->rest, false, &names);
    list_each (name, &names) {
        struct person person;
        if (person_is(arena, *name, &person))
            part_role_add_new(reader, person.name, roles ? "incident" : "stakeholder", fact->line);
    }
}

static void read_fact(struct role_reader *reader, const struct fact *fact)
{
    struct parts_reading *reading = reader->reading;
    const struct block *block = &reading->document->blocks.at[fact->block];
    struct part_label label;

    if (fact->place == FACT_FENCE) {
        if (part_template_at(reading, fact->line))
            read_place(reader, fact);
        return;
    }
    if (fact->place == FACT_PROSE && fact->label && block->prose.passages.at[0].lead &&
        part_heading_group(reading, fact->block) == WORDS_ROLES)
        read_member(reader, fact, "incident"); /* "**Incident lead** decides" */
    if (fact->place != FACT_ITEM)
        return;
    read_listed(reader, fact);
    bool labelled = part_label_before(reading, fact->block, &label);
    if (fact->label && part_heading_value(reading, fact->block, PART_SME))
        read_expert(reader, fact);
    else if (labelled ? part_label_value(&label, PART_ASSEMBLY)
                      : part_heading_value(reading, fact->block, PART_ASSEMBLY))
        read_member(reader, fact, "emergency");
    else if (labelled && block->depth == 1 && part_label_value(&label, PART_CHAIN) &&
             !known(reader, fact->label ? fact->label : fact->text))
        read_member(reader, fact, "escalation");
    else if (part_heading_group(reading, fact->block) == WORDS_ROLES &&
             (fact->rest == fact->text || is_described(reading, fact)))
        read_member(reader, fact, "incident");
    else if (block->item != NO_BLOCK &&
             part_words_value(PART_PARTICIPANTS, part_item_title(reading, block->item)))
        read_member(reader, fact, "stakeholder");
    else if (block->depth == 1 && fact->label && fact_may_have(fact, PART_PERSON) &&
             !known(reader, fact->label) && role_list_of_people(reader, fact->block))
        read_member(reader, fact, "incident");
}

/* ---- "| Role | Primary | Secondary |" ---- */

static const char *cell_of(const struct block *table, const struct table_row *row, const char *layer)
{
    for (size_t k = 1; k < table->n_columns; k++) {
        const char *value = part_words_whole(PART_LAYER, table->columns[k].text);
        if (value && strcmp(value, layer) == 0 && row->cells[k].text[0])
            return row->cells[k].text;
    }
    return NULL;
}

/* A table of people has a column of who it is, how they are reached or what they do; one of permissions has
 * not. */
static bool is_role_table(const struct parts_reading *reading, size_t i)
{
    static const char *const others[] = {"name", "person", "people", "assigned to", "who"};
    const struct block *table = &reading->document->blocks.at[i];
    enum words group = part_heading_group(reading, i);
    bool people = group == WORDS_ROLES || group == WORDS_CONTACTS;

    if (table->n_columns < 2 ||
        (!text_same(table->columns[0].text, "role") && !text_same(table->columns[0].text, "position")))
        return false;
    for (size_t k = 1; k < table->n_columns; k++) {
        const char *column = table->columns[k].text;
        people |= part_words_whole(PART_LAYER, column) || part_words_whole(PART_CONTACT_FIELD, column) ||
                  text_starts_with(column, "responsib");
        for (size_t n = 0; n < sizeof others / sizeof *others; n++)
            people |= text_same(column, others[n]);
    }
    return people && part_template_at(reading, table->line) == NULL;
}

static void read_role_table(struct role_reader *reader, size_t i)
{
    const struct block *table = &reader->reading->document->blocks.at[i];

    if (!is_role_table(reader->reading, i))
        return;
    list_each (row, &table->rows) {
        const char *name = row->cells[0].text;
        if (name[0] == '\0' || strnlen(name, 60) == 60)
            continue;
        struct role *added = part_role_add(
            reader, name, part_words_value(PART_ONCALL, name) ? "oncall" : "incident", row->line);
        if (added == NULL)
            continue;
        added->primary = cell_of(table, row, "1");
        added->secondary = cell_of(table, row, "2");
    }
}

/* ---- what other lists know ---- */

static void read_contacts(struct role_reader *reader)
{
    list_each (contact, &reader->reading->parts->contacts) {
        struct person person;
        bool chain = contact->purpose && strcmp(contact->purpose, "escalation") == 0;
        bool duty = contact->value_kind == NULL || strcmp(contact->value_kind, "rotation") == 0;
        bool reached = contact->value_kind && !contact->placeholder && contact->purpose == NULL;
        if ((!chain && !duty && !reached) || !person_is(reader->reading->arena, contact->name, &person))
            continue;
        const char *kind = part_words_value(PART_ONCALL, contact->name) ? "oncall"
                           : chain                                      ? "escalation"
                                                                        : "contact";
        struct role *role = part_role_add(reader, contact->name, kind, contact->line);
        if (role)
            role->contact = contact->value;
    }
}

static void read_layers(struct role_reader *reader)
{
    list_each (layer, &reader->reading->parts->oncall) {
        struct person person;
        if (layer->role && person_is(reader->reading->arena, layer->role, &person))
            part_role_add(reader, person.name, "oncall", layer->line);
    }
}

static void read_owners(struct role_reader *reader)
{
    list_each (metadata, &reader->reading->parts->metadata) {
        bool owner = metadata->key && strcmp(metadata->key, "owner") == 0;
        bool reviewer = metadata->key && strcmp(metadata->key, "reviewers") == 0;
        struct strings names = {0};
        if ((!owner && !reviewer) || strcmp(metadata->source, "front_matter") == 0 ||
            metadata->value[0] == '[')
            continue;
        text_split_list(reader->reading->arena, metadata->value, false, &names);
        list_each (name, &names)
            part_role_add(reader, *name, owner ? "owner" : "reviewer", metadata->line);
    }
}

static void read_escalations(struct role_reader *reader)
{
    list_each (escalation, &reader->reading->parts->escalations)
        for (size_t i = 0; i < escalation->to.n; i++) {
            bool oncall = part_words_value(PART_ONCALL, escalation->to.at[i]) != NULL;
            part_role_add_new(reader, escalation->to.at[i], oncall ? "oncall" : "escalation",
                              escalation->line);
        }
}

/* ---- sentences ---- */

static void read_step(struct role_reader *reader, const struct step *step)
{
    const char *text = step->text ? step->text : "";
    bool comment = step->marker && strcmp(step->marker, "comment") == 0;

    if (strnlen(text, STEP_BYTES) == STEP_BYTES)
        return;
    if (step->kind == STEP_NOTIFY || comment)
        role_read_told(reader, text, step->line);
}

static void read_steps(struct role_reader *reader)
{
    list_each (procedure, &reader->reading->runbook->procedures)
        list_each (phase, &procedure->phases)
            list_each (step, &phase->steps)
                read_step(reader, step);
}

/* "... for on-call engineers": whom the page is written for. */
static void read_readers(struct role_reader *reader)
{
    list_each (fact, &reader->reading->facts) {
        struct person person;
        if (fact->place != FACT_PROSE || fact->block > 6)
            continue;
        const char *on_call = fact->n_bytes < 1000 ? text_find_word(fact->text, "for on-call") : NULL;
        if (on_call && person_next(reader->reading->arena, on_call + 4, 0, &person) && person.at == 0)
            part_role_add_new(reader, person.name, "oncall", fact->line);
    }
}

static void read_named(struct role_reader *reader)
{
    struct parts_reading *reading = reader->reading;

    for (size_t i = 0; i < reading->document->blocks.n; i++)
        if (reading->document->blocks.at[i].kind == BLOCK_TABLE)
            role_read_columns(reader, i);
    list_each (fact, &reading->rows)
        role_read_label(reader, fact);
    list_each (fact, &reading->facts) {
        size_t heading = reading->document->blocks.at[fact->block].heading;
        if (fact->place == FACT_FENCE || part_template_at(reading, fact->line) ||
            (heading != NO_BLOCK && reader->describes[heading]))
            continue;
        role_read_label(reader, fact);
        if (fact_may_have(fact, PART_TELL_VERB) && fact_may_have(fact, PART_PERSON))
            role_read_told(reader, fact->text, fact->line);
        if (fact_may_have(fact, PART_PERSON))
            role_read_actor(reader, fact->text, fact->line);
    }
}

void parts_read_roles(struct parts_reading *reading)
{
    struct role_reader reader = {.reading = reading, .known = map_new()};

    reader.describes = arena_alloc(reading->arena, reading->document->blocks.n + 1);

    for (size_t i = 0; i < reading->document->blocks.n; i++)
        if (reading->document->blocks.at[i].kind == BLOCK_HEADING)
            read_role_heading(&reader, i);
        else if (reading->document->blocks.at[i].kind == BLOCK_TABLE)
            read_role_table(&reader, i);
    read_layers(&reader);
    read_contacts(&reader);
    list_each (fact, &reading->facts)
        read_fact(&reader, fact);
    read_readers(&reader);
    read_escalations(&reader);
    read_steps(&reader);
    read_owners(&reader);
    read_named(&reader);
    map_free(reader.known);
}
