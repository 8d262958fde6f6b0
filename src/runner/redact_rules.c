/* Reads *.detectors: the head of policy/redaction.detectors says what stands in them. Patterns are compiled
 * with JIT where the system allows it, and anchored: they run where a trigger stands. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/must.h"
#include "runner/redact_priv.h"

enum { FILE_BYTES = 1024 * 1024, MOST_FILES = 200, DEEPEST = 4, MOST_TRIGGERS = 20000, PATTERN_BYTES = 2000 };

enum block { BLOCK_NONE, BLOCK_DETECTOR, BLOCK_FORM, BLOCK_NAMES, BLOCK_SCOPE };

struct reading {
    struct redact_rules *rules;
    const char *file;
    int line;
    enum block block;
    struct strings triggers, near; /* of the block */
    bool with_names;               /* a form: runs at every name */
    struct err *err;
};

static int wrong(const struct reading *reading, const char *what, const char *value)
{
    return err_set(reading->err, "%s:%d: %s: %s", reading->file, reading->line, what, value);
}

static int compile(const struct reading *reading, const char *text, uint32_t options, pcre2_code **ret_code)
{
    int error;
    size_t at;
    PCRE2_UCHAR message[160];
    if (strlen(text) > PATTERN_BYTES)
        return wrong(reading, "the pattern is too long", "2000 bytes at most");
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                                     options | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF, &error, &at, NULL);
    if (!code) {
        pcre2_get_error_message(error, message, sizeof message);
        return err_set(reading->err, "%s:%d: the pattern is wrong at its byte %zu: %s", reading->file,
                       reading->line, at, (const char *)message);
    }
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without it the same, more slowly */
    pcre2_code_free(*ret_code);                  /* of the same key, above; the last counts */
    *ret_code = code;
    return 0;
}

static uint16_t label_of(struct redact_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->labels.n; i++)
        if (strcmp(rules->labels.at[i].name, name) == 0)
            return (uint16_t)i;
    must(rules->labels.n < NO_LABEL);
    list_push(rules->arena, &rules->labels)->name = name;
    return (uint16_t)(rules->labels.n - 1);
}

static int scope_of(const struct redact_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->scopes.n; i++)
        if (strcmp(rules->scopes.at[i].name, name) == 0)
            return (int)i;
    return -1;
}

void redact_trigger_add(struct redact_rules *rules, const struct redact_trigger *trigger)
{
    *list_push(rules->arena, &rules->triggers) = *trigger;
}

/* The trigger of that text, new or there already. */
static struct redact_trigger *trigger_of(struct redact_rules *rules, const char *text, uint8_t within,
                                         int scope)
{
    char *small = arena_strdup(rules->arena, text);
    for (char *c = small; *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
    list_each (trigger, &rules->triggers)
        if (trigger->within == within && trigger->scope == scope && strcmp(trigger->text, small) == 0)
            return trigger;
    redact_trigger_add(
        rules,
        &(struct redact_trigger){
            .text = small, .n_bytes = strlen(small), .within = within, .scope = scope, .known = NO_LABEL});
    return &rules->triggers.at[rules->triggers.n - 1];
}

/* ---- what opens a block ---- */

static int detector_open(struct reading *reading, const char *name)
{
    struct redact_rules *rules = reading->rules;
    struct redact_detector *detector = list_push(rules->arena, &rules->detectors);
    bool is_form = reading->block == BLOCK_FORM;
    detector->name = name;
    detector->is_form = is_form;
    detector->label = is_form ? NO_LABEL : label_of(rules, name);
    detector->within = NO_SCOPE;
    detector->near_bytes = NEAR_BYTES;
    return 0;
}

static int names_open(struct reading *reading, const char *name)
{
    struct redact_rules *rules = reading->rules;
    struct redact_names *names = list_push(rules->arena, &rules->names);
    names->name = name;
    names->label = label_of(rules, name);
    return 0;
}

static int scope_open(struct reading *reading, const char *name)
{
    if (reading->rules->scopes.n == SCOPES)
        return wrong(reading, "too many scopes", name);
    list_push(reading->rules->arena, &reading->rules->scopes)->name = name;
    return 0;
}

/* ---- what closes it ---- */

/* Of all the words one pattern. Inside of a longer word it is none. */
static int near_compile(const struct reading *reading, struct redact_detector *detector)
{
    scoped_buf struct buf pattern = {0};
    buf_puts(&pattern, "(?i)(?<![a-z])(?:");
    list_each (word, &reading->near) {
        buf_puts(&pattern, word == reading->near.at ? "" : "|");
        for (const char *c = *word; *c; c++)
            buf_printf(&pattern, strchr("\\^$.[]|()?*+{}#", *c) ? "\\%c" : "%c", *c);
    }
    buf_puts(&pattern, ")");
    return reading->near.n ? compile(reading, buf_text(&pattern), 0, &detector->near) : 0;
}

static int detector_close(struct reading *reading)
{
    struct redact_rules *rules = reading->rules;
    uint16_t index = (uint16_t)(rules->detectors.n - 1);
    struct redact_detector *detector = &rules->detectors.at[index];
    if (!detector->patterns.n)
        return wrong(reading, "has no pattern", detector->name);
    if (near_compile(reading, detector) < 0)
        return -1;
    if (detector->is_form) {
        *list_push(rules->arena, &rules->forms) = index;
        return 0;
    }
    if (!reading->triggers.n) {
        if (detector->within == NO_SCOPE)
            return wrong(reading, "needs a trigger, or a scope in which it looks at each line",
                         detector->name);
        detector->each_line = true;
        *list_push(rules->arena, &rules->each_line) = index;
    }
    list_each (text, &reading->triggers)
        *list_push(rules->arena, &trigger_of(rules, *text, detector->within, -1)->detectors) = index;
    return 0;
}

static int scope_close(struct reading *reading)
{
    struct redact_rules *rules = reading->rules;
    int index = (int)rules->scopes.n - 1;
    if (!rules->scopes.at[index].opens || !reading->triggers.n)
        return wrong(reading, "needs opens and a trigger", rules->scopes.at[index].name);
    list_each (text, &reading->triggers)
        trigger_of(rules, *text, NO_SCOPE, index);
    return 0;
}

static int block_close(struct reading *reading)
{
    int closed = 0;
    if (reading->block == BLOCK_DETECTOR || reading->block == BLOCK_FORM)
        closed = detector_close(reading);
    else if (reading->block == BLOCK_SCOPE)
        closed = scope_close(reading);
    reading->block = BLOCK_NONE;
    reading->triggers = reading->near = (struct strings){0};
    return closed;
}

/* ---- the lines of a block ---- */

/* A name of several words may be written with any of these between them. */
static void name_triggers(struct redact_rules *rules, char *const *words, size_t n_words)
{
    static const char *const joints[] = {"", "_", "-", " ", "."};
    if (n_words == 1) {
        trigger_of(rules, words[0], NO_SCOPE, -1)->is_name = true;
        return;
    }
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        trigger_of(rules, arena_printf(rules->arena, "%s%s%s", words[0], joints[i], words[1]), NO_SCOPE, -1)
            ->is_name = true;
}

/* "*api_key": any name that ends so. */
static int name_add(struct reading *reading, struct redact_names *names, char *text)
{
    struct redact_rules *rules = reading->rules;
    struct redact_name name = {.ends = *text == '*'};
    char *words[8], *rest;
    size_t n_words = 0;
    text += name.ends;
    for (char *word = strtok_r(text, "_", &rest); word && n_words < 8; word = strtok_r(NULL, "_", &rest))
        words[n_words++] = word;
    scoped_buf struct buf squeezed = {0};
    for (size_t i = 0; i < n_words; i++)
        buf_puts(&squeezed, words[i]);
    if (squeezed.n_bytes < 3)
        return wrong(reading, "a name needs three letters", buf_text(&squeezed));
    name.text = arena_strdup(rules->arena, squeezed.at);
    name.n_bytes = squeezed.n_bytes;
    *list_push(rules->arena, &names->list) = name;
    name_triggers(rules, words, n_words);
    return 0;
}

static int names_line(struct reading *reading, const char *key, const char *value)
{
    static const struct {
        const char *word;
        unsigned place;
    } places[] = {{"key", IN_KEY}, {"column", IN_COLUMN}, {"heading", IN_HEADING}};
    struct redact_names *names = &reading->rules->names.at[reading->rules->names.n - 1];
    char *words = arena_strdup(reading->rules->arena, value), *rest;
    if (strcmp(key, "unless") == 0)
        return compile(reading, value, PCRE2_ANCHORED | PCRE2_ENDANCHORED, &names->unless);
    if (strcmp(key, "in") != 0 && strcmp(key, "name") != 0)
        return wrong(reading, "a list of names has in, name and unless, not", key);
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        unsigned place = 0;
        if (*key == 'n') {
            if (name_add(reading, names, word) < 0)
                return -1;
            continue;
        }
        for (size_t i = 0; i < sizeof places / sizeof *places; i++)
            place |= strcmp(places[i].word, word) == 0 ? places[i].place : 0;
        if (!place)
            return wrong(reading, "a name stands in key, column or heading, not in", word);
        names->places |= place;
    }
    return 0;
}

static int scope_line(struct reading *reading, const char *key, const char *value)
{
    struct redact_scope *scope = &reading->rules->scopes.at[reading->rules->scopes.n - 1];
    if (strcmp(key, "opens") == 0)
        return compile(reading, value, PCRE2_ANCHORED, &scope->opens);
    if (strcmp(key, "closes") == 0 && (strcmp(value, "below") == 0 || strcmp(value, "level") == 0)) {
        scope->closes_below = *value == 'b';
        return 0;
    }
    return wrong(reading, "a scope has trigger, opens, and closes below or level, not", key);
}

static int pattern_add(struct reading *reading, struct redact_detector *detector, const char *value)
{
    struct redact_pattern pattern = {0};
    uint32_t n_groups = 0;
    if (compile(reading, value, PCRE2_ANCHORED, &pattern.code) < 0)
        return -1;
    pcre2_pattern_info(pattern.code, PCRE2_INFO_CAPTURECOUNT, &n_groups);
    int key = pcre2_substring_number_from_name(pattern.code, (PCRE2_SPTR) "key");
    pattern.key_group = key > 0 ? key : 0;
    pattern.marks = n_groups > (uint32_t)pattern.key_group;
    *list_push(reading->rules->arena, &detector->patterns) = pattern;
    if (detector->is_form && (key != 1 || n_groups < 2))
        return wrong(reading, "a form has (?<key>...) and then the value in brackets", value);
    return 0;
}

static void near_add(struct reading *reading, const char *value)
{
    char *words = arena_strdup(reading->rules->arena, value), *rest;
    for (char *word = strtok_r(words, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        word += strspn(word, " ");
        if (*word)
            strings_add(reading->rules->arena, &reading->near, word);
    }
}

static int detector_line(struct reading *reading, const char *key, const char *value)
{
    struct redact_detector *detector = &reading->rules->detectors.at[reading->rules->detectors.n - 1];
    if (strcmp(key, "pattern") == 0)
        return pattern_add(reading, detector, value);
    if (strcmp(key, "unless") == 0)
        return compile(reading, value, PCRE2_ANCHORED | PCRE2_ENDANCHORED, &detector->unless);
    if (strcmp(key, "until") == 0)
        return compile(reading, value, 0, &detector->until);
    if (strcmp(key, "body") == 0)
        return compile(reading, value, PCRE2_ANCHORED | PCRE2_ENDANCHORED, &detector->body);
    if (strcmp(key, "near") == 0) {
        near_add(reading, value);
        return 0;
    }
    if (strcmp(key, "names") == 0) {
        detector->names = value;
        return 0;
    }
    if (strcmp(key, "reach") == 0) {
        long bytes = strtol(value, NULL, 10);
        if (bytes < 1 || bytes > REACH_BYTES)
            return wrong(reading, "reach is a number from 1 to 4096, not", value);
        detector->near_bytes = (size_t)bytes;
        return 0;
    }
    if (strcmp(key, "from") == 0 && strcmp(value, "word") == 0) {
        detector->from_word = true;
        return 0;
    }
    if (strcmp(key, "check") == 0) {
        detector->check = redact_check_find(value);
        return detector->check ? 0 : wrong(reading, "there is no such check", value);
    }
    if (strcmp(key, "within") == 0) {
        int scope = scope_of(reading->rules, value);
        if (scope < 0)
            return wrong(reading, "there is no such scope above", value);
        detector->within = (uint8_t)scope;
        return 0;
    }
    return wrong(reading, "a detector has no such line", key);
}

static int rule_line(struct reading *reading, const char *key, const char *value)
{
    static const struct {
        const char *key;
        enum block block;
        int (*open)(struct reading *, const char *name);
    } blocks[] = {{"detector", BLOCK_DETECTOR, detector_open},
                  {"form", BLOCK_FORM, detector_open},
                  {"names", BLOCK_NAMES, names_open},
                  {"scope", BLOCK_SCOPE, scope_open}};
    for (size_t i = 0; reading->block == BLOCK_NONE && i < sizeof blocks / sizeof *blocks; i++)
        if (strcmp(blocks[i].key, key) == 0) {
            reading->block = blocks[i].block;
            return blocks[i].open(reading, value);
        }
    if (reading->block == BLOCK_NONE)
        return wrong(reading, "a block begins with detector, form, names or scope, not", key);
    if (strcmp(key, "example") == 0) {
        struct redact_example *example = list_push(reading->rules->arena, &reading->rules->examples);
        example->text = value;
        example->place = arena_printf(reading->rules->arena, "%s:%d", reading->file, reading->line);
        return 0;
    }
    if (strcmp(key, "trigger") == 0 && reading->block != BLOCK_NAMES && reading->block != BLOCK_FORM) {
        if (reading->rules->triggers.n > MOST_TRIGGERS || strlen(value) > WORD_BYTES)
            return wrong(reading, "too many triggers, or too long", value);
        strings_add(reading->rules->arena, &reading->triggers, value);
        return 0;
    }
    return reading->block == BLOCK_NAMES   ? names_line(reading, key, value)
           : reading->block == BLOCK_SCOPE ? scope_line(reading, key, value)
                                           : detector_line(reading, key, value);
}

static int file_take(struct redact_rules *rules, const char *name, const char *bytes, struct err *err)
{
    struct reading reading = {.rules = rules, .file = name, .err = err};
    while (*bytes) {
        size_t n_line = strcspn(bytes, "\n");
        char *line = arena_strndup(rules->arena, bytes, n_line);
        bytes += n_line + (bytes[n_line] == '\n');
        reading.line++;
        if (*line == '#')
            continue;
        size_t n_key = strcspn(line, " ");
        if (!n_key) {
            if (block_close(&reading) < 0)
                return -1;
            continue;
        }
        const char *value = line + n_key + strspn(line + n_key, " ");
        line[n_key] = '\0';
        if (!*value)
            return wrong(&reading, "needs a value", line);
        if (rule_line(&reading, line, value) < 0)
            return -1;
    }
    return block_close(&reading);
}

/* ---- files ---- */

static int site_take(struct redact_rules *rules, const char *path, struct err *err)
{
    static const char *const endings[] = {".detectors", NULL};
    static const struct folder_limits limits = {
        .endings = endings, .file_bytes = FILE_BYTES, .n_files = MOST_FILES, .depth = DEEPEST};
    struct stat status;
    if (stat(path, &status) < 0 || !S_ISDIR(status.st_mode)) {
        char *bytes;
        size_t n_bytes;
        return file_read(rules->arena, path, FILE_BYTES, &bytes, &n_bytes, err) < 0
                   ? -1
                   : file_take(rules, path, bytes, err);
    }
    struct folder folder;
    if (folder_read(rules->arena, path, &limits, &folder, err) < 0)
        return -1;
    if (folder.n_skipped > 0)
        return err_set(err, "%s/%s: %s", path, folder.skipped[0].path, folder.skipped[0].why);
    for (size_t i = 0; i < folder.n_files; i++)
        if (file_take(rules, arena_printf(rules->arena, "%s/%s", path, folder.files[i].path),
                      folder.files[i].bytes, err) < 0)
            return -1;
    return 0;
}

int redact_rules_read(const char *site_path, struct redact_rules **ret_rules, struct err *err)
{
    struct arena *arena = arena_new();
    struct redact_rules *rules = arena_alloc(arena, sizeof *rules);
    const struct embedded_file *file = embedded_find("redaction.detectors");
    must(file);
    rules->arena = arena;
    rules->table_label = label_of(rules, "table-row");
    if (file_take(rules, file->name, file->bytes, err) < 0 ||
        (site_path && site_take(rules, site_path, err) < 0)) {
        redact_rules_free(rules);
        return -1;
    }
    redact_scan_build(rules);
    *ret_rules = rules;
    return 0;
}

/* The codes are not in the arena: to compile one takes ten times what is kept of it. */
void redact_rules_free(struct redact_rules *rules)
{
    if (!rules)
        return;
    list_each (detector, &rules->detectors) {
        list_each (pattern, &detector->patterns)
            pcre2_code_free(pattern->code);
        pcre2_code_free(detector->unless);
        pcre2_code_free(detector->until);
        pcre2_code_free(detector->body);
        pcre2_code_free(detector->near);
    }
    list_each (names, &rules->names)
        pcre2_code_free(names->unless);
    list_each (scope, &rules->scopes)
        pcre2_code_free(scope->opens);
    arena_free(rules->arena);
}
