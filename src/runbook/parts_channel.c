/* Where people talk and are told: chat channels, pagers, tickets, status pages, bridges, hooks.
 *
 * Entries of lists about channels come first; of what is only mentioned, each kind counts once, where it is
 * first named. Left out: programs that are only looked at (dashboards are endpoints). */
#include <ctype.h>
#include <string.h>

#include "base/map.h"
#include "runbook/parts_priv.h"

struct channel_reader {
    struct parts_reading *reading;
    struct map *known;    /* "kind", "kind\naddress" */
    struct map *mentions; /* kind -> index of the first one in parts->channels (size_t in the arena) */
};

static bool mark(struct channel_reader *reader, const char *key)
{
    if (map_get(reader->known, key, strlen(key)))
        return false;
    map_put(reader->known, key, strlen(key), reader);
    return true;
}

/* "#incidents" in a text; no number of an issue, no anchor of a link. */
static const char *address_in(struct arena *arena, const char *text)
{
    for (const char *hash = strchr(text, '#'); hash; hash = strchr(hash + 1, '#')) {
        size_t n = 1;
        bool apart = hash == text || strchr(" (\"'`[", hash[-1]);
        while (isalnum((unsigned char)hash[n]) || hash[n] == '-' || hash[n] == '_')
            n++;
        if (apart && n > 2 && islower((unsigned char)hash[1]))
            return arena_strndup(arena, hash, n);
    }
    return NULL;
}

static const char *url_in(struct arena *arena, const char *text)
{
    const char *url = strstr(text, "http");

    if (url == NULL || (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0))
        return NULL;
    return arena_strndup(arena, url, strcspn(url, " )>,\"'"));
}

static struct channel_mention *add(struct channel_reader *reader, const char *kind, const char *name,
                                   int line)
{
    struct channel_mention *channel = list_push(reader->reading->arena, &reader->reading->parts->channels);

    *channel = (struct channel_mention){.kind = kind, .name = name, .line = line};
    mark(reader, kind);
    if (map_get(reader->mentions, kind, strlen(kind)) == NULL) {
        size_t *first = arena_alloc(reader->reading->arena, sizeof *first);
        *first = reader->reading->parts->channels.n - 1;
        map_put(reader->mentions, kind, strlen(kind), first);
    }
    return channel;
}

/* ---- lists of channels ---- */

static bool under_channels(const struct parts_reading *reading, size_t block)
{
    struct part_label label;

    if (part_label_before(reading, block, &label))
        return !label.sentence && part_label_value(&label, PART_CHANNEL_HEADING);
    return part_heading_value(reading, block, PART_CHANNEL_HEADING) != NULL;
}

/* "**Urgent**: pager and SMS" is two channels, "**Leads**: #leads" one. */
static bool read_entry(struct channel_reader *reader, const struct fact *fact)
{
    struct arena *arena = reader->reading->arena;
    const char *address = address_in(arena, fact->rest);
    struct word_match match;
    size_t n = 0;

    for (size_t from = 0; part_words_next(PART_CHANNEL, fact->rest, from, &match);
         from = match.at + match.n_bytes) {
        if (!mark(reader, arena_printf(arena, "%s\n%s\n%d", match.value, address ? address : "", fact->line)))
            continue;
        struct channel_mention *channel =
            add(reader, match.value, arena_strndup(arena, fact->rest + match.at, match.n_bytes), fact->line);
        channel->use = fact->label;
        channel->address = strcmp(match.value, "chat") == 0 ? address : url_in(arena, fact->rest);
        n++;
    }
    if (n == 0 && text_find_word(fact->rest, "email")) {
        add(reader, "email", "Email", fact->line)->use = fact->label;
        n++;
    }
    if (n == 0 && address) {
        struct channel_mention *channel =
            add(reader, "chat", fact->label ? fact->label : address, fact->line);
        channel->address = address;
        channel->use = fact->label;
        n++;
    }
    if (address)
        mark(reader, address);
    return n > 0;
}

/* "| Contact point | Type | Target |": a column says what kind each is. */
static void read_table(struct channel_reader *reader, const struct block *table)
{
    static const char *const kinds[] = {"type",        "kind",          "channel type", "medium",
                                        "integration", "receiver type", "via"};
    struct arena *arena = reader->reading->arena;
    size_t column = table->n_columns, known = 0;

    for (size_t k = 1; k < table->n_columns; k++)
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            column = text_same(table->columns[k].text, kinds[i]) ? k : column;
    if (column == table->n_columns)
        return;
    list_each (row, &table->rows)
        known += part_words_whole(PART_CHANNEL_TYPE, row->cells[column].text) != NULL;
    if (known < 2 || known < table->rows.n)
        return;
    list_each (row, &table->rows) {
        const char *kind = part_words_whole(PART_CHANNEL_TYPE, row->cells[column].text);
        const char *target = column + 1 < row->n_cells ? row->cells[column + 1].text : "";
        const char *address = strcmp(kind, "chat") == 0 ? address_in(arena, target) : url_in(arena, target);
        struct channel_mention *channel = add(reader, kind, row->cells[0].text, row->line);
        channel->address = address ? address : strchr(target, '@') ? target : NULL;
        if (channel->address)
            mark(reader, channel->address);
    }
}

/* ---- mentions ---- */

/* How much of the words around a mention is its name: "team Slack channel", "incident channel". */
static const char *name_of(struct arena *arena, const char *text, const struct word_match *match)
{
    size_t end = match->at + match->n_bytes;

    if (text_starts_with(text + end, " channel"))
        end += strlen(" channel");
    return arena_strndup(arena, text + match->at, end - match->at);
}

/* A later mention that tells the address of a status page or a bridge is the better one. */
static void complete(struct channel_reader *reader, const char *kind, const char *address, int line)
{
    size_t *first = map_get(reader->mentions, kind, strlen(kind));
    struct channel_mention *channel = first ? &reader->reading->parts->channels.at[*first] : NULL;

    if (channel == NULL || address == NULL || channel->address || strcmp(kind, "chat") == 0)
        return;
    channel->address = address;
    channel->line = line;
}

/* A colour or a piece of a hash. */
static bool is_hexadecimal(const char *address)
{
    return address[1 + strspn(address + 1, "0123456789abcdefABCDEF")] == '\0';
}

/* Each address of a chat channel that a text gives, once. */
static void read_addresses(struct channel_reader *reader, const char *text, int line)
{
    struct arena *arena = reader->reading->arena;

    for (const char *hash = strchr(text, '#'); hash; hash = strchr(hash + 1, '#')) {
        const char *address = hash == text || strchr(" (\"'`[", hash[-1]) ? address_in(arena, hash) : NULL;
        if (address == NULL || strncmp(address, hash, strlen(address)) != 0 || is_hexadecimal(address) ||
            !mark(reader, address))
            continue;
        add(reader, "chat", address, line)->address = address;
    }
}

/* "Send it to ward@hospital.example". */
static void read_mail(struct channel_reader *reader, const char *text, int line)
{
    for (const char *at = strchr(text, '@'); at; at = strchr(at + 1, '@')) {
        const char *first = at, *end = at + 1;
        while (first > text && (isalnum((unsigned char)first[-1]) || strchr("._+-", first[-1])))
            first--;
        while (isalnum((unsigned char)*end) || *end == '-' || (*end == '.' && isalnum((unsigned char)end[1])))
            end++;
        const char *address = arena_strndup(reader->reading->arena, first, (size_t)(end - first));
        if (first == at || strchr(strchr(address, '@'), '.') == NULL || !mark(reader, address))
            continue;
        add(reader, "email", address, line)->address = address;
    }
}

static void read_mentions(struct channel_reader *reader, const char *text, int line)
{
    struct arena *arena = reader->reading->arena;
    struct word_match match;

    for (size_t from = 0; part_words_next(PART_CHANNEL, text, from, &match);
         from = match.at + match.n_bytes) {
        const char *key = match.value;
        const char *phrase = arena_strndup(arena, text + match.at, match.n_bytes);
        bool monitoring = strcmp(key, "monitoring") == 0; /* two programs may watch */
        if (monitoring)
            key = arena_printf(arena, "monitoring\n%s", phrase);
        const char *address =
            strcmp(match.value, "chat") == 0 ? address_in(arena, text) : url_in(arena, text);
        if (!mark(reader, key)) {
            complete(reader, match.value, address, line);
            continue;
        }
        struct channel_mention *channel = add(reader, match.value, name_of(arena, text, &match), line);
        channel->address = address;
        if (channel->address)
            mark(reader, channel->address);
    }
    read_mail(reader, text, line);
}

/* "Format: incident-YYYY-MM-DD-words" below a heading about a channel. */
static bool read_pattern(struct channel_reader *reader, const char *text, size_t block, int line)
{
    const char *label, *rest;

    if (!text_label(reader->reading->arena, text, &label, &rest) ||
        !part_words_whole(PART_CHANNEL_PATTERN, label) ||
        strcasestr(part_heading(reader->reading, block), "channel") == NULL)
        return false;
    rest += *rest == '#';
    bool dated = strcasestr(rest, "yyyy") || strpbrk(rest, "<[{");
    if (!dated || strchr(rest, '-') == NULL || strchr(rest, ' '))
        return false;
    add(reader, "chat", part_heading(reader->reading, block), line)->pattern = rest;
    return true;
}

enum { TEXT_BYTES = 1000 };

static void read_comments(struct channel_reader *reader, size_t i)
{
    const struct block *fence = &reader->reading->document->blocks.at[i];
    struct fence_entries entries = {0};

    if (fence_role(fence) != FENCE_SHELL)
        return;
    fence_split(reader->reading->arena, fence, &entries);
    list_each (entry, &entries)
        if (entry->comment && strnlen(entry->text, TEXT_BYTES) < TEXT_BYTES &&
            !read_pattern(reader, entry->text, i, entry->line))
            read_mentions(reader, entry->text, entry->line);
}

/* "POST http://x/security-alert" tells somebody. */
static void read_hooks(struct channel_reader *reader)
{
    list_each (endpoint, &reader->reading->parts->endpoints) {
        bool posts = endpoint->method && strcmp(endpoint->method, "POST") == 0;
        const char *last = posts ? strrchr(endpoint->path, '/') : NULL;
        if (last == NULL || !part_words_value(PART_HOOK, last) || !mark(reader, endpoint->url))
            continue;
        struct channel_mention *channel = add(reader, "webhook", last + 1, endpoint->lines.at[0]);
        channel->address = endpoint->url;
    }
}

/* A template's first lines say by which channel it goes: "Email template for stakeholders:", "Bridge:
 * [link]". */
static void read_template_line(struct channel_reader *reader, const struct fact *fact)
{
    const struct template *template = part_template_at(reader->reading, fact->line);

    if (template == NULL)
        return;
    bool caption = fact->line < template->body_start;
    bool bridge = fact->label && part_words_whole(PART_CHANNEL, fact->label);
    if (caption && address_in(reader->reading->arena, fact->text) == NULL)
        read_mentions(reader, fact->text, fact->line);
    else if (bridge)
        read_mentions(reader, fact->label, fact->line);
}

/* Whether a text tells to use a channel, or gives one: "Acknowledge in X", "**X**: https://...". */
static bool tells(const struct parts_reading *reading, const struct fact *fact)
{
    if (fact->label && part_words_whole(PART_CHANNEL, fact->label))
        return true;
    if (fact_may_have(fact, PART_CHANNEL_VERB) && part_words_value(PART_CHANNEL_VERB, fact->text))
        return true;
    return part_heading_value(reading, fact->block, PART_CONTACT_HEADING) != NULL;
}

void parts_read_channels(struct parts_reading *reading)
{
    struct channel_reader reader = {.reading = reading, .known = map_new(), .mentions = map_new()};
    size_t n_facts = reading->facts.n;
    bool *used = arena_alloc(reading->arena, n_facts + 1);

    for (size_t i = 0; i < reading->document->blocks.n; i++)
        if (reading->document->blocks.at[i].kind == BLOCK_TABLE)
            read_table(&reader, &reading->document->blocks.at[i]);
    for (size_t i = 0; i < n_facts; i++) {
        const struct fact *fact = &reading->facts.at[i];
        if (fact->place != FACT_FENCE && fact->n_bytes < TEXT_BYTES && under_channels(reading, fact->block))
            used[i] = read_entry(&reader, fact);
    }
    for (size_t i = 0, block = 0; i < n_facts || block < reading->document->blocks.n;) {
        const struct fact *fact = i < n_facts ? &reading->facts.at[i] : NULL;
        if (fact == NULL || block < fact->block) { /* fences in their place between the facts */
            if (reading->document->blocks.at[block].kind == BLOCK_FENCE)
                read_comments(&reader, block);
            block++;
            continue;
        }
        if (fact->place == FACT_FENCE)
            read_template_line(&reader, fact);
        else if (!used[i] && fact->n_bytes < TEXT_BYTES && tells(reading, fact) &&
                 !read_pattern(&reader, fact->text, fact->block, fact->line))
            read_mentions(&reader, fact->text, fact->line);
        if (fact->place != FACT_FENCE && !used[i] && fact->n_bytes < TEXT_BYTES)
            read_addresses(&reader, fact->text, fact->line);
        i++;
    }
    read_hooks(&reader);
    map_free(reader.known);
    map_free(reader.mentions);
}
