/* The tools that rule files describe. Which sections are about a tool is noted when the rules are loaded;
 * what they say is read when a command first asks for the tool. The runbooks of a team name some fifty
 * programs of 2,500, and every process that classes commands would keep 3 MB of the others.
 *
 * What a site says is read at once: its mistakes are told at the start. Those of the built-in rules cannot be
 * there, since the tests read all of them. */
#include "runbook/risk_priv.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/map.h"
#include "base/must.h"

struct section {
    const char *file;
    const char *bytes; /* behind the line of its names */
    int line;          /* of the names */
    bool site;
    size_t place; /* among all */
};

struct entry {
    const char *name; /* a glob when it holds '*' */
    const char *file; /* where it was named first */
    int line;
    bool built_in;
    LIST(const struct section *) sections; /* in order */
    struct tool *_Atomic tool;             /* NULL: not read yet */
};

struct shelf {
    struct arena *arena;
    struct risk_rules *rules;
    struct map *by_name; /* struct entry */
    LIST(struct entry *) entries;
    LIST(struct entry *) globs;
    size_t n_sections;
    pthread_mutex_t lock; /* held while a tool is read */
};

struct shelf *shelf_new(struct arena *arena, struct risk_rules *rules)
{
    struct shelf *shelf = arena_alloc(arena, sizeof *shelf);
    shelf->arena = arena;
    shelf->rules = rules;
    shelf->by_name = map_new();
    pthread_mutex_init(&shelf->lock, NULL);
    return shelf;
}

void shelf_free(struct shelf *shelf)
{
    map_free(shelf->by_name);
    pthread_mutex_destroy(&shelf->lock);
}

static struct entry *entry_named(struct shelf *shelf, const char *name, const struct rule_reader *reader)
{
    struct entry *entry = map_get(shelf->by_name, name, strlen(name));
    if (entry)
        return entry;
    entry = arena_alloc(shelf->arena, sizeof *entry);
    entry->name = arena_strdup(shelf->arena, name);
    entry->file = reader->file;
    entry->line = reader->line;
    entry->built_in = !reader->site;
    map_put(shelf->by_name, name, strlen(name), entry);
    *list_push(shelf->arena, &shelf->entries) = entry;
    if (strchr(name, '*'))
        *list_push(shelf->arena, &shelf->globs) = entry;
    return entry;
}

int shelf_add(struct shelf *shelf, const struct rule_reader *reader, char *names, const char *bytes)
{
    struct section *section = arena_alloc(shelf->arena, sizeof *section);
    *section = (struct section){.file = reader->file,
                                .bytes = bytes,
                                .line = reader->line,
                                .site = reader->site,
                                .place = shelf->n_sections++};
    for (char *name; (name = rule_name_next(&names));) {
        if (!*name || strpbrk(name, " \t") || (name[1] && strchr(name, ':')))
            return rule_line_error(reader, "`tool` wants program names between commas, not", name);
        *list_push(shelf->arena, &entry_named(shelf, name, reader)->sections) = section;
    }
    return 0;
}

static int section_read(struct rule_reader *reader, const struct section *section)
{
    const char *bytes = section->bytes;
    size_t n_bytes;
    reader->file = section->file;
    reader->line = section->line;
    reader->site = section->site;
    reader->section = section;
    for (const char *line; (line = rule_line_next(reader, &bytes, &n_bytes));) {
        if (rule_line_is_tool(line))
            break;
        if (rule_line_is_for_all(line))
            continue;
        if (rule_line_read(reader, arena_strndup(reader->arena, line, n_bytes)) < 0)
            return -1;
    }
    return 0;
}

int shelf_read_like(struct rule_reader *reader, const char *name)
{
    const struct rule_reader before = *reader;
    struct entry *entry = map_get(rules_shelf(reader->rules)->by_name, name, strlen(name));
    if (!entry || entry->sections.at[0]->place >= before.section->place)
        return rule_line_error(reader, "`like` names a tool that no line above describes", name);
    list_each (section, &entry->sections)
        if ((*section)->place < before.section->place && section_read(reader, *section) < 0)
            return -1;
    reader->file = before.file;
    reader->line = before.line;
    reader->site = before.site;
    reader->section = before.section;
    return 0;
}

static void settle(struct arena *arena, struct tool *tool)
{
    for (size_t aspect = 0; aspect < N_ASPECTS; aspect++)
        list_settle(arena, &tool->phrases[aspect]);
    list_settle(arena, &tool->value_options);
    list_settle(arena, &tool->flag_options);
    list_settle(arena, &tool->glued_options);
}

/* With the lock, or before anybody else knows the shelf. */
static int entry_read(struct shelf *shelf, struct entry *entry, struct err *err)
{
    scoped_arena struct arena *growing = arena_new();
    struct tool *tool = arena_alloc(shelf->arena, sizeof *tool);
    struct rule_reader reader = {
        .arena = shelf->arena, .growing = growing, .rules = shelf->rules, .err = err};
    tool->name = entry->name;
    tool->file = entry->file;
    tool->line = entry->line;
    tool->built_in = entry->built_in;
    *list_push(growing, &reader.tools) = tool;
    list_each (section, &entry->sections)
        if (section_read(&reader, *section) < 0)
            return -1;
    settle(shelf->arena, tool);
    atomic_store(&entry->tool, tool);
    return 0;
}

int shelf_read_site(struct shelf *shelf, struct err *err)
{
    list_each (entry, &shelf->entries) {
        const struct section *last = (*entry)->sections.at[(*entry)->sections.n - 1];
        if (last->site && entry_read(shelf, *entry, err) < 0)
            return -1;
    }
    return 0;
}

static const struct tool *tool_of(struct shelf *shelf, struct entry *entry)
{
    struct err err = {0};
    if (atomic_load(&entry->tool))
        return atomic_load(&entry->tool);
    pthread_mutex_lock(&shelf->lock);
    if (!atomic_load(&entry->tool) && entry_read(shelf, entry, &err) < 0)
        must_fail_("policy", 0, err.text); /* names file and line */
    pthread_mutex_unlock(&shelf->lock);
    return atomic_load(&entry->tool);
}

const struct tool *shelf_tool(struct shelf *shelf, const char *name)
{
    struct entry *entry = map_get(shelf->by_name, name, strlen(name));
    if (entry)
        return tool_of(shelf, entry);
    list_each (glob, &shelf->globs)
        if (glob_matches((*glob)->name, name))
            return tool_of(shelf, *glob);
    return NULL;
}

const struct tool *shelf_at(struct shelf *shelf, size_t i)
{
    return i < shelf->entries.n ? tool_of(shelf, shelf->entries.at[i]) : NULL;
}
