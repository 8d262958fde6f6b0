/* How many guesses it takes is libzxcvbn's: it knows lists of passwords that leaked, words and names of
 * people, walks over the keyboard, dates and what they make together, with capitals and digits in the place
 * of letters. A plain list of whole passwords would let "Summer2026!!" pass. */
#include "api/password.h"

#include <string.h>

#include "api/server.h"
#include "api/zxcvbn_library.h"

/* Ten thousand million guesses, the best of zxcvbn's five marks: more than the throttle lets through in all
 * time, and some ten years of one core when the hashes are stolen. */
static const double GUESSED_IN_BITS = 33.2;

static size_t count_characters(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80; /* UTF-8: not the rest of one */
    return n;
}

int password_check(struct request *request, const char *password, const char *person)
{
    const char *known[] = {person, "crashcart", NULL};
    if (count_characters(password) < PASSWORD_SHORTEST)
        answer_problem(request, PROBLEM_INVALID, "password",
                       "a password has at least %d characters: take some words", PASSWORD_SHORTEST);
    else if (ZxcvbnMatch(password, known, NULL) < GUESSED_IN_BITS)
        answer_problem(request, PROBLEM_INVALID, "password",
                       "this password is among those that are tried first (it is made of a word, a name, a "
                       "date or a walk "
                       "over the keyboard, and little else): take some words that nobody puts together");
    else
        return 0;
    return -1;
}
