#include "drill/result.h"

#include "base/clock.h"
#include "base/json.h"

struct stage {
    const char *name, *at, *lasted;
    int64_t us, since_us;
};

enum { STAGES = 6 };

static void stages_of(const struct drill_result *result, struct stage stages[STAGES])
{
    const struct stage all[STAGES] = {
        {"broken", "injected_at", NULL, result->injected_us, result->begun_us},
        {"detected", "detected_at", "detect_s", result->detected_us, result->injected_us},
        {"paged", "paged_at", "page_s", result->paged_us, result->detected_us},
        {"diagnosed", "diagnosed_at", "diagnose_s", result->diagnosed_us, result->paged_us},
        {"mitigated", "mitigated_at", "mitigate_s", result->mitigated_us, result->diagnosed_us},
        {"verified", "verified_at", "verify_s", result->verified_us, result->mitigated_us},
    };
    for (int i = 0; i < STAGES; i++)
        stages[i] = all[i];
}

int drill_score(const struct drill_result *result)
{
    struct stage stages[STAGES];
    int score = 0;
    stages_of(result, stages);
    for (int i = 1; i < STAGES; i++)
        score += stages[i].us ? 15 : 0;
    score += result->failed_steps.n ? 0 : 10;
    score += result->plan->lacks.n ? 0 : 10;
    return score + (result->by_hand.n ? 0 : 5);
}

/* To the millisecond. */
static double seconds(int64_t us)
{
    int64_t ms = us / 1000;
    return (double)ms / 1000;
}

static void texts_json(struct json_writer *w, const char *name, const struct strings *texts)
{
    jw_name(w, name);
    jw_begin_array(w);
    list_each (text, texts)
        jw_string(w, *text);
    jw_end_array(w);
}

void drill_result_json(struct buf *out, const struct drill_result *result, const char *path)
{
    struct json_writer w = jw_start(out);
    struct stage stages[STAGES];
    stages_of(result, stages);
    jw_begin_object(&w);
    jw_pair(&w, "verdict", result->passed ? "pass" : "fail");
    jw_pair(&w, "name", result->plan->name);
    jw_pair(&w, "scenario", result->plan->scenario);
    jw_pair(&w, "system", result->plan->system);
    jw_name(&w, "seconds");
    jw_double(&w, seconds(result->ended_us - result->begun_us));
    jw_pair_int(&w, "score", drill_score(result));
    for (int i = 0; i < STAGES; i++)
        jw_pair_time(&w, stages[i].at, stages[i].us);
    for (int i = 1; i < STAGES; i++) {
        jw_name(&w, stages[i].lasted);
        if (stages[i].us)
            jw_double(&w, seconds(stages[i].us - stages[i].since_us));
        else
            jw_null(&w);
    }
    jw_pair_int_or_null(&w, "incident", result->incident, result->incident != 0);
    jw_pair(&w, "procedure", result->procedure);
    jw_pair(&w, "severity", result->severity);
    texts_json(&w, "failed_steps", &result->failed_steps);
    texts_json(&w, "by_hand", &result->by_hand);
    texts_json(&w, "lacks", &result->plan->lacks);
    jw_pair(&w, "failed_when", result->when);
    jw_pair(&w, "why", result->why);
    jw_pair(&w, "patch", result->patch);
    jw_pair(&w, "report", path);
    jw_end_object(&w);
    buf_putc(out, '\n');
}

static void list_print(struct buf *out, const char *head, const struct strings *texts)
{
    if (!texts->n)
        return;
    buf_printf(out, "\n%s\n\n", head);
    list_each (text, texts)
        buf_printf(out, "- %s\n", *text);
}

void drill_result_report(struct buf *out, const struct drill_result *result)
{
    struct stage stages[STAGES];
    stages_of(result, stages);
    buf_printf(
        out, "# Drill: %s/%s: %s, %d of 100\n\n%s\n\nThis was a drill (%s): no real system was touched.\n\n",
        result->plan->system, result->plan->name, result->passed ? "passed" : "failed", drill_score(result),
        result->plan->about, result->plan->scenario);
    if (result->why)
        buf_printf(out, "Not %s: %s\n\n", result->when, result->why);
    buf_puts(out, "| stage | at | after |\n|---|---|---|\n");
    for (int i = 0; i < STAGES; i++) {
        char at[TIME_TEXT_BYTES];
        time_format_rfc3339(stages[i].us, at);
        if (stages[i].us)
            buf_printf(out, "| %s | %s | %.1f s |\n", stages[i].name, at,
                       (double)(stages[i].us - stages[i].since_us) / 1e6);
        else
            buf_printf(out, "| %s | never | |\n", stages[i].name);
    }
    list_print(out, "Steps that failed:", &result->failed_steps);
    list_print(out, "Done by hand, because the runbook has no command for it:", &result->by_hand);
    list_print(out, "What the runbook lacks:", &result->plan->lacks);
    if (result->patch)
        buf_printf(out,
                   "\nIt was tested; the runbook may say so (`patch -p1` in its folder):\n\n```diff\n%s```\n",
                   result->patch);
    if (!result->passed && result->log)
        buf_printf(out, "\nThe end of the log:\n\n```\n%s\n```\n", result->log);
    if (result->report)
        buf_printf(out, "\n---\n\n%s", result->report);
}
