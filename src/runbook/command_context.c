/* Names are taken apart into words ("db_migrate.py", "rebuildIndexes" -> "db migrate", "rebuild Indexes"). A
 * word for looking at the start or end of any of them ("--dry-run", "restore-check", "status") takes the name
 * for one that may only look, and nothing is raised by it. */
#include "runbook/command_context.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "runbook/heading_words.h"
#include "runbook/text.h"

enum { LOOKED_AT_BYTES = 300, NAME_BYTES = 120 };

/* ---- The words of a name ---- */

static bool is_script_ending(const char *dot, size_t n)
{
    static const char *const endings[] = {".sh", ".bash", ".py",  ".rb",  ".pl",  ".js",
                                          ".ts", ".mjs",  ".ps1", ".sql", ".yml", ".yaml"};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strlen(endings[i]) == n && strncasecmp(endings[i], dot, n) == 0)
            return true;
    return false;
}

/* "scripts/dbMigrate.py" -> "db migrate"; empty for what is a host, a value or a placeholder. */
static void name_words(const char *name, size_t n, char out[NAME_BYTES])
{
    size_t used = 0;

    out[0] = '\0';
    while (n > 0 && strchr("-'\"", *name)) {
        name++;
        n--;
    }
    for (size_t i = n; i-- > 0;) {
        if (strchr("=<>@{}$", name[i]))
            return;
        if (name[i] != '/' && name[i] != '\\')
            continue;
        n -= i + 1;
        name += i + 1;
        break;
    }
    const char *dot = memchr(name, '.', n);
    if (dot && !is_script_ending(dot, (size_t)(name + n - dot)))
        return;
    n = dot ? (size_t)(dot - name) : n;
    for (size_t i = 0; i < n && used + 3 < NAME_BYTES; i++) {
        bool letter = isalpha((unsigned char)name[i]);
        bool hump = i > 0 && isupper((unsigned char)name[i]) && islower((unsigned char)name[i - 1]);
        if ((hump || !letter) && used > 0 && out[used - 1] != ' ')
            out[used++] = ' ';
        if (letter)
            out[used++] = (char)tolower((unsigned char)name[i]);
    }
    while (used > 0 && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
}

static bool only_looks(const char *words)
{
    const char *last = strrchr(words, ' ');

    return words_begin(WORDS_LOOKS, words) || (last && words_are(WORDS_LOOKS, last + 1));
}

/* Where the words of the first line end: code in quotes and what follows a comment mark name nothing. */
static size_t names_end(const char *text)
{
    size_t i = 0;

    while (text[i] && i < LOOKED_AT_BYTES) {
        size_t n = strcspn(text + i, " \t\n");
        char first = text[i];
        bool open_quote = (first == '"' || first == '\'') && (n == 1 || text[i + n - 1] != first);
        if (first == '#' || open_quote)
            break;
        i += n;
        if (text[i] == '\n' && text[i - 1] != '\\')
            break;
        i += text[i] != '\0';
    }
    return i;
}

/* The part of the command whose name says that it changes something, or NULL. */
static const char *changing_name(struct arena *arena, const struct command *command)
{
    const char *text = command->text, *found = NULL, *tool = command->risk.tool ? command->risk.tool : "";
    bool remote = strcmp(tool, "ssh") == 0;
    size_t end = names_end(text);
    char words[NAME_BYTES];

    if (strcmp(tool, "source") == 0 || strcmp(tool, ".") == 0)
        return NULL; /* it sets up this shell */
    for (size_t i = 0; i < end;) {
        size_t n = strcspn(text + i, " \t\n;|&()");
        bool host = remote && memchr(text + i, '-', n) && strpbrk(text + i, "0123456789") < text + i + n;
        name_words(text + i, n, words);
        if (words[0] && !words_program(text + i, n) && !host) {
            if (only_looks(words))
                return NULL;
            if (found == NULL && words_occur(WORDS_CHANGES, words))
                found = arena_strndup(arena, text + i, n);
        }
        i += n;
        i += strspn(text + i, " \t\n;|&()");
    }
    return found;
}

/* ---- The words around it ---- */

static const char *first_verb(struct arena *arena, const char *text)
{
    static const char *const before[] = {"to ", "now ", "then ", "finally ", "next ", "first "};

    text = text_without_number(arena, text, NULL);
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (text_starts_with(text, before[i]))
            return text + strlen(before[i]);
    return text;
}

/* Whether a sentence about the command says that it changes something; the nearest that speaks decides. */
static const char *changing_words(struct arena *arena, const struct step *step, const struct command *command)
{
    const char *texts[] = {command->trailing_comment, command->comment, step->title, step->text};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i] == NULL || text_same(texts[i], command->text))
            continue;
        const char *verb = first_verb(arena, texts[i]);
        if (words_begin(WORDS_CHANGES, verb))
            return texts[i];
        if (words_begin(WORDS_LOOKS, verb))
            return NULL;
    }
    return NULL;
}

static const char *shortened(struct arena *arena, const char *text)
{
    enum { SHOWN_BYTES = 60 };
    size_t n = strcspn(text, "\n");

    if (n <= SHOWN_BYTES)
        return arena_strndup(arena, text, n);
    n = SHOWN_BYTES;
    while (n > 0 && text[n] != ' ')
        n--;
    return arena_printf(arena, "%.*s...", (int)(n > 0 ? n : SHOWN_BYTES), text);
}

/* alone: no other command of the step may be what its words speak of. */
static void weigh_change(struct arena *arena, const struct step *step, struct command *command, bool alone)
{
    const char *name = changing_name(arena, command);
    const char *words = name == NULL && alone ? changing_words(arena, step, command) : NULL;

    if (name == NULL && words == NULL)
        return;
    command->risk.class = RISK_MUTATE;
    command->risk.why =
        name ? arena_printf(arena,
                            "what it does is not shown, but the name `%s` says that it changes something",
                            shortened(arena, name))
             : arena_printf(arena, "what it does is not shown, but \"%s\" says that it changes something",
                            shortened(arena, words));
}

/* ---- Patient data ---- */

static bool concerns_a_breach(const struct procedure *procedure)
{
    const char *title = procedure->title;
    bool breach = words_occur(WORDS_KIND_SECURITY, title);

    for (size_t i = 0; !breach && i < procedure->heading_path.n; i++)
        breach = i > 0 && words_occur(WORDS_KIND_SECURITY, procedure->heading_path.at[i]);
    return breach && words_occur(WORDS_PATIENT_DATA, title);
}

static bool collects_logs(const struct command *command)
{
    static const char *const parts[] = {
        "kubectl logs",        "oc logs",     "docker logs", "docker-compose logs",
        "docker compose logs", "podman logs", "journalctl"};

    if (text_find_word(command->text, "logs") == NULL && text_find_word(command->text, parts[6]) == NULL)
        return false; /* nearly all */
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (text_find_word(command->text, parts[i]))
            return true;
    return false;
}

void context_weigh(struct arena *arena, const struct procedure *procedure, struct step *step)
{
    size_t n_changing = 0;

    list_each (command, &step->commands) {
        n_changing += command->risk.class != RISK_READ;
        if (!command->risk.sensitive && collects_logs(command) && concerns_a_breach(procedure)) {
            command->risk.sensitive = true;
            command->risk.sensitive_why = "logs of a system whose patient data may be exposed";
        }
    }
    list_each (command, &step->commands)
        if (command->risk.class == RISK_UNKNOWN)
            weigh_change(arena, step, command, n_changing == 1);
}
