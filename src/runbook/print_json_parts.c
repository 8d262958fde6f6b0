/* The lists of struct runbook_parts as JSON, a function a kind, a table row a list. */
#include <string.h>

#include "runbook/print_json_priv.h"

static void text(struct json_writer *w, const char *name, const char *value)
{
    jw_pair(w, name, value);
}

static void print_metadata(struct json_writer *w, const struct metadata *m)
{
    text(w, "key", m->key);
    text(w, "raw_key", m->raw_key);
    text(w, "value", m->value);
    text(w, "type", m->type);
    text(w, "source", m->source);
    jw_pair_int(w, "line", m->line);
}

static void print_field(struct json_writer *w, const struct template_field *field)
{
    text(w, "text", field->text);
    text(w, "name", field->name);
    text(w, "kind", field->kind);
    print_json_strings(w, "options", &field->options);
    jw_pair_int(w, "line", field->line);
}

static void print_template(struct json_writer *w, const struct template *t)
{
    text(w, "id", t->id);
    text(w, "name", t->name);
    text(w, "audience", t->audience);
    text(w, "medium", t->medium);
    text(w, "lang", t->lang);
    jw_pair_int(w, "body_start", t->body_start);
    jw_pair_int(w, "body_end", t->body_end);
    text(w, "body", t->body);
    jw_name(w, "subject");
    if (t->subject) {
        jw_begin_object(w);
        text(w, "text", t->subject);
        jw_pair_int(w, "line", t->subject_line);
        jw_end_object(w);
    } else {
        jw_null(w);
    }
    jw_name(w, "caption");
    if (t->caption) {
        jw_begin_object(w);
        text(w, "text", t->caption);
        jw_end_object(w);
    } else {
        jw_null(w);
    }
    text(w, "condition", t->condition);
    jw_name(w, "placeholders");
    jw_begin_array(w);
    list_each (field, &t->placeholders) {
        jw_begin_object(w);
        print_field(w, field);
        jw_end_object(w);
    }
    jw_end_array(w);
    print_json_lines(w, t->line, t->line_end);
}

static void print_cadence(struct json_writer *w, const struct cadence *c)
{
    text(w, "what", c->what);
    print_json_seconds(w, "every_s", c->every_s);
    print_json_strings(w, "applies_to", &c->applies_to);
    text(w, "scope", c->scope);
    text(w, "audience", c->audience);
    text(w, "channel", c->channel);
    text(w, "until", c->until);
    text(w, "source", c->source);
    jw_pair_int(w, "line", c->line);
}

static void print_deadline(struct json_writer *w, const struct deadline *d)
{
    text(w, "what", d->what);
    print_json_seconds(w, "due_s", d->due_s);
    print_json_seconds(w, "due_min_s", d->due_min_s);
    text(w, "op", d->op);
    text(w, "after", d->after);
    text(w, "kind", d->kind);
    jw_pair_int(w, "line", d->line);
}

static void print_threshold(struct json_writer *w, const struct threshold *t)
{
    const struct condition *c = &t->condition;

    text(w, "metric", c->metric);
    text(w, "words", c->words);
    text(w, "op", c->op);
    jw_name(w, "value");
    if (c->has_value)
        jw_double(w, c->value);
    else if (c->op && strcmp(c->op, "class") == 0) /* "5xx" */
        jw_string(w, c->metric);
    else if (c->op && strcmp(c->op, "matches") == 0) /* the text looked for */
        jw_string(w, c->words);
    else
        jw_null(w);
    text(w, "unit", c->unit);
    jw_name(w, "value_hi");
    if (c->has_value_hi)
        jw_double(w, c->value_hi);
    else
        jw_null(w);
    text(w, "op_hi", c->op_hi);
    text(w, "agg", c->aggregate);
    print_json_seconds(w, "window_s", c->window_s);
    text(w, "scope", c->scope);
    text(w, "meaning", t->meaning);
    jw_pair_int(w, "line", t->line);
}

static void print_stated(struct json_writer *w, const char *name, const struct stated *s)
{
    text(w, name, s->text);
    jw_pair_int(w, "line", s->line);
}

static void print_checklist(struct json_writer *w, const struct checklist *c)
{
    text(w, "name", c->name);
    text(w, "stage", c->stage);
    jw_name(w, "items");
    jw_begin_array(w);
    list_each (item, &c->items) {
        jw_begin_object(w);
        print_stated(w, "text", item);
        jw_end_object(w);
    }
    jw_end_array(w);
    print_json_lines(w, c->line, c->line_end);
}

static void print_role(struct json_writer *w, const struct role *r)
{
    text(w, "name", r->name);
    text(w, "abbreviation", r->abbreviation);
    text(w, "kind", r->kind);
    text(w, "primary", r->primary);
    text(w, "secondary", r->secondary);
    text(w, "contact", r->contact);
    print_json_strings(w, "responsibilities", &r->responsibilities);
    jw_pair_int(w, "line", r->line);
}

static void print_contact(struct json_writer *w, const struct contact *c)
{
    text(w, "name", c->name);
    text(w, "value", c->value);
    text(w, "value_kind", c->value_kind);
    jw_pair_bool(w, "placeholder", c->placeholder);
    text(w, "purpose", c->purpose);
    jw_pair_int(w, "line", c->line);
}

static void print_oncall(struct json_writer *w, const struct oncall_layer *o)
{
    text(w, "layer", o->layer);
    jw_pair_int(w, "order", o->order);
    text(w, "role", o->role);
    text(w, "hours", o->hours);
    text(w, "hours_text", o->hours_text);
    jw_pair_int(w, "line", o->line);
}

static void print_escalation(struct json_writer *w, const struct escalation *e)
{
    text(w, "kind", e->kind);
    print_json_strings(w, "applies_to", &e->applies_to);
    print_json_strings(w, "to", &e->to);
    jw_pair_bool(w, "ordered", e->ordered);
    print_json_seconds(w, "after_s", e->after_s);
    if (e->from_answer)
        jw_pair(w, "after", "acknowledged");
    text(w, "condition", e->condition);
    print_json_lines(w, e->line, e->line_end);
}

static void print_channel(struct json_writer *w, const struct channel_mention *c)
{
    text(w, "kind", c->kind);
    text(w, "name", c->name);
    text(w, "address", c->address);
    text(w, "use", c->use);
    text(w, "pattern", c->pattern);
    jw_pair_int(w, "line", c->line);
}

static void print_endpoint(struct json_writer *w, const struct endpoint *e)
{
    text(w, "url", e->url);
    text(w, "method", e->method);
    text(w, "scheme", e->scheme);
    text(w, "host", e->host);
    jw_pair_int_or_null(w, "port", e->port, e->port > 0);
    text(w, "path", e->path);
    text(w, "body", e->body);
    jw_pair_int(w, "line", e->lines.n > 0 ? e->lines.at[0] : 0);
    jw_name(w, "lines");
    jw_begin_array(w);
    list_each (line, &e->lines)
        jw_int(w, *line);
    jw_end_array(w);
}

static void print_recovery(struct json_writer *w, const struct recovery_stage *s)
{
    jw_pair_int(w, "order", s->order);
    text(w, "id", s->id);
    text(w, "name", s->name);
    jw_name(w, "services");
    jw_begin_array(w);
    list_each (service, &s->services) {
        jw_begin_object(w);
        text(w, "name", service->name);
        text(w, "kind", service->kind);
        jw_pair_int_or_null(w, "replicas", service->replicas, service->replicas >= 0);
        jw_pair_int(w, "order", service->order);
        jw_pair_int(w, "line", service->line);
        jw_end_object(w);
    }
    jw_end_array(w);
    jw_pair_int(w, "line", s->line);
}

static void print_maintenance(struct json_writer *w, const struct maintenance *m)
{
    text(w, "task", m->task);
    text(w, "recurrence", m->recurrence);
    text(w, "rrule", m->rrule);
    text(w, "event", m->event);
    jw_pair_int(w, "line", m->line);
}

static void print_drill(struct json_writer *w, const struct drill_date *d)
{
    text(w, "name", d->name);
    text(w, "date", d->date);
    text(w, "last", d->last);
    text(w, "recurrence", d->recurrence);
    jw_pair_int(w, "line", d->line);
}

static void print_report_section(struct json_writer *w, const struct report_section *r)
{
    text(w, "name", r->name);
    jw_pair_int(w, "order", r->order);
    text(w, "template", r->template_name);
    text(w, "prompt", r->prompt);
    jw_pair_int(w, "line", r->line);
}

static void print_agenda(struct json_writer *w, const struct agenda_item *a)
{
    text(w, "name", a->name);
    jw_pair_int(w, "order", a->order);
    print_json_seconds(w, "duration_s", a->duration_s);
    jw_pair_int(w, "line", a->line);
}

static void print_action(struct json_writer *w, const struct action_row *a)
{
    text(w, "action", a->action);
    text(w, "owner", a->owner);
    text(w, "due", a->due);
    print_json_seconds(w, "due_s", a->due_s);
    text(w, "priority", a->priority);
    text(w, "status", a->status);
    jw_pair_int(w, "line", a->line);
}

static void print_named(struct json_writer *w, const struct stated *s)
{
    print_stated(w, "name", s);
}

static void print_question(struct json_writer *w, const struct stated *s)
{
    print_stated(w, "text", s);
}

#define PRINT_LIST(w, title, list, print)                                                                    \
    do {                                                                                                     \
        jw_name(w, title);                                                                                   \
        jw_begin_array(w);                                                                                   \
        list_each (item_, list) {                                                                            \
            jw_begin_object(w);                                                                              \
            print(w, item_);                                                                                 \
            jw_end_object(w);                                                                                \
        }                                                                                                    \
        jw_end_array(w);                                                                                     \
    } while (0)

static void print_review(const struct runbook_parts *parts, struct json_writer *w)
{
    jw_name(w, "review");
    if (parts->agenda.n == 0 && parts->questions.n == 0 && parts->participants.n == 0 &&
        parts->review_due_s == UNSTATED) {
        jw_null(w);
        return;
    }
    jw_begin_object(w);
    print_json_seconds(w, "due_s", parts->review_due_s);
    print_json_seconds(w, "due_min_s", parts->review_due_min_s);
    PRINT_LIST(w, "agenda", &parts->agenda, print_agenda);
    PRINT_LIST(w, "questions", &parts->questions, print_question);
    PRINT_LIST(w, "participants", &parts->participants, print_question);
    jw_end_object(w);
}

static void print_action_items(const struct runbook_parts *parts, struct json_writer *w)
{
    jw_name(w, "action_items");
    if (parts->action_columns.n == 0 && parts->action_rows.n == 0) {
        jw_null(w);
        return;
    }
    jw_begin_object(w);
    jw_name(w, "columns");
    jw_begin_array(w);
    list_each (column, &parts->action_columns)
        jw_string(w, column->text);
    jw_end_array(w);
    PRINT_LIST(w, "rows", &parts->action_rows, print_action);
    jw_end_object(w);
}

void print_json_parts(const struct runbook *runbook, struct json_writer *w)
{
    const struct runbook_parts *parts = &runbook->parts;

    PRINT_LIST(w, "metadata", &parts->metadata, print_metadata);
    PRINT_LIST(w, "templates", &parts->templates, print_template);
    PRINT_LIST(w, "cadences", &parts->cadences, print_cadence);
    PRINT_LIST(w, "deadlines", &parts->deadlines, print_deadline);
    PRINT_LIST(w, "thresholds", &parts->thresholds, print_threshold);
    PRINT_LIST(w, "checklists", &parts->checklists, print_checklist);
    PRINT_LIST(w, "roles", &parts->roles, print_role);
    PRINT_LIST(w, "contacts", &parts->contacts, print_contact);
    PRINT_LIST(w, "oncall", &parts->oncall, print_oncall);
    PRINT_LIST(w, "escalations", &parts->escalations, print_escalation);
    PRINT_LIST(w, "channels", &parts->channels, print_channel);
    PRINT_LIST(w, "endpoints", &parts->endpoints, print_endpoint);
    PRINT_LIST(w, "recovery_order", &parts->recovery_order, print_recovery);
    PRINT_LIST(w, "maintenance", &parts->maintenance, print_maintenance);
    PRINT_LIST(w, "drills", &parts->drills, print_drill);
    PRINT_LIST(w, "report_sections", &parts->report_sections, print_report_section);
    PRINT_LIST(w, "timeline_events", &parts->timeline_events, print_named);
    PRINT_LIST(w, "metrics", &parts->metrics, print_named);
    print_review(parts, w);
    print_action_items(parts, w);
}
