/* What alerting rules lead to, for programs. */
#include "runbook/coverage.h"

static void write_match(struct json_writer *w, const char *name, const struct match *match)
{
    jw_name(w, name);
    if (!match->runbook) {
        jw_null(w);
        return;
    }
    jw_begin_object(w);
    jw_pair(w, "file", match->runbook->file);
    jw_pair_int(w, "line", match->line);
    jw_pair(w, "heading", match->heading);
    jw_name(w, "score");
    jw_double(w, (double)(int)(match->score * 1000 + 0.5) / 1000);
    jw_pair(w, "why", match->why);
    jw_end_object(w);
}

static void write_rules(struct json_writer *w, const struct coverage *coverage)
{
    jw_name(w, "alerts");
    jw_begin_array(w);
    list_each (covered, &coverage->rules) {
        jw_begin_object(w);
        jw_pair(w, "alert", covered->rule->alertname);
        jw_pair(w, "file", covered->rule->file);
        jw_pair_int(w, "line", covered->rule->line);
        jw_pair(w, "procedure_is", coverage_state_name(covered->state));
        write_match(w, "procedure", &covered->best);
        write_match(w, "nearest", &covered->nearest);
        jw_pair(w, "runbook_url", covered->rule->runbook_url);
        jw_pair_bool(w, "has_severity", covered->has_severity);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void write_lists(struct json_writer *w, const struct coverage *coverage,
                        const struct strings *unreadable)
{
    jw_name(w, "unreached");
    jw_begin_array(w);
    list_each (item, &coverage->unreached) {
        jw_begin_object(w);
        jw_pair(w, "file", item->runbook->file);
        jw_pair_int(w, "line", item->procedure->line);
        jw_pair(w, "title", item->procedure->title);
        jw_pair(w, "kind", item->procedure->kind);
        jw_end_object(w);
    }
    jw_end_array(w);
    jw_name(w, "overdue");
    jw_begin_array(w);
    list_each (item, &coverage->overdue) {
        jw_begin_object(w);
        jw_pair(w, "file", item->runbook->file);
        jw_pair_int(w, "line", item->date.line);
        jw_pair(w, "what", item->date.what);
        jw_pair(w, "due", item->date.date);
        jw_end_object(w);
    }
    jw_end_array(w);
    jw_name(w, "unreadable");
    jw_begin_array(w);
    for (size_t i = 0; i < unreadable->n; i++)
        jw_string(w, unreadable->at[i]);
    jw_end_array(w);
}

void coverage_print_json(const struct coverage *coverage, const struct strings *unreadable,
                         struct json_writer *w)
{
    jw_begin_object(w);
    write_rules(w, coverage);
    write_lists(w, coverage, unreadable);
    jw_name(w, "counts");
    jw_begin_object(w);
    jw_pair_int(w, "alerts", (int64_t)coverage->rules.n);
    jw_pair_int(w, "without_procedure", (int64_t)coverage->n_none);
    jw_pair_int(w, "weak", (int64_t)coverage->n_weak);
    jw_pair_int(w, "without_severity", (int64_t)coverage->n_without_severity);
    jw_pair_int(w, "unreached", (int64_t)coverage->unreached.n);
    jw_pair_int(w, "overdue", (int64_t)coverage->overdue.n);
    jw_end_object(w);
    jw_end_object(w);
}
