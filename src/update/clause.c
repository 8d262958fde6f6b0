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

static bool is_among(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static bool denies(const char *word)
{
    static const char *const words[] = {"no", "none", "nobody", "nothing", "never"};
    return is_among(word, words, sizeof words / sizeof *words);
}

static void add_word(struct reading *r, const char *word)
{
    struct clause_words *words = r->words;
    if (words->n == CLAUSE_WORDS)
        return;
    bool behind_and = words->n && strcmp(words->at[words->n - 1], "and") == 0;
    r->clause += strcmp(word, "but") == 0 || (behind_and && (denies(word) || strcmp(word, "cannot") == 0));
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

/* "wasnt", without the mark: the same. */
static bool drops_not(char *word)
{
    static const char *const words[] = {"wasnt", "werent", "isnt",  "arent",   "didnt",   "doesnt",
                                        "hasnt", "havent", "hadnt", "couldnt", "wouldnt", "shouldnt"};
    bool is = is_among(word, words, sizeof words / sizeof *words);
    if (is)
        word[strlen(word) - 2] = '\0';
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
    bool negated = (r->at < r->n && takes_not(r, word, strlen(word))) || drops_not(word);
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

/* "Fortunately not." answers as "Not." does. */
static bool only_colours(const char *word)
{
    static const char *const words[] = {"fortunately", "thankfully", "luckily",
                                        "happily",     "gladly",     "certainly"};
    return is_among(word, words, sizeof words / sizeof *words);
}

static enum answer answer_of(const char *word)
{
    static const char *const yes[] = {"yes",        "yep",        "yeah",    "indeed",
                                      "absolutely", "certainly",  "correct", "definitely",
                                      "completely", "everything", "all"};
    if (denies(word) || strcmp(word, "not") == 0)
        return ANSWER_NO;
    return is_among(word, yes, sizeof yes / sizeof *yes) ? ANSWER_YES : ANSWER_NONE;
}

size_t answer_bytes(const char *text, size_t n, enum answer *ret_answer)
{
    enum { MOST_ANSWER = 40 };
    size_t from = 0;
    enum answer answer = ANSWER_NONE;
    while (from < n && strchr(" \t\r\n|:*_,", text[from]))
        from++;
    size_t end = from;
    for (int i = 0; i < 2 && answer == ANSWER_NONE; i++) {
        char word[16] = "";
        size_t begin = end;
        while (end < n && isalpha((unsigned char)text[end]))
            end++;
        if (end == begin || end - begin >= sizeof word)
            return 0;
        for (size_t k = 0; k < end - begin; k++)
            word[k] = (char)tolower((unsigned char)text[begin + k]);
        answer = answer_of(word);
        if (answer == ANSWER_NONE && !only_colours(word))
            return 0;
        while (answer == ANSWER_NONE && end < n && strchr(" ,", text[end]))
            end++;
    }
    while (end < n && !strchr(".!?\n", text[end]))
        end++;
    end += end < n && text[end] != '\n';
    if (answer == ANSWER_NONE || end - from > MOST_ANSWER)
        return 0;
    *ret_answer = answer;
    return end;
}

/* The mark of the question that begins there, or n_bytes: none does. */
static size_t question_end(const struct reading *r, size_t n_bytes)
{
    for (size_t i = r->at; i < n_bytes; i++)
        if (r->text[i] == '?' && (i + 1 == n_bytes || !isalnum((unsigned char)r->text[i + 1])))
            return i;
    return n_bytes;
}

/* A question asserts nothing, from the last break before its mark on. */
static void skip_question(struct reading *r, size_t mark)
{
    size_t asked = r->at;
    for (struct reading at = *r; at.at < mark; at.at++)
        if (break_bytes(&at))
            asked = at.at;
    r->n = asked;
    take_words(r);
    r->at = mark;
}

/* A short answer that denies stands in front of what was asked: "Were records exposed? No." One that affirms
 * asserts it: "Is it safe? Yes." */
void clause_split(struct arena *arena, const char *sentence, size_t n_bytes, struct clause_words *ret_words)
{
    struct reading r = {.arena = arena, .text = sentence, .n = n_bytes, .words = ret_words};
    ret_words->n = 0;
    for (size_t mark; (mark = question_end(&r, n_bytes)) < n_bytes; r.clause++) {
        enum answer answer = ANSWER_NONE;
        size_t n_answer = answer_bytes(sentence + mark + 1, n_bytes - mark - 1, &answer);
        size_t from = r.at;
        if (answer == ANSWER_NO) {
            r.at = mark + 1;
            r.n = mark + 1 + n_answer;
            take_words(&r);
            r.at = from;
        }
        r.n = mark;
        if (answer == ANSWER_NONE)
            skip_question(&r, mark);
        else
            take_words(&r);
        r.at = mark + 1 + n_answer;
    }
    r.n = n_bytes;
    take_words(&r);
}
