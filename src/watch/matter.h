/* What core is told of one alert of a check: a check has one of its own, and one for each subject that it
 * found beyond the limits (judge.h, struct finding). */
#pragma once

#include "watch/judge.h"

struct watched;

enum { MATTERS_MOST = 50, SUBJECT_BYTES = 200 };

struct matter {
    struct watched *watched;
    struct matter *next; /* of the subjects of a check */
    char *subject;       /* NULL: the check itself */
    struct arena *arena; /* of the labels */
    struct label *labels;
    size_t n_labels;  /* of the subject, as they were when it was found first */
    bool seen;        /* in the reading at hand */
    int64_t again_us; /* it is told once more then; 0: it stands until it is told to be over */

    struct judge judge;
    char bad_text[READING_TEXT_BYTES], broken_text[READING_TEXT_BYTES];
    enum verdict_state told_bad, told_broken;       /* verdicts, as core has them */
    enum verdict_state telling_bad, telling_broken; /* as the body under way says; VERDICT_UNKNOWN: nothing */
    bool untold;                                    /* it is in the list of what core is to be told */
    struct matter *next_untold;
};

/* subjects.c */
/* The subjects of a reading that counts by them: judged one by one; who is not in it any more is well. What
 * the check itself is to hear. */
struct check_reading subjects_hear(struct watched *watched, const struct check_reading *reading);
/* Those that are over, and that core knows to be over, are let go. */
void subjects_thin(struct watched *watched);
void subjects_free(struct watched *watched);

/* tell.c */
void matter_hear(struct matter *matter, const struct check_reading *reading);
/* Not in the list of what core is to be told any more. */
void matter_forget(struct matter *matter);
