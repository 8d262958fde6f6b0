/* Values of a target: they become arguments of ssh, kubectl, docker and sudo, and none may become an option
 * or more than one word. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config/target.h"
#include "config/value_priv.h"

enum { MOST_VARIABLES = 64 };

int value_word(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err)
{
    for (const char *at = text; *at; at++)
        if (!isgraph((unsigned char)*at) || strchr("'\"\\`$;&|<>(){}*?!#,", *at))
            return err_set(err, "\"%.60s\" must be one word without blanks, quotes and signs of the shell",
                           text);
    if (*text == '-')
        return err_set(err, "\"%.60s\" begins with \"-\" and would be an option", text);
    return value_text(arena, key, text, target, err);
}

static bool all_of(const char *text, size_t n_bytes, const char *others)
{
    for (size_t i = 0; i < n_bytes; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr(others, text[i]))
            return false;
    return n_bytes > 0 && text[0] != '-';
}

/* What follows the host of a URL: nothing, or ":2222". */
static bool is_port(const char *text)
{
    char *end;
    if (*text != ':')
        return !*text;
    long port = strtol(text + 1, &end, 10);
    return isdigit((unsigned char)text[1]) && !*end && port >= 1 && port <= 65535;
}

int value_ssh(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err)
{
    static const char url[] = "ssh://";
    bool is_url = strncmp(text, url, sizeof url - 1) == 0;
    const char *user = is_url ? text + sizeof url - 1 : text;
    const char *at = strrchr(user, '@');
    if (!at)
        return err_set(err, "\"%.60s\" does not say as whom; write USER@HOST or ssh://USER@HOST:PORT", text);
    const char *host = at + 1;
    bool brackets = is_url && *host == '[';
    size_t n_host = brackets ? strcspn(host, "]") : strcspn(host, is_url ? ":" : "");
    const char *rest = host + n_host + (brackets && host[n_host]);
    if (!all_of(user, (size_t)(at - user), "-_.") ||
        !all_of(host + brackets, n_host - brackets, is_url && !brackets ? "-_." : "-_.:") || !is_port(rest))
        return err_set(err, "\"%.60s\" is no place for ssh; write USER@HOST or ssh://USER@HOST:PORT", text);
    return value_text(arena, key, text, target, err);
}

/* ---- variables ---- */

/* bash sets them itself, or is led by them. */
static const char *const reserved[] = {"BASH_ENV", "BASHOPTS",  "ENV", "EUID", "IFS", "PPID",
                                       "PS4",      "SHELLOPTS", "UID", "_",    NULL};

static int check_name(const char *name, struct err *err)
{
    size_t n = strlen(name);
    if (!all_of(name, n, "_") || isdigit((unsigned char)*name) || n > 200)
        return err_set(err, "\"%.60s\" is no name of a variable; use letters, digits and _", name);
    for (const char *const *other = reserved; *other; other++)
        if (strcmp(*other, name) == 0)
            return err_set(err, "%s belongs to the shell and cannot be set here", name);
    return 0;
}

static int add_variable(struct arena *arena, const struct label *variable, void *target, struct err *err)
{
    LIST(struct label) list;
    memcpy(&list, target, sizeof list);
    list_each (other, &list)
        if (strcmp(other->name, variable->name) == 0)
            return err_set(err, "%s is given twice", variable->name);
    if (list.n == MOST_VARIABLES)
        return err_set(err, "has more than %d variables", MOST_VARIABLES);
    *list_push(arena, &list) = *variable;
    memcpy(target, &list, sizeof list);
    return 0;
}

int value_variable(struct arena *arena, const struct key *key, const struct node_entry *entry, void *target,
                   struct err *err)
{
    struct label variable = {.name = arena_strdup(arena, entry->key->text), .value = ""};
    if (check_name(variable.name, err) < 0 ||
        (*entry->value->text && value_text(arena, key, entry->value->text, &variable.value, err) < 0))
        return -1;
    return add_variable(arena, &variable, target, err);
}

int value_secret_variable(struct arena *arena, const struct key *key, const struct node_entry *entry,
                          void *target, struct err *err)
{
    struct label variable = {.name = arena_strdup(arena, entry->key->text), .value = ""};
    if (check_name(variable.name, err) < 0 ||
        value_secret(arena, key, entry->value->text, &variable.value, err) < 0)
        return -1;
    return add_variable(arena, &variable, target, err);
}
