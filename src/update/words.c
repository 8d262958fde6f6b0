/* The vocabulary of updates: policy/update.words, built into the program, read once and constant from then
 * on; any thread. */
#include <ctype.h>
#include <pthread.h>
#include <string.h>

#include "base/embedded.h"
#include "base/must.h"
#include "update/update_priv.h"

enum { NEAR_WORDS = 5, MOST_GROUPS = 4 };

struct claim_pattern {
    const char *name;
    struct strings groups[MOST_GROUPS];
    bool is_next[MOST_GROUPS];  /* the word behind that of the group before, not one near it */
    bool is_first[MOST_GROUPS]; /* the first word of its clause */
    size_t n_groups;
    struct strings about, without; /* one of those anywhere in the sentence, none of these */
    struct strings unless;         /* names of exceptions, beside those of the claim */
};

typedef LIST(struct claim_pattern) claim_patterns;

struct named_words {
    const char *name;
    struct strings words; /* or phrases */
};

static struct {
    LIST(struct named_words) facts, statuses, says, sets;
    claim_patterns patterns, exceptions;
    struct strings generic, bare, own;
} words; /* constant once load_once() has run */

/* ---- reading the file ---- */

static const char *trimmed(struct arena *arena, const char *from, size_t n)
{
    while (n && isspace((unsigned char)*from)) {
        from++;
        n--;
    }
    while (n && isspace((unsigned char)from[n - 1]))
        n--;
    return arena_strndup(arena, from, n);
}

static void add_split(struct arena *arena, const char *text, const char *between, struct strings *list)
{
    while (*text) {
        size_t n = strcspn(text, between);
        const char *item = trimmed(arena, text, n);
        if (*item)
            strings_add(arena, list, item);
        text += n + (text[n] != '\0');
    }
}

static const struct named_words *named(const struct named_words *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

/* A group of words; @name stands for those of a set. */
static void add_group(struct arena *arena, const char *text, size_t n, struct strings *group)
{
    struct strings items = {0};
    add_split(arena, arena_strndup(arena, text, n), " ", &items);
    list_each (item, &items) {
        if (**item != '@') {
            strings_add(arena, group, *item);
            continue;
        }
        const struct named_words *set = named(words.sets.at, words.sets.n, *item + 1);
        must(set);
        list_each (word, &set->words)
            strings_add(arena, group, *word);
    }
}

static struct strings *condition_of(struct claim_pattern *pattern, const char *kind)
{
    if (strcmp(kind, "about") == 0)
        return &pattern->about;
    if (strcmp(kind, "without") == 0)
        return &pattern->without;
    must(strcmp(kind, "unless") == 0);
    return &pattern->unless;
}

/* "about A B", "without C", "unless D" */
static void add_condition(struct arena *arena, const char *text, size_t n, struct claim_pattern *pattern)
{
    struct strings all = {0};
    add_group(arena, text, n, &all);
    for (size_t i = 1; i < all.n; i++)
        strings_add(arena, condition_of(pattern, all.at[0]), all.at[i]);
}

static void add_pattern(struct arena *arena, claim_patterns *patterns, const char *name, const char *text)
{
    struct claim_pattern *pattern = list_push(arena, patterns);
    pattern->name = name;
    for (bool condition = false; *text;) {
        size_t n = strcspn(text, ":;");
        if (condition) {
            add_condition(arena, text, n, pattern);
        } else {
            size_t n_before = strspn(text, " ");
            bool is_next = text[n_before] == '+', is_first = text[n_before] == '^';
            must(pattern->n_groups < MOST_GROUPS);
            pattern->is_next[pattern->n_groups] = is_next;
            pattern->is_first[pattern->n_groups] = is_first;
            n_before += is_next || is_first;
            add_group(arena, text + n_before, n - n_before, &pattern->groups[pattern->n_groups++]);
        }
        condition |= text[n] == ';';
        text += n + (text[n] != '\0');
    }
}

static void add_line(struct arena *arena, const char *line, size_t n)
{
    const char *equals = memchr(line, '=', n);
    size_t n_kind = strcspn(line, " \t\n");
    if (!equals || *line == '#')
        return;
    const char *kind = arena_strndup(arena, line, n_kind);
    const char *name = trimmed(arena, line + n_kind, (size_t)(equals - line) - n_kind);
    const char *text = trimmed(arena, equals + 1, n - (size_t)(equals - line) - 1);
    struct named_words added = {.name = name};
    if (strcmp(kind, "generic") == 0)
        add_split(arena, text, ",", &words.generic);
    else if (strcmp(kind, "bare") == 0)
        add_split(arena, text, ",", &words.bare);
    else if (strcmp(kind, "own") == 0)
        add_split(arena, text, " ", &words.own);
    else if (strcmp(kind, "over") == 0)
        add_pattern(arena, &words.patterns, kind, text);
    else if (strcmp(kind, "claim") == 0)
        add_pattern(arena, &words.patterns, name, text);
    else if (strcmp(kind, "except") == 0)
        add_pattern(arena, &words.exceptions, name, text);
    else if (strcmp(kind, "says") == 0) {
        strings_add(arena, &added.words, text);
        *list_push(arena, &words.says) = added;
    } else if (strcmp(kind, "set") == 0) {
        add_group(arena, text, strlen(text), &added.words);
        *list_push(arena, &words.sets) = added;
    } else if (strcmp(kind, "fact") == 0) {
        add_split(arena, text, ",", &added.words);
        *list_push(arena, &words.facts) = added;
    } else {
        add_split(arena, text, " ", &added.words);
        *list_push(arena, &words.statuses) = added;
    }
}

static void load_once(void)
{
    static struct arena *arena; /* lives as long as the process */
    const struct embedded_file *file = embedded_find("update.words");
    must(file);
    arena = arena_new();
    for (const char *line = file->bytes; *line;) {
        size_t n = strcspn(line, "\n");
        add_line(arena, line, n);
        line += n + (line[n] == '\n');
    }
}

static void load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, load_once) == 0);
}

/* ---- facts ---- */

const char *words_plain(struct arena *arena, const char *text, size_t n)
{
    char *plain = arena_alloc(arena, n + 1);
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (isalnum(c) || c >= 0x80)
            plain[length++] = (char)tolower(c);
        else if (length && plain[length - 1] != ' ')
            plain[length++] = ' ';
    }
    while (length && plain[length - 1] == ' ')
        length--;
    plain[length] = '\0';
    return plain;
}

/* The phrase as words of the text, not as a part of one. */
static bool holds_phrase(const char *text, const char *phrase)
{
    size_t n = strlen(phrase);
    for (const char *at = text; (at = strstr(at, phrase)); at++)
        if ((at == text || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
            return true;
    return false;
}

static bool is_generic(const char *plain)
{
    list_each (phrase, &words.generic)
        if (strcmp(plain, *phrase) == 0)
            return true;
    return false;
}

const char *fact_of(struct arena *arena, const char *text, size_t n, bool whole)
{
    load();
    const char *plain = words_plain(arena, text, n), *best = NULL;
    size_t best_n = 0;
    list_each (fact, &words.facts)
        list_each (phrase, &fact->words) {
            size_t n_phrase = strlen(*phrase);
            bool asks = strcmp(plain, *phrase) == 0 ||
                        (!whole && holds_phrase(plain, *phrase) && !is_generic(*phrase));
            if (asks && n_phrase > best_n) {
                best = fact->name;
                best_n = n_phrase;
            }
        }
    return best;
}

size_t bare_bytes(const char *text, size_t n)
{
    load();
    list_each (phrase, &words.bare) {
        size_t length = strlen(*phrase);
        if (length > n || strncasecmp(text, *phrase, length) != 0 ||
            (length < n && isalnum((unsigned char)text[length])))
            continue;
        static const char of[] = " of ";
        if (n - length < sizeof of || strncasecmp(text + length, of, sizeof of - 1) != 0)
            return length;
        for (length += sizeof of - 1;
             length < n && (isalnum((unsigned char)text[length]) || text[length] == ' ');)
            length++;
        return length;
    }
    return 0;
}

bool text_is_generic(struct arena *arena, const char *text, size_t n)
{
    load();
    return is_generic(words_plain(arena, text, n));
}

bool status_word_fits(const char *status, const char *word)
{
    load();
    const struct named_words *found = named(words.statuses.at, words.statuses.n, status);
    for (size_t i = 0; found && i < found->words.n; i++)
        if (strcasecmp(found->words.at[i], word) == 0)
            return true;
    return false;
}

/* ---- claims ---- */

static bool any_is(const struct strings *patterns, const char *word)
{
    list_each (pattern, patterns)
        if (word_is(*pattern, word))
            return true;
    return false;
}

static bool any_fits(const struct strings *patterns, const char *word)
{
    if (any_is(patterns, word))
        return true;
    list_each (pattern, patterns)
        if (word_is_misspelt(*pattern, word) && !any_is(&words.own, word))
            return true;
    return false;
}

static bool holds_one(const struct clause_words *sentence, const struct strings *patterns)
{
    for (size_t i = 0; i < sentence->n; i++)
        if (any_fits(patterns, sentence->at[i]))
            return true;
    return false;
}

static bool concerns(const struct claim_pattern *pattern, const struct clause_words *sentence)
{
    return (!pattern->about.n || holds_one(sentence, &pattern->about)) &&
           !holds_one(sentence, &pattern->without);
}

/* Where the words of a pattern are looked for. */
struct search {
    const struct clause_words *in;
    size_t from, until;
    const char *claim; /* what is found counts only where nothing excepts it; NULL: always */
    const struct strings *unless;
    size_t first;      /* the word of the first group */
    unsigned excepted; /* the last clause in which it was, and one more */
};

static bool goes_on(struct search *search, const struct claim_pattern *pattern, size_t group, size_t from);

static bool is_meant(const struct search *search, const char *exception)
{
    for (size_t i = 0; search->unless && i < search->unless->n; i++)
        if (strcmp(search->unless->at[i], exception) == 0)
            return true;
    return strcmp(exception, search->claim) == 0 || strcmp(exception, "all") == 0;
}

static bool is_excepted(struct search *search, size_t last)
{
    const struct clause_words *in = search->in;
    struct search here = {.in = in, .from = search->first, .until = last + 1};
    if (in->clause[search->first] == in->clause[last] && search->excepted == in->clause[last] + 1)
        return true;
    while (here.from && in->clause[here.from - 1] == in->clause[search->first])
        here.from--;
    while (here.until < in->n && in->clause[here.until] == in->clause[last])
        here.until++;
    list_each (exception, &words.exceptions) {
        if (is_meant(search, exception->name) && concerns(exception, in) &&
            goes_on(&here, exception, 0, here.from)) {
            search->excepted = in->clause[search->first] == in->clause[last] ? in->clause[last] + 1 : 0;
            return true;
        }
    }
    return false;
}

/* Where what is near ends: words that only hold others together are not counted ("none of the archives of our
 * site were opened"). */
static size_t near_end(const struct clause_words *in, size_t from, size_t until)
{
    static const char *const small[] = {"a", "an",   "any", "in",    "of",  "our",
                                        "s", "that", "the", "these", "this"};
    size_t n_near = 0, at = from;
    for (; at < until && n_near < NEAR_WORDS; at++) {
        bool counts = true;
        for (size_t i = 0; i < sizeof small / sizeof *small; i++)
            counts &= strcmp(small[i], in->at[at]) != 0;
        n_near += counts;
    }
    return at;
}

/* Each group's word near behind the one before it. */
static bool goes_on(struct search *search, const struct claim_pattern *pattern, size_t group, size_t from)
{
    if (group == pattern->n_groups)
        return !search->claim || !is_excepted(search, from - 1);
    size_t last = group ? near_end(search->in, from, search->until) : search->until;
    if (pattern->is_next[group] && last > from + 1)
        last = from + 1;
    for (size_t i = from; i < last; i++) {
        bool is_first = i == 0 || search->in->clause[i - 1] != search->in->clause[i];
        if ((pattern->is_first[group] && !is_first) || !any_fits(&pattern->groups[group], search->in->at[i]))
            continue;
        if (group == 0)
            search->first = i;
        if (goes_on(search, pattern, group + 1, i + 1))
            return true;
    }
    return false;
}

static bool says(const char *name, const char *claim, const struct clause_words *sentence)
{
    struct search search = {.in = sentence, .until = sentence->n, .claim = claim};
    list_each (pattern, &words.patterns) {
        search.unless = &pattern->unless;
        search.excepted = 0;
        if (strcmp(pattern->name, name) == 0 && concerns(pattern, sentence) &&
            goes_on(&search, pattern, 0, 0))
            return true;
    }
    return false;
}

/* "RESOLVED: image reader", "[Resolved] image reader" */
static bool is_headed_resolved(struct arena *arena, const char *sentence, size_t n_bytes)
{
    size_t label, n_label, before = field_label(sentence, n_bytes, &label, &n_label);
    const char *close = n_bytes && *sentence == '[' ? memchr(sentence, ']', n_bytes) : NULL;
    if (close) {
        label = 1;
        n_label = (size_t)(close - sentence) - 1;
    }
    return (before || close) && status_word_fits("resolved", words_plain(arena, sentence + label, n_label));
}

/* "Cause: a full disk", "The culprit: a full disk" */
static bool states_field(struct arena *arena, const char *claim, const char *sentence, size_t n_bytes,
                         const struct clause_words *plain)
{
    static const char article[] = "The ";
    enum { ARTICLE_BYTES = sizeof article - 1 };
    size_t label, n_label, before = field_label(sentence, n_bytes, &label, &n_label);
    struct search search = {.in = plain, .claim = claim};
    if (before && n_label > ARTICLE_BYTES && strncasecmp(sentence + label, article, ARTICLE_BYTES) == 0) {
        label += ARTICLE_BYTES;
        n_label -= ARTICLE_BYTES;
    }
    const char *fact = before ? fact_of(arena, sentence + label, n_label, true) : NULL;
    return fact && strcmp(fact, claim) == 0 && plain->n &&
           *words_plain(arena, sentence + before, n_bytes - before) && !is_excepted(&search, plain->n - 1);
}

/* "When will it be back?" asserts nothing; "Is the data safe?" may. */
static bool only_asks(const struct clause_words *plain, const char *sentence, size_t n_bytes)
{
    static const char *const asking[] = {"how", "what", "when", "where", "which", "who", "why"};
    while (n_bytes && isspace((unsigned char)sentence[n_bytes - 1]))
        n_bytes--;
    if (!plain->n || !n_bytes || sentence[n_bytes - 1] != '?')
        return false;
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++)
        if (strcmp(asking[i], plain->at[0]) == 0)
            return true;
    return false;
}

const char *claim_next(const char *sentence, size_t n_bytes, const char *after)
{
    load();
    scoped_arena struct arena *arena = arena_new();
    struct clause_words plain;
    clause_split(arena, sentence, n_bytes, &plain);
    if (only_asks(&plain, sentence, n_bytes))
        return NULL;
    bool passed = !after, headed = is_headed_resolved(arena, sentence, n_bytes);
    list_each (claim, &words.says) {
        if (passed && (says(claim->name, claim->name, &plain) ||
                       states_field(arena, claim->name, sentence, n_bytes, &plain) ||
                       (headed && strcmp(claim->name, "resolved") == 0)))
            return claim->name;
        passed |= after && strcmp(after, claim->name) == 0;
    }
    return NULL;
}

bool says_unknown(const char *text, size_t n_bytes)
{
    load();
    scoped_arena struct arena *arena = arena_new();
    struct clause_words plain;
    clause_split(arena, text, n_bytes, &plain);
    struct search search = {.in = &plain, .until = plain.n};
    list_each (exception, &words.exceptions)
        if (strcmp(exception->name, "all") == 0 && goes_on(&search, exception, 0, 0))
            return true;
    return false;
}

bool says_it_goes_on(const char *sentence, size_t n_bytes)
{
    load();
    scoped_arena struct arena *arena = arena_new();
    struct clause_words plain;
    clause_split(arena, sentence, n_bytes, &plain);
    return says("over", NULL, &plain);
}

const char *claim_says(const char *claim)
{
    load();
    const struct named_words *found = named(words.says.at, words.says.n, claim);
    return found ? found->words.at[0] : NULL;
}

/* ---- findings ---- */

/* The incident knows the others itself. */
static const char *const found_by_people[] = {"impact", "description", "cause",  "actions", "next",
                                              "eta",    "workaround",  "bridge", "contact"};
enum { N_FOUND = sizeof found_by_people / sizeof *found_by_people };

bool finding_topic_known(const char *topic)
{
    for (size_t i = 0; i < N_FOUND; i++)
        if (strcmp(topic, found_by_people[i]) == 0)
            return true;
    return claim_says(topic) != NULL;
}

const char *finding_topics(struct arena *arena)
{
    const char *text = "";
    load();
    for (size_t i = 0; i < N_FOUND; i++)
        text = arena_printf(arena, "%s%s%s", text, *text ? ", " : "", found_by_people[i]);
    list_each (says, &words.says) {
        bool is_fact = false;
        for (size_t i = 0; i < N_FOUND; i++)
            is_fact |= strcmp(says->name, found_by_people[i]) == 0;
        if (!is_fact)
            text = arena_printf(arena, "%s, %s", text, says->name);
    }
    return text;
}
