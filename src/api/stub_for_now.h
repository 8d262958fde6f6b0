#pragma once
/* temporary */
#include "review/report.h"
#define W __attribute__((weak))
W const char *label_value(const struct label *l, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(l[i].name, name))
            return l[i].value;
    return NULL;
}
W const char *incident_state_name(enum incident_state s)
{
    return s == INCIDENT_TRIGGERED ? "triggered" : "other";
}
W const char *step_state_name(enum step_state s)
{
    (void)s;
    return "waiting";
}
W const char *risk_name(enum risk_class s)
{
    (void)s;
    return "read";
}
W void engine_each_alert(const struct engine *e, int64_t now,
                         void (*visit)(void *, const struct alert_view *), void *c)
{
    (void)e;
    (void)now;
    (void)visit;
    (void)c;
}
W size_t engine_count_alerts(const struct engine *e)
{
    (void)e;
    return 0;
}
W int ledger_open_reader(const char *d, struct ledger **r, struct err *e)
{
    (void)d;
    (void)e;
    *r = malloc(1);
    return 0;
}
W void ledger_close(struct ledger *l)
{
    free(l);
}
W int ledger_incidents(struct ledger *l, struct arena *a, bool o, int64_t b, size_t li, struct incident **r,
                       size_t *n, struct err *e)
{
    (void)l;
    (void)a;
    (void)o;
    (void)b;
    (void)li;
    (void)e;
    *r = NULL;
    *n = 0;
    return 0;
}
W int ledger_incident(struct ledger *l, struct arena *a, int64_t num, struct incident *r, struct err *e)
{
    (void)l;
    (void)a;
    (void)e;
    *r = (struct incident){.number = num};
    return 0;
}
W int ledger_timeline(struct ledger *l, struct arena *a, int64_t b, int64_t x, size_t li,
                      struct event_row **r, size_t *n, struct err *e)
{
    (void)l;
    (void)a;
    (void)b;
    (void)x;
    (void)li;
    (void)e;
    *r = NULL;
    *n = 0;
    return 0;
}
W int ledger_steps(struct ledger *l, struct arena *a, int64_t b, struct run_step **r, size_t *n,
                   struct err *e)
{
    (void)l;
    (void)a;
    (void)b;
    (void)e;
    *r = NULL;
    *n = 0;
    return 0;
}
W int ledger_deliveries(struct ledger *l, struct arena *a, int64_t b, struct delivery **r, size_t *n,
                        struct err *e)
{
    (void)l;
    (void)a;
    (void)b;
    (void)e;
    *r = NULL;
    *n = 0;
    return 0;
}
W const struct runbook *library_find(const struct library *l, const char *f)
{
    (void)l;
    (void)f;
    return NULL;
}
W void report_write(struct buf *o, const struct report_input *i)
{
    (void)o;
    (void)i;
}
