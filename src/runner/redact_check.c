/* Checks of numbers by which people and accounts are named. Separators (blank, hyphen, dot) are passed over.
 */
#include <stdint.h>
#include <string.h>

#include "runner/redact_priv.h"

enum { LONGEST = 64 };

/* Digits and letters alone, letters made capital; 0 when there are more than `most`. */
static size_t squeeze(const char *text, size_t n_bytes, char *out, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        char c = text[i];
        bool is_digit = c >= '0' && c <= '9', is_small = c >= 'a' && c <= 'z',
             is_capital = c >= 'A' && c <= 'Z';
        if (!is_digit && !is_small && !is_capital)
            continue;
        if (n == most)
            return 0;
        out[n++] = is_small ? (char)(c - 32) : c;
    }
    return n;
}

/* The same for a number; 0 when there are letters or not `least` to `most` digits. */
static size_t digits(const char *text, size_t n_bytes, int *out, size_t least, size_t most)
{
    char squeezed[LONGEST];
    size_t n = squeeze(text, n_bytes, squeezed, most < LONGEST ? most : LONGEST);
    for (size_t i = 0; i < n; i++) {
        if (squeezed[i] > '9')
            return 0;
        out[i] = squeezed[i] - '0';
    }
    return n >= least ? n : 0;
}

static bool luhn_holds(const int *d, size_t n, int sum)
{
    for (size_t i = 0; i < n; i++) {
        int value = (n - i) % 2 ? d[i] : d[i] * 2;
        sum += value > 9 ? value - 9 : value;
    }
    return sum % 10 == 0;
}

static bool all_same(const int *d, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (d[i] != d[0])
            return false;
    return true;
}

static bool luhn(const char *text, size_t n_bytes)
{
    int d[LONGEST];
    size_t n = digits(text, n_bytes, d, 6, 19);
    return n && !all_same(d, n) && luhn_holds(d, n, 0);
}

/* Luhn, and the length and first digits that issuers have. */
static bool card(const char *text, size_t n_bytes)
{
    int d[LONGEST];
    size_t n = digits(text, n_bytes, d, 13, 19);
    if (!n || all_same(d, n) || !luhn_holds(d, n, 0))
        return false;
    int two = d[0] * 10 + d[1], four = two * 100 + d[2] * 10 + d[3];
    if (d[0] == 4)
        return n == 13 || n == 16 || n == 19;
    if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720))
        return n == 16;
    if (two == 34 || two == 37)
        return n == 15;
    if (two == 36 || two == 38 || (four >= 3000 && four <= 3059))
        return n == 14 || n == 16;
    return (four == 6011 || two == 65 || two == 62 || two == 35 || two == 50 || (two >= 56 && two <= 58)) &&
           n >= 16;
}

/* National provider identifier: Luhn over 80840 and the ten digits (ISO/IEC 7812 of the prefix gives 24). */
static bool npi(const char *text, size_t n_bytes)
{
    int d[LONGEST];
    return digits(text, n_bytes, d, 10, 10) && (d[0] == 1 || d[0] == 2) && luhn_holds(d, 10, 24);
}

/* Dihedral group D5: catches every single wrong digit and every swap of neighbours. */
static bool verhoeff(const char *text, size_t n_bytes)
{
    static const uint8_t product[10][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
                                            {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
                                            {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
                                            {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
                                            {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
    static const uint8_t turn[8][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
                                        {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
                                        {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
                                        {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
    int d[LONGEST];
    size_t n = digits(text, n_bytes, d, 6, 20);
    int sum = 0;
    for (size_t i = 0; i < n; i++)
        sum = product[sum][turn[i % 8][d[n - 1 - i]]];
    return n && !all_same(d, n) && sum == 0;
}

static bool nhs(const char *text, size_t n_bytes)
{
    int d[LONGEST], sum = 0;
    if (!digits(text, n_bytes, d, 10, 10) || all_same(d, 10))
        return false;
    for (int i = 0; i < 9; i++)
        sum += d[i] * (10 - i);
    int wanted = 11 - sum % 11;
    return (wanted == 11 ? 0 : wanted) == d[9]; /* 10 is never issued, and no digit */
}

static bool iban(const char *text, size_t n_bytes)
{
    char squeezed[LONGEST];
    size_t n = squeeze(text, n_bytes, squeezed, 34);
    int rest = 0;
    if (n < 15)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = squeezed[(i + 4) % n];
        rest = c > '9' ? (rest * 100 + c - 'A' + 10) % 97 : (rest * 10 + c - '0') % 97;
    }
    return rest == 1;
}

static bool dea(const char *text, size_t n_bytes)
{
    char squeezed[LONGEST];
    if (squeeze(text, n_bytes, squeezed, 9) != 9)
        return false;
    int d[7];
    for (int i = 0; i < 7; i++) {
        if (squeezed[i + 2] < '0' || squeezed[i + 2] > '9')
            return false;
        d[i] = squeezed[i + 2] - '0';
    }
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6];
}

static bool weighted(const char *text, size_t n_bytes, const int *weights, size_t n, int minus_first,
                     int modulus)
{
    int d[LONGEST], sum = 0;
    if (digits(text, n_bytes, d, n, n) != n || all_same(d, n))
        return false;
    d[0] -= minus_first;
    for (size_t i = 0; i < n; i++)
        sum += d[i] * weights[i];
    return sum % modulus == 0;
}

static bool abn(const char *text, size_t n_bytes)
{
    static const int weights[] = {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19};
    return weighted(text, n_bytes, weights, 11, 1, 89);
}

/* Australian tax file number. */
static bool tfn(const char *text, size_t n_bytes)
{
    static const int weights[] = {1, 4, 3, 7, 5, 8, 6, 9, 10};
    return weighted(text, n_bytes, weights, 9, 0, 11);
}

/* Australian Medicare: eight digits and their check digit, then issue and person. */
static bool medicare(const char *text, size_t n_bytes)
{
    static const int weights[] = {1, 3, 7, 9, 1, 3, 7, 9};
    int d[LONGEST], sum = 0;
    if (!digits(text, n_bytes, d, 10, 11) || d[0] < 2 || d[0] > 6)
        return false;
    for (int i = 0; i < 8; i++)
        sum += d[i] * weights[i];
    return sum % 10 == d[8];
}

/* Routing number of a bank of the United States. */
static bool routing(const char *text, size_t n_bytes)
{
    static const int weights[] = {3, 7, 1, 3, 7, 1, 3, 7, 1};
    return weighted(text, n_bytes, weights, 9, 0, 10);
}

/* Never issued: 000, 666, 9xx; a group or serial of zeros. And those that stood in advertisements. */
static bool ssn(const char *text, size_t n_bytes)
{
    int d[LONGEST];
    if (!digits(text, n_bytes, d, 9, 9))
        return false;
    int area = d[0] * 100 + d[1] * 10 + d[2], group = d[3] * 10 + d[4];
    int serial = d[5] * 1000 + d[6] * 100 + d[7] * 10 + d[8];
    bool advertised =
        (area == 78 && group == 5 && serial == 1120) || (area == 219 && group == 9 && serial == 9999);
    return area && area != 666 && area < 900 && group && serial && !advertised;
}

static int base64_value(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

/* Whole base64 that is long, or whose bytes are text: `true` and `8080` of a ConfigMap are base64 by their
 * letters alone. */
static bool base64(const char *text, size_t n_bytes)
{
    if (n_bytes < 4 || n_bytes % 4)
        return false;
    size_t n = n_bytes - (size_t)(text[n_bytes - 1] == '=') - (size_t)(text[n_bytes - 2] == '=');
    bool readable = true;
    unsigned bits = 0;
    for (size_t i = 0; i < n; i++) {
        int value = base64_value(text[i]);
        if (value < 0)
            return false;
        bits = (bits << 6 | (unsigned)value) & 0xffffff;
        if (i % 4) {
            unsigned byte = bits >> (6 - 2 * (i % 4)) & 0xff;
            readable =
                readable && ((byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\t' || byte == '\r');
        }
    }
    return readable || n_bytes >= 24;
}

redact_check *redact_check_find(const char *name)
{
    static const struct {
        const char *name;
        redact_check *check;
    } checks[] = {{"luhn", luhn},    {"card", card},         {"npi", npi}, {"verhoeff", verhoeff},
                  {"nhs", nhs},      {"iban", iban},         {"dea", dea}, {"abn", abn},
                  {"tfn", tfn},      {"medicare", medicare}, {"ssn", ssn}, {"routing", routing},
                  {"base64", base64}};
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (strcmp(checks[i].name, name) == 0)
            return checks[i].check;
    return NULL;
}
