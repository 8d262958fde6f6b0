/* A sentence as words in lower case and the clauses they stand in: a word that denies or doubts says nothing
 * of the next clause ("The cause is unknown, but no data was lost"). */
#include <ctype.h>
#include <string.h>

#include "update/update_priv.h"

struct reading {
    struct arena *arena;
    const char *text;
    size_t n, at;
    struct clause_words *words;
    unsigned clause;
};

static bool begins(const struct reading *r, const char *with)
{
    size_t n = strlen(with);
    return r->n - r->at >= n && memcmp(r->text + r->at, with, n) == 0;
}

/* The bytes of what stands between clauses there, or 0. */
static size_t break_bytes(const struct reading *r)
{
    static const char *const dashes[] = {"\xe2\x80\x93", "\xe2\x80\x94", " - "};
    bool last = r->at + 1 == r->n;
    if (strchr(";(", r->text[r->at]) ||
        (r->text[r->at] == ',' && (last || isspace((unsigned char)r->text[r->at + 1]))))
        return 1;
    for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++)
        if (begins(r, dashes[i]))
            return strlen(dashes[i]);
    return 0;
}

static size_t apostrophe_bytes(const struct reading *r)
{
    static const char curly[] = "\xe2\x80\x99";
    return r->text[r->at] == '\'' ? 1 : begins(r, curly) ? strlen(curly) : 0;
}

static bool denies(const char *word)
{
    static const char *const words[] = {"no", "none", "nobody", "nothing", "never"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static void add_word(struct reading *r, const char *word)
{
    struct clause_words *words = r->words;
    if (words->n == CLAUSE_WORDS)
        return;
    bool behind_and = words->n && strcmp(words->at[words->n - 1], "and") == 0;
    r->clause += strcmp(word, "but") == 0 || (behind_and && denies(word));
    words->at[words->n] = word;
    words->clause[words->n++] = r->clause;
}

static bool is_letter(const struct reading *r)
{
    unsigned char c = (unsigned char)r->text[r->at];
    return isalnum(c) || (c >= 0x80 && !apostrophe_bytes(r) && !break_bytes(r));
}

/* "n't" at the end of a word is a word of its own: "wasn't" -> "was", "not". */
static bool takes_not(struct reading *r, char *word, size_t n_word)
{
    size_t n = apostrophe_bytes(r), behind = r->at + n + 1;
    bool is = n && n_word > 1 && word[n_word - 1] == 'n' && behind <= r->n &&
              tolower((unsigned char)r->text[behind - 1]) == 't' &&
              (behind == r->n || !isalnum((unsigned char)r->text[behind]));
    if (is) {
        word[n_word - 1] = '\0';
        r->at = behind;
    }
    return is;
}

static void take_word(struct reading *r)
{
    size_t from = r->at;
    while (r->at < r->n && is_letter(r))
        r->at++;
    char *word = arena_strndup(r->arena, r->text + from, r->at - from);
    for (char *c = word; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    bool negated = r->at < r->n && takes_not(r, word, strlen(word));
    add_word(r, word);
    if (negated)
        add_word(r, "not");
}

/* The colon of a field: "Patient impact: nil" */
static bool says_what_it_is(const struct reading *r)
{
    return r->text[r->at] == ':' && r->words->n &&
           (r->at + 1 == r->n || !isalnum((unsigned char)r->text[r->at + 1]));
}

static void take_words(struct reading *r)
{
    while (r->at < r->n) {
        if (is_letter(r)) {
            take_word(r);
            continue;
        }
        size_t n_break = break_bytes(r);
        r->clause += n_break > 0;
        if (says_what_it_is(r))
            add_word(r, "is");
        r->at += n_break ? n_break : 1;
    }
}

size_t answer_bytes(const char *text, size_t n)
{
    enum { MOST_ANSWER = 40 };
    size_t from = 0, end;
    while (from < n && strchr(" \t\r\n|:*_", text[from]))
        from++;
    for (end = from; end < n && isalpha((unsigned char)text[end]);)
        end++;
    char word[16] = "";
    if (end == from || end - from >= sizeof word)
        return 0;
    for (size_t i = 0; i < end - from; i++)
        word[i] = (char)tolower((unsigned char)text[from + i]);
    while (end < n && !strchr(".!?\n", text[end]))
        end++;
    end += end < n && text[end] != '\n';
    return end - from <= MOST_ANSWER && (denies(word) || strcmp(word, "not") == 0) ? end : 0;
}

/* A short answer that denies stands in front of what was asked: "Were records exposed? No." */
void clause_split(struct arena *arena, const char *sentence, size_t n_bytes, struct clause_words *ret_words)
{
    struct reading r = {.arena = arena, .text = sentence, .n = n_bytes, .words = ret_words};
    const char *asked = memchr(sentence, '?', n_bytes);
    size_t n_question = asked ? (size_t)(asked - sentence) + 1 : n_bytes;
    size_t n_answer = answer_bytes(sentence + n_question, n_bytes - n_question);
    ret_words->n = 0;
    if (n_answer) {
        struct reading answer = {.arena = arena, .text = asked + 1, .n = n_answer, .words = ret_words};
        take_words(&answer);
        r.n = n_question;
    }
    take_words(&r);
    if (n_answer && n_question + n_answer < n_bytes) {
        r.n = n_bytes;
        r.at = n_question + n_answer;
        r.clause++;
        take_words(&r);
    }
}
