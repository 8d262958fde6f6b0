/* A place in JSON: whether it stands in a string, and who reads that string further. */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "runbook/fill_priv.h"

enum { JSON_DEPTH = 32 };

static bool is_json(const char *text)
{
    struct json_document *document = json_document_new();
    struct json root;
    bool parses = json_parse(document, text, strlen(text), JSON_DEPTH, &root, NULL) == 0;
    json_document_free(document);
    return parses;
}

static const char *json_start(const char *word)
{
    const char *start = word + strspn(word, " \t\n");
    const char *equals = *start == '-' ? strchr(start, '=') : NULL;
    if (equals)
        start = equals + 1 + strspn(equals + 1, " \t\n");
    return *start == '{' || *start == '[' ? start : NULL;
}

/* The string of the JSON text that holds the marker, decoded; NULL: it stands outside of strings. */
static const char *json_string_around(struct arena *arena, const char *json, const char *marker)
{
    size_t at = (size_t)(strstr(json, marker) - json), start = SIZE_MAX, end;
    for (size_t i = 0; i < at; i++) {
        if (json[i] == '\\')
            i++;
        else if (json[i] == '"')
            start = start == SIZE_MAX ? i + 1 : SIZE_MAX;
    }
    if (start == SIZE_MAX)
        return NULL;
    for (end = at; json[end] && json[end] != '"'; end++)
        end += json[end] == '\\' && json[end + 1];
    char *text = arena_alloc(arena, end - start + 1);
    size_t n = 0;
    for (size_t i = start; i < end; i++) {
        i += json[i] == '\\' && i + 1 < end;
        text[n++] = json[i];
    }
    return text;
}

/* The key of the object that a place belongs to, also as one of a list: in {"command": ["sh", "<x>"]} it is
 * "command". */
struct keys {
    struct level {
        const char *key;
        size_t n_bytes;
    } at[JSON_DEPTH];
    size_t n;
};

static void enter(struct keys *keys, bool is_list)
{
    struct level none = {"", 0};
    if (keys->n + 1 < JSON_DEPTH)
        keys->n++;
    keys->at[keys->n] = is_list ? keys->at[keys->n - 1] : none;
}

static size_t string_end(const char *json, size_t at)
{
    while (json[at] && json[at] != '"')
        at += json[at] == '\\' && json[at + 1] ? 2 : 1;
    return at;
}

static struct level key_at(const char *json, size_t end)
{
    struct keys keys = {.at = {{"", 0}}};
    for (size_t i = 0; i < end; i++) {
        if (json[i] == '{' || json[i] == '[') {
            enter(&keys, json[i] == '[');
        } else if ((json[i] == '}' || json[i] == ']') && keys.n > 0) {
            keys.n--;
        } else if (json[i] == '"') {
            const size_t from = i + 1;
            i = string_end(json, from);
            if (i < end && json[i + 1 + strspn(json + i + 1, " \t\r\n")] == ':')
                keys.at[keys.n] = (struct level){json + from, i - from};
        }
    }
    return keys.at[keys.n];
}

/* Under such a key stands what a shell, a database or an interpreter reads once more. */
static bool names_code(struct level key)
{
    static const char *const names[] = {"command",    "commands", "cmd",        "args",   "argv",
                                        "entrypoint", "script",   "scripts",    "source", "code",
                                        "inline",     "program",  "statement",  "sql",    "query",
                                        "exec",       "shell",    "expression", "eval",   "run"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == key.n_bytes && strncasecmp(key.key, names[i], key.n_bytes) == 0)
            return true;
    return false;
}

/* With the marker bare it is no JSON; with a number in its place it is. */
static bool is_json_with_number(struct arena *arena, const char *json, const char *marker)
{
    const char *at = strstr(json, marker);
    return is_json(arena_printf(arena, "%.*s0%s", (int)(at - json), json, at + strlen(marker)));
}

bool fill_json_readers(struct arena *arena, const char *word, const char *marker, struct fill_chain *chain)
{
    const char *json = json_start(word);
    if (!json || json > strstr(word, marker))
        return false;
    const char *inside = json_string_around(arena, json, marker);
    if (!inside) {
        if (!is_json_with_number(arena, json, marker))
            return false;
        fill_chain_add(chain, PLACE_NUMBER, -1);
        return true;
    }
    if (!is_json(json))
        return false;
    fill_chain_add(chain, PLACE_JSON_STRING, -1);
    if (names_code(key_at(json, (size_t)(strstr(json, marker) - json))))
        fill_chain_add(chain, PLACE_PLAIN, -1);
    else if (json_start(inside) || strstr(inside, "://"))
        fill_word_readers(arena, inside, marker, NULL, true, chain);
    return true;
}
