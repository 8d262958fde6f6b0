/* In which order services come back after an outage.
 *
 * Stages are the lettered or numbered comments of a fence ("# a) Databases first") with the commands that
 * start something below them, or the items of an ordered list under a heading about the order. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/parts_priv.h"

static struct recovery_stage *add_stage(struct parts_reading *reading, const char *id, const char *name,
                                        int line)
{
    struct recovery_stage *stage = list_push(reading->arena, &reading->parts->recovery_order);

    *stage = (struct recovery_stage){.id = id, .name = name, .line = line};
    stage->order = (int)reading->parts->recovery_order.n;
    return stage;
}

static void add_service(struct parts_reading *reading, struct recovery_stage *stage, const char *name,
                        const char *kind, int replicas, int line)
{
    struct recovery_service *service = list_push(reading->arena, &stage->services);

    *service = (struct recovery_service){.name = name, .kind = kind, .replicas = replicas, .line = line};
    service->order = (int)stage->services.n;
}

/* The words of a command that are no options, and the value of --replicas. */
struct command_words {
    const char *at[12];
    size_t n;
    int replicas;
};

static struct command_words words_of(struct arena *arena, const char *text)
{
    struct command_words words = {.replicas = -1};

    for (const char *at = text + strspn(text, " ");
         *at && *at != '\n' && *at != '|' && *at != ';' && *at != '&';) {
        size_t n = strcspn(at, " \n");
        const char *word = arena_strndup(arena, at, n);
        const char *count = strncmp(word, "--replicas=", 11) == 0 ? word + 11 : NULL;
        bool value = strcmp(word, "-n") == 0 || strcmp(word, "--namespace") == 0;
        if (count)
            words.replicas = (int)strtol(count, NULL, 10);
        else if (word[0] != '-' && words.n < sizeof words.at / sizeof *words.at)
            words.at[words.n++] = word;
        at += n + strspn(at + n, " ");
        if (value)
            at += strcspn(at, " \n") + strspn(at + strcspn(at, " \n"), " ");
    }
    return words;
}

static bool word_is(const struct command_words *words, size_t i, const char *text)
{
    return i < words->n && strcmp(words->at[i], text) == 0;
}

/* What a command starts: `kubectl scale KIND NAME`, `systemctl start NAME`, `docker compose up -d NAME`. */
static void take_command(struct parts_reading *reading, struct recovery_stage *stage,
                         const struct command *command)
{
    struct command_words words =
        words_of(reading->arena, command->logical ? command->logical : command->text);
    size_t first = word_is(&words, 0, "sudo");
    bool compose = word_is(&words, first, "docker-compose") ||
                   (word_is(&words, first, "docker") && word_is(&words, first + 1, "compose"));

    if (word_is(&words, first, "kubectl") && word_is(&words, first + 1, "scale") && words.n > first + 2) {
        const char *kind = words.at[first + 2], *slash = strchr(kind, '/');
        const char *name = slash ? slash + 1 : first + 3 < words.n ? words.at[first + 3] : NULL;
        kind = slash ? arena_strndup(reading->arena, kind, (size_t)(slash - kind)) : kind;
        if (name)
            add_service(reading, stage, name, kind, words.replicas, command->line);
    } else if ((word_is(&words, first, "systemctl") || word_is(&words, first, "service")) &&
               words.n > first + 2) {
        bool unit_last = word_is(&words, first + 1, "start") || word_is(&words, first + 1, "restart");
        add_service(reading, stage, words.at[unit_last ? first + 2 : first + 1], "service", -1,
                    command->line);
    } else if (compose) {
        size_t verb = first + 1 + word_is(&words, first, "docker");
        for (size_t i = verb + 1;
             (word_is(&words, verb, "up") || word_is(&words, verb, "start")) && i < words.n; i++)
            add_service(reading, stage, words.at[i], "compose-service", -1, command->line);
    }
}

static bool is_order(const char *text)
{
    return part_words_value(PART_RECOVERY, text) != NULL;
}

/* A fence: stages open at "a) ..." once its comments, its label or its heading speak of an order. */
static void read_fence(struct parts_reading *reading, size_t i)
{
    const struct block *fence = &reading->document->blocks.at[i];
    struct fence_entries entries = {0};
    struct part_label label;
    size_t n_before = reading->parts->recovery_order.n;
    bool starts = false;
    bool ordered =
        is_order(part_heading(reading, i)) || (part_label_before(reading, i, &label) && is_order(label.text));
    struct recovery_stage *stage = NULL;

    fence_split(reading->arena, fence, &entries);
    list_each (entry, &entries) {
        const char *id = NULL;
        if (!entry->comment) {
            if (stage) {
                take_command(reading, stage, &entry->command);
                starts |= stage->services.n > 0;
            }
            continue;
        }
        const char *name = text_without_number(reading->arena, entry->text, &id);
        bool lettered = id && isalpha((unsigned char)id[0]);
        if (is_order(entry->text))
            ordered = true;
        else if (ordered && id && (lettered || stage == NULL || isdigit((unsigned char)stage->id[0])))
            stage = add_stage(reading, id, name, entry->line);
        else if (id && !lettered)
            ordered = false, stage = NULL;
    }
    if (!starts)
        reading->parts->recovery_order.n = n_before;
}

enum { NAMES_BYTES = 200, NAME_WORDS = 4 };

static size_t count_words(const char *text)
{
    size_t n = 1;

    for (; *text; text++)
        n += *text == ' ';
    return n;
}

/* "PostgreSQL (db01)" is called by its name. */
static const char *without_bracket(struct arena *arena, const char *name)
{
    size_t n = strcspn(name, "(");

    while (n > 0 && name[n - 1] == ' ')
        n--;
    return n > 0 ? arena_strndup(arena, name, n) : name;
}

/* "1. **Data layer**: postgres, redis" or "1. postgres". */
static void read_list(struct parts_reading *reading, size_t first)
{
    const struct document *document = reading->document;
    struct part_label label;
    bool labelled = part_label_before(reading, first, &label);

    if (document->blocks.at[first].marker != MARKER_ORDERED ||
        !is_order(labelled ? label.text : part_heading(reading, first)))
        return;
    for (size_t i = first; i < document->blocks.n && document->blocks.at[i].kind == BLOCK_ITEM &&
                           document->blocks.at[i].list_first == first;
         i = document->blocks.at[i].end) {
        const struct block *item = &document->blocks.at[i];
        const struct passage *passage = item->prose.passages.n > 0 ? &item->prose.passages.at[0] : NULL;
        if (passage == NULL || strnlen(passage->rest, NAMES_BYTES) == NAMES_BYTES)
            continue;
        const char *title, *names = passage->rest;
        if (passage->lead)
            title = passage->lead;
        else if (!text_label(reading->arena, passage->rest, &title, &names))
            title = names;
        struct recovery_stage *stage =
            add_stage(reading, arena_printf(reading->arena, "%d", item->number), title, item->line);
        struct strings services = {0};
        text_split_list(reading->arena, names[0] ? names : title, false, &services);
        list_each (name, &services)
            if (count_words(*name) <= NAME_WORDS)
                add_service(reading, stage, without_bracket(reading->arena, *name), NULL, -1, item->line);
    }
}

/* "Recovery sequence: slide-store, then viewer, finally reporting." */
static void read_sentence(struct parts_reading *reading, const struct fact *fact)
{
    static const char *const joints[] = {", then ", ", finally ",     ", and then ", " then ",
                                         ", ",      " \xe2\x86\x92 ", " -> "};
    struct strings names = {0};
    size_t n_text = strnlen(fact->rest, NAMES_BYTES);

    if (fact->place == FACT_FENCE || fact->label == NULL || n_text == 0 || n_text == NAMES_BYTES ||
        !part_words_whole(PART_RECOVERY, fact->label))
        return;
    for (const char *at = fact->rest; *at;) {
        size_t n = 0, joint = 0;
        while (at[n] && joint == 0) {
            for (size_t i = 0; i < sizeof joints / sizeof *joints && joint == 0; i++)
                joint = strncmp(at + n, joints[i], strlen(joints[i])) == 0 ? strlen(joints[i]) : 0;
            n += joint == 0;
        }
        const char *name =
            text_normalise(reading->arena, at, n - (n > 0 && at[n] == '\0' && at[n - 1] == '.'));
        if (count_words(name) > NAME_WORDS)
            return;
        strings_add(reading->arena, &names, name);
        at += n + joint;
    }
    if (names.n < 2)
        return;
    list_each (name, &names) {
        struct recovery_stage *stage =
            add_stage(reading, arena_printf(reading->arena, "%d", (int)reading->parts->recovery_order.n + 1),
                      *name, fact->line);
        add_service(reading, stage, *name, NULL, -1, fact->line);
    }
}

void parts_read_recovery(struct parts_reading *reading)
{
    const struct document *document = reading->document;

    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        if (block->kind == BLOCK_FENCE && fence_role(block) == FENCE_SHELL)
            read_fence(reading, i);
        else if (block->kind == BLOCK_ITEM && block->list_first == i)
            read_list(reading, i);
    }
    for (size_t i = 0; reading->parts->recovery_order.n == 0 && i < reading->facts.n; i++)
        read_sentence(reading, &reading->facts.at[i]);
}
