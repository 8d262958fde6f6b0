/* The plan of one level, for people and for programs. */
#include <string.h>

#include "runbook/print.h"
#include "runbook/print_json_priv.h"
#include "runbook/print_page.h"

void plan_print_text(const struct runbook *runbook, const struct plan *plan, bool colour, struct buf *out)
{
    static const char *const titles[] = {[PLAN_AFTER_OPENED] = "From the moment it opens, if nobody acts",
                                         [PLAN_AFTER_ANSWERED] = "From the moment it is acknowledged",
                                         [PLAN_AFTER_RESOLVED] = "From the moment it is resolved",
                                         [PLAN_AFTER_REVIEW] = "From the review"};
    struct page page = {.out = out, .colour = colour};
    const struct severity *severity = plan->severity;
    bool waits = false;
    int event = -1;

    put_styled(&page, bold, severity->id);
    if (severity->label && strcmp(severity->label, severity->id) != 0)
        buf_printf(out, " (%s)", severity->label);
    buf_printf(out, ", %s line %d\n", runbook->file, severity->line);
    list_each (entry, &plan->entries) {
        if ((int)entry->event != event) {
            event = (int)entry->event;
            buf_putc(out, '\n');
            put_styled(&page, bold, titles[event]);
            buf_putc(out, '\n');
        }
        put_plan_entry(&page, entry);
        waits |= entry->kind == PLAN_ESCALATION && entry->after_s != UNSTATED && entry->after_s > 0;
    }
    if (!waits)
        buf_puts(out, "\nIt is paged once: nothing says when to escalate, and other levels have a time.\n");
}

void plan_print_json(const struct runbook *runbook, const struct plan *plan, struct json_writer *w)
{
    jw_begin_object(w);
    jw_pair(w, "file", runbook->file);
    jw_pair(w, "severity", plan->severity->id);
    jw_pair(w, "label", plan->severity->label);
    jw_pair_int(w, "line", plan->severity->line);
    jw_name(w, "entries");
    jw_begin_array(w);
    list_each (entry, &plan->entries) {
        jw_begin_object(w);
        jw_pair(w, "kind", plan_kind_name(entry->kind));
        jw_pair(w, "after", plan_event_name(entry->event));
        print_json_seconds(w, "after_s", entry->after_s);
        print_json_seconds(w, "every_s", entry->every_s);
        jw_pair(w, "what", entry->what);
        print_json_strings(w, "to", &entry->to);
        jw_pair(w, "condition", entry->condition);
        jw_pair(w, "basis", plan_basis_name(entry->basis));
        jw_pair_int_or_null(w, "line", entry->line, entry->line > 0);
        jw_end_object(w);
    }
    jw_end_array(w);
    jw_end_object(w);
}
