/* What a value must look like, told by the name of its placeholder. What no word tells is a text: the place
 * it stands in decides then (fill_encode.c). */
#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "runbook/fill_priv.h"
#include "runbook/text.h"

static const char *const type_names[N_FILL_TYPES] = {
    [FILL_NAME] = "name", [FILL_NUMBER] = "number", [FILL_CHOICE] = "choice",
    [FILL_ID] = "id",     [FILL_HOST] = "host",     [FILL_PATH] = "path",
    [FILL_URL] = "url",   [FILL_TEXT] = "text",     [FILL_SECRET] = "secret"};

const char *fill_type_name(enum fill_type type)
{
    return type_names[type];
}

/* Words of a placeholder's name; the last one that is found in the name decides, "name" before all. */
static const struct {
    enum fill_type type;
    const char *words;
} type_words[] = {
    {FILL_SECRET, " password passwd passphrase secret token apikey credential credentials pin "},
    {FILL_NUMBER,
     " count number num port replicas limit pid seconds minutes hours days percent percentage threshold size "
     "lines timeout users rate uid gid weight factor offset max min n amount total runtime duration "},
    {FILL_PATH, " path file filename dir directory folder script mount mountpoint location "},
    {FILL_URL, " url uri link "},
    {FILL_HOST, " host hostname endpoint ip server fqdn domain broker addr address instance peer "},
    {FILL_ID,
     " id ids uuid guid uid sha sha256 hash commit version tag arn digest revision ref branch image snapshot "
     "date time timestamp region zone key release backup build "},
    {FILL_NAME,
     " name pod pods service svc namespace ns node deployment statefulset daemonset container cluster "
     "context "
     "job cronjob configmap ingress chart app application database db table schema column topic queue group "
     "bucket role user username env environment project account subscription index pool label workflow "
     "component model tenant team policy shard replica consumer worker unit device volume pvc pv claim vm "
     "pipeline stage severity collection keyspace partition crd kind "},
};

/* The name without marks, lower case, its words parted by one blank: "<pod-name>" is "pod name". */
static const char *key_of(struct arena *arena, const char *name)
{
    char *key = arena_alloc(arena, 2 * strlen(name) + 1);
    size_t n = 0;
    bool before_lower = false;
    for (const char *c = name; *c; c++) {
        bool part = isalnum((unsigned char)*c) || (unsigned char)*c >= 0x80;
        if (part && isupper((unsigned char)*c) && before_lower)
            key[n++] = ' ';
        if (part)
            key[n++] = (char)tolower((unsigned char)*c);
        else if (n > 0 && key[n - 1] != ' ')
            key[n++] = ' ';
        before_lower = islower((unsigned char)*c);
    }
    while (n > 0 && key[n - 1] == ' ')
        n--;
    key[n] = '\0';
    return key;
}

static bool listed(const char *words, const char *word, size_t n)
{
    for (const char *at = words; (at = memmem(at, strlen(at), word, n)); at++)
        if (at[-1] == ' ' && at[n] == ' ')
            return true;
    return false;
}

static enum fill_type type_of_word(const char *word, size_t n)
{
    for (size_t i = 0; i < sizeof type_words / sizeof *type_words; i++)
        if (listed(type_words[i].words, word, n))
            return type_words[i].type;
    return FILL_TEXT;
}

static enum fill_type type_of(const char *name, const char *key)
{
    static const char *const secret_keys[] = {"api key", "access key", "private key", "secret key"};
    if (strchr(name, '|') && name[0] != '{')
        return FILL_CHOICE;
    for (size_t i = 0; i < sizeof secret_keys / sizeof *secret_keys; i++)
        if (strstr(key, secret_keys[i]))
            return FILL_SECRET;
    enum fill_type type = FILL_TEXT;
    for (const char *word = key; *word;) {
        size_t n = strcspn(word, " ");
        enum fill_type found = type_of_word(word, n);
        if (found != FILL_TEXT)
            type = found;
        word += n + (word[n] != '\0');
    }
    return type;
}

/* "{{ $labels.pod }}", "{{ .Labels.pod }}" */
static const char *label_of(struct arena *arena, const char *name)
{
    const char *at = name[0] == '{' ? strcasestr(name, "labels.") : NULL;
    if (!at)
        return NULL;
    at += strlen("labels.");
    size_t n = 0;
    while (isalnum((unsigned char)at[n]) || at[n] == '_')
        n++;
    return n ? arena_strndup(arena, at, n) : NULL;
}

void fill_slots(struct arena *arena, const char *command, struct fill_slots *ret_slots)
{
    struct strings names = {0};
    size_t n_bytes = strlen(command);
    for (size_t at = 0; at < n_bytes;) {
        size_t n = fill_placeholder_bytes(command, n_bytes, at);
        bool known = false;
        list_each (name, &names)
            known |= strlen(*name) == n && memcmp(*name, command + at, n) == 0;
        if (n > 0 && !known && names.n <= FILL_VALUES_MOST)
            strings_add(arena, &names, arena_strndup(arena, command + at, n));
        at += n > 0 ? n : 1;
    }
    list_each (name, &names) {
        const char *label = label_of(arena, *name);
        const char *key = label ? label : key_of(arena, *name);
        *list_push(arena, ret_slots) =
            (struct fill_slot){.name = *name, .key = key, .type = type_of(*name, key), .label = label};
    }
}

/* Words that point at something and do not say what. */
static bool is_pointing(const char *word, size_t n)
{
    return listed(" name the your my this affected target actual failing failed current given new ", word, n);
}

/* The next word of a name that says something; gives what follows it. */
static const char *next_word(const char *at, const char **ret_word, size_t *ret_n)
{
    for (;;) {
        while (*at && !isalnum((unsigned char)*at) && (unsigned char)*at < 0x80)
            at++;
        size_t n = 0;
        while (isalnum((unsigned char)at[n]) || (unsigned char)at[n] >= 0x80)
            n++;
        char lower[64] = "";
        for (size_t i = 0; i < n && i < sizeof lower - 1; i++)
            lower[i] = (char)tolower((unsigned char)at[i]);
        *ret_word = at;
        *ret_n = n;
        at += n;
        if (n == 0 || !is_pointing(lower, n < sizeof lower ? n : sizeof lower - 1))
            return at;
    }
}

static bool same_words(const char *a, const char *b)
{
    size_t n_same = 0;
    for (;;) {
        const char *word_a, *word_b;
        size_t n_a, n_b;
        a = next_word(a, &word_a, &n_a);
        b = next_word(b, &word_b, &n_b);
        if (n_a == 0 && n_b == 0)
            return n_same > 0;
        bool short_a = n_a == 2 && strncasecmp(word_a, "ns", 2) == 0;
        bool same = n_a == n_b && strncasecmp(word_a, word_b, n_a) == 0;
        if (!same && !(short_a && n_b == 9 && strncasecmp(word_b, "namespace", 9) == 0))
            return false;
        n_same++;
    }
}

bool fill_names_slot(const char *name, const struct fill_slot *slot)
{
    if (strcmp(name, slot->name) == 0 || strcmp(name, slot->key) == 0)
        return true;
    if (slot->label)
        return false;
    scoped_arena struct arena *arena = arena_new();
    const char *key = key_of(arena, name);
    return strcmp(key, slot->key) == 0 || same_words(slot->key, key);
}

/* ---- values ---- */

static bool made_of(const char *value, const char *marks)
{
    for (const char *c = value; *c; c++)
        if (!((*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
              strchr(marks, *c)))
            return false;
    return true;
}

static bool is_letter_or_digit(char c)
{
    return made_of((char[]){c, '\0'}, "");
}

static bool leads_upwards(const char *value)
{
    for (const char *at = value; (at = strstr(at, "..")); at += 2)
        if ((at == value || at[-1] == '/') && (at[2] == '\0' || at[2] == '/'))
            return true;
    return false;
}

static bool is_number(const char *value)
{
    size_t n = strspn(value, "0123456789"), fraction = 0;
    if (n == 0 || n > 18)
        return false;
    value += n;
    if (*value == '.') {
        fraction = strspn(value + 1, "0123456789");
        if (fraction == 0 || fraction > 9)
            return false;
        value += 1 + fraction;
    }
    static const char units[] = " s m h d ms us k K M G T Ki Mi Gi Ti % ";
    return *value == '\0' || (made_of(value, "%") && listed(units, value, strlen(value)));
}

static bool is_choice(const char *name, const char *value)
{
    for (const char *at = name + 1; *at;) {
        size_t n = strcspn(at, "|>]");
        if (strlen(value) == n && strncmp(at, value, n) == 0)
            return n > 0;
        at += n + (at[n] != '\0');
    }
    return false;
}

static bool is_host(const char *value)
{
    return made_of(value, ".-_:[]") && (is_letter_or_digit(value[0]) || value[0] == '[' || value[0] == ':') &&
           strlen(value) <= 260;
}

static bool is_url(const char *value)
{
    return (strncmp(value, "http://", 7) == 0 || strncmp(value, "https://", 8) == 0) &&
           made_of(value, "-._~:/?#@!&=%+,;[]") && !strpbrk(value, "@") && !leads_upwards(value);
}

/* Characters that steer a terminal, or that make a text read otherwise than it is. */
static bool is_steering(const unsigned char *at)
{
    static const char *const ranges[][2] = {
        {"\xC2\x80", "\xC2\x9F"},                 /* C1 controls */
        {"\xC2\xAD", "\xC2\xAD"},                 /* soft hyphen */
        {"\xD8\x9C", "\xD8\x9C"},                 /* Arabic letter mark */
        {"\xE2\x80\x8B", "\xE2\x80\x8F"},         /* zero width, direction marks */
        {"\xE2\x80\xA8", "\xE2\x80\xAE"},         /* line and paragraph separator, embeddings */
        {"\xE2\x81\xA0", "\xE2\x81\xAF"},         /* word joiner, isolates */
        {"\xEF\xBB\xBF", "\xEF\xBB\xBF"},         /* byte order mark */
        {"\xEF\xBF\xB9", "\xEF\xBF\xBB"},         /* interlinear marks */
        {"\xF3\xA0\x80\x80", "\xF3\xA0\x81\xBF"}, /* tags */
    };
    if (*at < 0x20 || *at == 0x7F)
        return true;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        size_t n = strlen(ranges[i][0]);
        if (memcmp(at, ranges[i][0], 1) == 0 && strnlen((const char *)at, n) == n &&
            memcmp(at, ranges[i][0], n) >= 0 && memcmp(at, ranges[i][1], n) <= 0)
            return true;
    }
    return false;
}

static const char *text_refuses(const char *value)
{
    size_t n_bytes = strnlen(value, FILL_VALUE_BYTES + 1);
    if (n_bytes == 0)
        return "is empty";
    if (n_bytes > FILL_VALUE_BYTES)
        return "is longer than 1024 bytes";
    if (!utf8_valid(value, n_bytes))
        return "is not valid UTF-8";
    for (const char *c = value; *c; c++)
        if (is_steering((const unsigned char *)c))
            return "holds a control character, a line break or an invisible mark";
    for (size_t at = 0; at < n_bytes; at++)
        if (fill_placeholder_bytes(value, n_bytes, at))
            return "looks like a placeholder itself";
    if (value[0] == '-')
        return "begins with '-': a program would take it for an option";
    if (value[0] == '@')
        return "begins with '@': some programs would read a file of that name";
    return NULL;
}

static const char *type_refuses(const struct fill_slot *slot, const char *value)
{
    size_t n_bytes = strlen(value);
    switch (slot->type) {
    case FILL_NAME:
        return made_of(value, "-_.") && value[0] != '.' && is_letter_or_digit(value[n_bytes - 1]) &&
                       !strstr(value, "..") && n_bytes <= 253
                   ? NULL
                   : "is no name (letters, digits, '-', '_' and '.', at most 253)";
    case FILL_NUMBER:
        return is_number(value) ? NULL : "is no number";
    case FILL_CHOICE:
        return is_choice(slot->name, value) ? NULL : "is none of those that the runbook lists";
    case FILL_ID:
        return made_of(value, "-_.:/@+=") && is_letter_or_digit(value[0]) && !leads_upwards(value)
                   ? NULL
                   : "is no id (letters, digits and - _ . : / @ + =)";
    case FILL_HOST:
        return is_host(value) ? NULL : "is no host (letters, digits, '-', '.', and a port behind ':')";
    case FILL_PATH:
        return made_of(value, "-_./@+,=: ") && !leads_upwards(value)
                   ? NULL
                   : "is no path (letters, digits, blanks and - _ . / @ + , = :, no \"..\")";
    case FILL_URL:
        return is_url(value) ? NULL : "is no http or https address";
    default:
        return NULL;
    }
}

const char *fill_type_refuses(struct arena *arena, const struct fill_slot *slot, const char *value)
{
    if (slot->type == FILL_SECRET)
        return arena_printf(arena,
                            "%s is a secret: it would be on record. Let the command read it from a file or a "
                            "variable of the runner.",
                            slot->name);
    const char *why = text_refuses(value);
    if (!why)
        why = type_refuses(slot, value);
    return why ? arena_printf(arena, "The value of %s %s.", slot->name, why) : NULL;
}
