/* Lengths of time in prose: "< 4 hours", "24-48 hours", "1 hr 30 min", "within one hour", "immediately".
 *
 * Left out: dates and recurrences ("every Tuesday"), which are no lengths of time. */
#include "runbook/text.h"

#include <ctype.h>
#include <string.h>

#include "runbook/phrases.h"

struct unit {
    const char *word;
    int64_t s;
};

/* Longest first where one begins another. A month is 30 days. */
static const struct unit units[] = {
    {"seconds", 1},
    {"second", 1},
    {"secs", 1},
    {"sec", 1},
    {"s", 1},
    {"minutes", 60},
    {"minute", 60},
    {"mins", 60},
    {"min", 60},
    {"m", 60},
    {"hours", 3600},
    {"hour", 3600},
    {"hrs", 3600},
    {"hr", 3600},
    {"h", 3600},
    {"days", 86400},
    {"day", 86400},
    {"d", 86400},
    {"weeks", 604800},
    {"week", 604800},
    {"wks", 604800},
    {"wk", 604800},
    {"w", 604800},
    {"months", 2592000},
    {"month", 2592000},
    {"quarters", 7776000},
    {"quarter", 7776000},
    {"years", 31536000},
    {"year", 31536000},
    /* the same in other languages */
    {"분", 60},
    {"시간", 3600},
    {"초", 1},
    {"일", 86400},
    {"分钟", 60},
    {"分鐘", 60},
    {"分", 60},
    {"小时", 3600},
    {"小時", 3600},
    {"時間", 3600},
    {"秒", 1},
    {"天", 86400},
    {"日", 86400},
    {"minuten", 60},
    {"stunden", 3600},
    {"stunde", 3600},
    {"std", 3600},
    {"arbeitstage", 86400},
    {"arbeitstag", 86400},
    {"werktage", 86400},
    {"werktag", 86400},
    {"tage", 86400},
    {"tag", 86400},
    {"heures", 3600},
    {"heure", 3600},
    {"jours", 86400},
    {"jour", 86400},
    {"minutos", 60},
    {"minuto", 60},
    {"horas", 3600},
    {"hora", 3600},
    {"dias", 86400},
    {"dia", 86400},
};

static const struct unit number_words[] = {
    {"one", 1},
    {"two", 2},
    {"three", 3},
    {"four", 4},
    {"five", 5},
    {"six", 6},
    {"seven", 7},
    {"eight", 8},
    {"nine", 9},
    {"ten", 10},
    {"twelve", 12},
    {"fifteen", 15},
    {"twenty", 20},
    {"thirty", 30},
    {"a", 1},
    {"an", 1},
    {"the", 1},
    {"forty-five", 45},
    {"sixty", 60},
    {"ninety", 90},
    {"twenty-four", 24},
    {"forty-eight", 48},
    {"seventy-two", 72},
    {"ein", 1},
    {"eine", 1},
    {"einer", 1},
    {"zwei", 2},
    {"drei", 3},
    {"f\303\274nf", 5},
    {"zehn", 10},
    {"f\303\274nfzehn", 15},
    {"zwanzig", 20},
    {"drei\303\237ig", 30},
    {"une", 1},
    {"deux", 2},
    {"trois", 3},
    {"cinq", 5},
    {"dix", 10},
    {"quinze", 15},
    {"vingt", 20},
    {"trente", 30},
    {"una", 1},
    {"dos", 2},
    {"tres", 3},
    {"cinco", 5},
    {"diez", 10},
    {"quince", 15},
    {"veinte", 20},
    {"treinta", 30},
};

static const struct {
    const char *word;
    double value;
} fractions[] = {{"\xc2\xbd", 0.5},
                 {"\xc2\xbc", 0.25},
                 {"\xc2\xbe", 0.75},
                 {"half an", 0.5},
                 {"half a", 0.5},
                 {"half", 0.5},
                 {"1/2", 0.5},
                 {"a quarter of an", 0.25},
                 {"quarter of an", 0.25},
                 {"three quarters of an", 0.75}};

static const struct {
    const char *words, *op;
} operators[] = {
    {"less than", "<"},
    {"under", "<"},
    {"below", "<"},
    {"<=", "<="},
    {"<", "<"},
    {"\xe2\x89\xa4", "<="},
    {"within", "<="},
    {"up to", "<="},
    {"at most", "<="},
    {"no later than", "<="},
    {"max", "<="},
    {"maximum", "<="},
    {"first", "<="},
    {"in under", "<"},
    {"more than", ">"},
    {"longer than", ">"},
    {"after", ">"},
    {"over", ">"},
    {"exceeds", ">"},
    {">=", ">="},
    {"\xe2\x89\xa5", ">="},
    {">", ">"},
    {"at least", ">="},
    {"apr\303\250s", ">"},
    {"nach", ">"},
    {"tras", ">"},
    {"despu\303\251s de", ">"},
    {"depois de", ">"},
};

static const char *const at_once[] = {
    "immediate",    "immediately", "instant",         "instantly",        "at once",
    "right away",   "asap",        "inmediato",       "inmediata",        "inmediatamente",
    "de inmediato", "sofort",      "imm\303\251diat", "imm\303\251diate", "imm\303\251diatement",
    "imediato",     "imediata",    "imediatamente"};

/* By when on the day itself: a day at the most. */
static const char *const by_day[] = {"end of business day",
                                     "end of business",
                                     "end of the day",
                                     "end of day",
                                     "end of the business day",
                                     "close of business",
                                     "same business day",
                                     "same working day",
                                     "same day",
                                     "eod",
                                     "cob"};

enum { NUMBER_DIGITS = 9, DAY_S = 86400 };

static bool word_boundary(const char *text, size_t at)
{
    return at == 0 || !(isalnum((unsigned char)text[at - 1]) || text[at - 1] == '_');
}

/* "½ hour", "half an hour": a part of one at text; its length in bytes, or 0. */
static size_t fraction_read(const char *text, double *ret_value)
{
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++) {
        if (fractions[i].word[0] != text_lower(text[0]))
            continue;
        size_t n = strlen(fractions[i].word);
        if (strncasecmp(text, fractions[i].word, n) == 0 &&
            (text[n] == ' ' || ((text[0] & 0x80) && isalpha((unsigned char)text[n])))) {
            *ret_value = fractions[i].value;
            return n;
        }
    }
    return 0;
}

/* A number in digits or as a word at text; its length in bytes, or 0. */
static size_t number_read(const char *text, double *ret_value)
{
    size_t n = 0;
    double value = 0, scale = 1;

    while (isdigit((unsigned char)text[n]) && n < NUMBER_DIGITS)
        value = value * 10 + (text[n++] - '0');
    if (n > 0 && isdigit((unsigned char)text[n]))
        return 0;
    if (n > 0 && text[n] == '.' && isdigit((unsigned char)text[n + 1])) {
        for (n++; isdigit((unsigned char)text[n]) && n < NUMBER_DIGITS; n++)
            value += (text[n] - '0') * (scale /= 10);
    }
    if (n > 0) {
        double part = 0;
        bool mixed = (unsigned char)text[n] == 0xc2 || (text[n] == ' ' && (unsigned char)text[n + 1] == 0xc2);
        size_t n_part = mixed ? fraction_read(text + n + (text[n] == ' '), &part) : 0;
        *ret_value = value + part; /* "1½" */
        return n_part > 0 ? n + (text[n] == ' ') + n_part : n;
    }
    if (strchr("acdefhnoqstuvzACDEFHNOQSTUVZ\xc2", text[0]) == NULL) /* no number word begins so */
        return 0;
    if (strchr("ahqtAHQT\xc2", text[0]) && (n = fraction_read(text, ret_value)) > 0)
        return n;
    for (size_t i = 0; i < sizeof number_words / sizeof *number_words; i++) {
        if (number_words[i].word[0] != (text[0] | 0x20))
            continue;
        n = strlen(number_words[i].word);
        if (strncasecmp(text, number_words[i].word, n) == 0 && text[n] == ' ') {
            size_t half = strncasecmp(text + n, " and a half ", strlen(" and a half ")) == 0
                              ? strlen(" and a half")
                              : 0;
            *ret_value = (double)number_words[i].s + (half > 0 ? 0.5 : 0);
            return n + half;
        }
    }
    return 0;
}

/* " (60)" behind "sixty", as contracts have it. */
static size_t number_again(const char *text)
{
    size_t n = text[0] == ' ' && text[1] == '(' ? 2 : 0, first = n;

    while (n > 0 && isdigit((unsigned char)text[n]))
        n++;
    return n > first && text[n] == ')' ? n + 1 : 0;
}

static size_t skip_words(const char *text, const char *const *words, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        if (text_starts_with(text, words[i]))
            return strlen(words[i]);
    return 0;
}

/* A unit after an optional blank, '-' ("5-minute"), or "business"/"working". */
static size_t unit_read(const char *text, int64_t *ret_s, bool *ret_business)
{
    static const char *const kinds[] = {"business ", "working ", "calendar ", "more ", "full "};
    size_t n = text[0] == ' ' || text[0] == '-';
    size_t kind = skip_words(text + n, kinds, sizeof kinds / sizeof *kinds);

    char first = text[n + kind], lower = isupper((unsigned char)first) ? (char)(first | 0x20) : first;

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (units[i].word[0] != lower)
            continue;
        size_t k = strlen(units[i].word);
        const char *end = text + n + kind + k;
        if (strncasecmp(text + n + kind, units[i].word, k) != 0 || isalnum((unsigned char)*end) ||
            *end == '/')
            continue;
        if (k == 1 && *end == '%')
            continue;
        *ret_s = units[i].s;
        *ret_business =
            kind > 0 && (tolower((unsigned char)text[n]) == 'b' || tolower((unsigned char)text[n]) == 'w');
        return n + kind + k;
    }
    return 0;
}

static size_t range_mark(const char *text)
{
    static const char *const marks[] = {" to ", " - ", "-", " \xe2\x80\x93 ", "\xe2\x80\x93", "\xe2\x80\x94"};

    return skip_words(text, marks, sizeof marks / sizeof *marks);
}

/* "h30" of "1h30": its length in bytes, or 0. */
static size_t clock_read(const char *text)
{
    return (text[0] == 'h' || text[0] == 'H') && text[1] >= '0' && text[1] < '6' &&
                   isdigit((unsigned char)text[2]) && !isalnum((unsigned char)text[3])
               ? 3
               : 0;
}

static size_t length_read(const char *text, struct duration_words *duration)
{
    double low, high = 0;
    int64_t unit_s = 0, low_unit_s = 0;
    bool business = false, low_business;
    size_t n = number_read(text, &low);

    if (n == 0)
        return 0;
    n += text[n] == '+';
    n += isalpha((unsigned char)text[0]) ? number_again(text + n) : 0;
    size_t low_unit = unit_read(text + n, &low_unit_s, &low_business);
    size_t clock = low_unit == 0 ? clock_read(text + n) : 0;
    if (clock > 0) {
        duration->value_s = (int64_t)low * 3600 + ((text[n + 1] - '0') * 10 + (text[n + 2] - '0')) * 60;
        duration->low_s = UNSTATED;
        duration->op = NULL;
        duration->business = false;
        return n + clock;
    }
    size_t mark = range_mark(text + n + low_unit);
    size_t second = mark ? number_read(text + n + low_unit + mark, &high) : 0;
    size_t unit = second ? unit_read(text + n + low_unit + mark + second, &unit_s, &business) : 0;
    if (unit > 0) {
        duration->low_s = (int64_t)(low * (double)(low_unit ? low_unit_s : unit_s));
        duration->value_s = (int64_t)(high * (double)unit_s);
        duration->op = "range";
        duration->business = business;
        return n + low_unit + mark + second + unit;
    }
    if (low_unit == 0)
        return 0;
    duration->value_s = (int64_t)(low * (double)low_unit_s);
    duration->low_s = UNSTATED;
    duration->op = NULL;
    duration->business = low_business;
    n += low_unit;
    size_t half = text_starts_with(text + n, " and a half") ? strlen(" and a half") : 0;
    if (half > 0 && !isalnum((unsigned char)text[n + half])) { /* "an hour and a half" */
        duration->value_s += low_unit_s / 2;
        n += half;
    }
    return n;
}

/* "by EOD", "same day"; not "COB of the next business day", "EOD Friday": those are other days. */
static size_t day_read(const char *text, struct duration_words *duration)
{
    static const char *const other[] = {"of ", "next ", "tomorrow", "on ", "mon", "tue", "wed", "thu", "fri"};

    if (strchr("ecsECS", text[0]) == NULL)
        return 0;
    size_t n = skip_words(text, by_day, sizeof by_day / sizeof *by_day);
    if (n == 0 || isalnum((unsigned char)text[n]) ||
        (text[n] == ' ' && skip_words(text + n + 1, other, sizeof other / sizeof *other) > 0))
        return 0;
    *duration = (struct duration_words){
        .value_s = DAY_S, .low_s = UNSTATED, .immediate = duration->immediate, .business = true};
    return n;
}

/* "1 hour 30 minutes", "1h30m": a further, smaller length right after the first. */
static size_t length_add(const char *text, struct duration_words *duration)
{
    static const char *const joints[] = {" and ", " "};
    struct duration_words more = {0};
    size_t joint = skip_words(text, joints, sizeof joints / sizeof *joints);

    if (!isdigit((unsigned char)text[joint]))
        return 0;
    size_t n = length_read(text + joint, &more);
    if (n == 0 || more.op || more.value_s >= duration->value_s || duration->op)
        return 0;
    duration->value_s += more.value_s;
    return joint + n;
}

/* The operator that ends right before `at`. */
static void operator_before(const char *text, struct duration_words *duration)
{
    size_t end = duration->at;

    while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '~'))
        end--;
    if (end >= 4 && strncasecmp(text + end - 3, "the", 3) == 0 && text[end - 4] == ' ')
        end -= 4;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t n = strlen(operators[i].words);
        bool letters = isalpha((unsigned char)operators[i].words[0]);
        if (n > end || strncasecmp(text + end - n, operators[i].words, n) != 0)
            continue;
        if (letters && !word_boundary(text, end - n))
            continue;
        if (duration->op == NULL)
            duration->op = operators[i].op;
        duration->n_bytes += duration->at - (end - n);
        duration->at = end - n;
        return;
    }
}

/* "15분 이내", "30 分以内": where the operator stands behind. */
static void operator_behind(const char *text, struct duration_words *duration)
{
    static const char *const within[] = {"이내", "내", "以内", "以內", "内"};
    const char *end = text + duration->at + duration->n_bytes;
    size_t blank = end[0] == ' ', n = skip_words(end + blank, within, sizeof within / sizeof *within);

    if (n == 0 || duration->op)
        return;
    duration->op = "<=";
    duration->n_bytes += blank + n;
}

static bool word_at(const char *text, const char *word)
{
    size_t n = text_starts_with(text, word) ? strlen(word) : 0;

    return n > 0 && (!phrase_word_byte(text[n]) ||
                     ((text[n] == 's' || text[n] == 'S') && !phrase_word_byte(text[n + 1])));
}

static const bool begins_at_once[256] = {
    ['a'] = true, ['d'] = true, ['i'] = true, ['r'] = true, ['s'] = true,
    ['A'] = true, ['D'] = true, ['I'] = true, ['R'] = true, ['S'] = true,
};

/* The first of at_once that stands anywhere in the text; each word of the text is looked at once. */
static bool immediate_at(const char *text, size_t *ret_at, size_t *ret_n)
{
    size_t best = sizeof at_once / sizeof *at_once;
    bool found = false;

    for (size_t i = 0, n_word; text[i]; i += n_word > 0 ? n_word : 1) {
        n_word = phrase_word_bytes(text + i);
        if (!begins_at_once[(unsigned char)text[i]])
            continue;
        for (size_t k = 0; n_word > 1 && k < best; k++) {
            if ((text[i] | 0x20) != at_once[k][0] || (text[i + 1] | 0x20) != (at_once[k][1] | 0x20) ||
                !word_at(text + i, at_once[k]))
                continue;
            best = k;
            *ret_at = i;
            *ret_n = strlen(at_once[k]);
            found = true;
        }
    }
    return found;
}

bool text_duration(const char *text, struct duration_words *ret_duration)
{
    struct duration_words duration = {.low_s = UNSTATED};
    size_t at = 0, n = 0;

    duration.immediate = immediate_at(text, &at, &n);
    for (size_t i = 0; text[i]; i++) {
        bool number = isdigit((unsigned char)text[i]) || isalpha((unsigned char)text[i]) ||
                      (unsigned char)text[i] == 0xc2;
        if (!number || !word_boundary(text, i) || (i > 0 && (text[i - 1] == '.' || text[i - 1] == '$')))
            continue;
        if (i > 0 && text[i - 1] == '-' && i > 1 && isalnum((unsigned char)text[i - 2]))
            continue;
        size_t length = length_read(text + i, &duration);
        if (length == 0)
            length = day_read(text + i, &duration);
        if (length == 0)
            continue;
        duration.at = i;
        duration.n_bytes = length + length_add(text + i + length, &duration);
        operator_before(text, &duration);
        bool article = tolower((unsigned char)text[i]) == 'a' || text_starts_with(text + i, "the ");
        bool led = (i >= 3 && strncasecmp(text + i - 3, "in ", 3) == 0 && word_boundary(text, i - 3)) ||
                   (i >= 4 && strncasecmp(text + i - 4, "for ", 4) == 0 && word_boundary(text, i - 4));
        if (article && duration.at == i && !led) /* "twice a day" is no length; "within a day" is */
            continue;
        operator_behind(text, &duration);
        duration.business |= text_find_word(text, "business hours") != NULL;
        *ret_duration = duration;
        return true;
    }
    if (!duration.immediate)
        return false;
    duration.value_s = 0;
    duration.at = at;
    duration.n_bytes = n;
    *ret_duration = duration;
    return true;
}
