/* Opsgenie's REST API v2: users with their contacts, teams with their routing rules, schedules with their
 * rotations, escalations, integrations and heartbeats (https://docs.opsgenie.com/docs/api-overview). */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/import_pages.h"
#include "config/contact.h"

enum { DAY_MINUTES = 1440, DAY_S = 86400 };

struct reading {
    struct import_draft *draft;
    const struct import_pages *pages;
    struct arena *arena;
};

static const char *text(const struct reading *reading, struct json thing, const char *name)
{
    return import_text(reading->arena, thing, name);
}

static bool is_text(const struct reading *reading, struct json thing, const char *name, const char *value)
{
    const char *found = text(reading, thing, name);
    return found && strcmp(found, value) == 0;
}

/* ---- people ---- */

/* "1-5551234567" of the API, or any way of writing it, as "+15551234567". */
static const char *phone_number(const struct reading *reading, const char *written)
{
    scoped_buf struct buf number = {0};
    buf_putc(&number, '+');
    for (const char *p = written; *p; p++)
        if (*p >= '0' && *p <= '9')
            buf_putc(&number, *p);
    return number.n_bytes > 5 && number.n_bytes < 18 ? arena_strdup(reading->arena, buf_text(&number)) : NULL;
}

static bool has_contact(const struct import_person *person, const char *channel, const char *address)
{
    list_each (contact, &person->contacts)
        if (strcmp(contact->channel, channel) == 0 && strcmp(contact->address, address) == 0)
            return true;
    return false;
}

static void add_contact(struct reading *reading, struct import_person *person, const char *method,
                        const char *to)
{
    struct err err;
    bool is_mail = strcmp(method, "email") == 0;
    const char *address = is_mail ? to : phone_number(reading, to);
    if ((!is_mail && strcmp(method, "sms") != 0 && strcmp(method, "voice") != 0) || !address ||
        (is_mail && mail_address_check(to, &err) < 0)) {
        import_lost(reading->draft, "person \"%s\": the contact %s %s", person->name, method, to);
        return;
    }
    if (!has_contact(person, method, address))
        *list_push(reading->arena, &person->contacts) = (struct import_contact){
            arena_strdup(reading->arena, method), address, is_mail ? NULL : "channels.twilio"};
}

static void add_contacts(struct reading *reading, struct import_person *person, struct json contacts)
{
    for (struct json_iter i = json_first(contacts); json_more(&i); json_next(&i)) {
        const char *method = text(reading, i.value, "method"), *to = text(reading, i.value, "to");
        method = method ? method : text(reading, i.value, "contactMethod");
        if (method && to && json_bool(json_get(json_get(i.value, "status"), "enabled"), true))
            add_contact(reading, person, method, to);
    }
}

static void read_user(struct reading *reading, struct json user)
{
    struct import_draft *draft = reading->draft;
    const char *mail = text(reading, user, "username"), *name = text(reading, user, "fullName");
    const char *id = text(reading, user, "id");
    if (!mail && !id)
        return;
    if (json_bool(json_get(user, "blocked"), false)) {
        import_lost(draft, "person \"%s\": the account is blocked", name ? name : mail);
        return;
    }
    const char *whole = mail ? mail : id;
    const char *ours = import_new_id(draft, arena_strndup(draft->arena, whole, strcspn(whole, "@")));
    struct import_person *person = list_push(draft->arena, &draft->people);
    person->their_id = id ? id : mail;
    person->also = mail;
    person->id = ours;
    person->name = name ? name : whole;
    struct err err;
    if (mail && mail_address_check(mail, &err) == 0)
        add_contact(reading, person, "email", mail);
    add_contacts(reading, person, json_get(user, "userContacts"));
    add_contacts(reading, person, json_get(user, "contacts"));
    for (struct import_item i = import_first(reading->pages, "contacts"); i.more; import_next(&i))
        if (i.of && (strcmp(i.of, person->their_id) == 0 || (mail && strcmp(i.of, mail) == 0))) {
            const char *method = text(reading, i.value, "method"), *to = text(reading, i.value, "to");
            if (method && to && json_bool(json_get(json_get(i.value, "status"), "enabled"), true))
                add_contact(reading, person, method, to);
        }
    import_person_done(draft);
}

/* A reference {"type": "user", "id": ..., "username": ...}. */
static const struct import_person *person_of(const struct reading *reading, struct json reference)
{
    const struct import_person *person = import_person(reading->draft, text(reading, reference, "id"));
    return person ? person : import_person(reading->draft, text(reading, reference, "username"));
}

static const char *reference_text(const struct reading *reading, struct json reference)
{
    const char *type = text(reading, reference, "type"), *name = text(reading, reference, "name");
    name = name ? name : text(reading, reference, "username");
    name = name ? name : text(reading, reference, "id");
    if (type && strcmp(type, "none") == 0)
        return "nobody";
    return arena_printf(reading->arena, "%s %s", type ? type : "somebody", name ? name : "");
}

/* ---- schedules ---- */

/* Minutes of "startHour" and "startMin", 0 to 1440. */
static int minute_of(struct json restriction, const char *hour, const char *minute)
{
    int64_t all = json_int(json_get(restriction, hour), 0) * 60 + json_int(json_get(restriction, minute), 0);
    return all < 0 ? 0 : all > DAY_MINUTES ? DAY_MINUTES : (int)all;
}

static void add_daily(struct reading *reading, struct import_schedule *schedule,
                      const struct import_layer *pattern, struct json restriction)
{
    struct import_layer *layer = list_push(reading->arena, &schedule->layers);
    *layer = *pattern;
    layer->hours = (struct import_hours){0, minute_of(restriction, "startHour", "startMin") % DAY_MINUTES,
                                         minute_of(restriction, "endHour", "endMin")};
    layer->always = layer->hours.from_minute == layer->hours.until_minute;
}

/* From Friday 18:00 to Monday 09:00. */
static void add_weekly(struct reading *reading, struct import_schedule *schedule,
                       const struct import_layer *pattern, struct json restriction)
{
    int first = import_weekday(text(reading, restriction, "startDay"));
    int last = import_weekday(text(reading, restriction, "endDay"));
    int from = minute_of(restriction, "startHour", "startMin") % DAY_MINUTES;
    int until = minute_of(restriction, "endHour", "endMin");
    if (first < 0 || last < 0) {
        import_lost(reading->draft, "schedule \"%s\": a restriction without weekdays", schedule->name);
        return;
    }
    int lasts = ((last - first + 7) % 7) * DAY_MINUTES + until - from;
    import_add_window(reading->draft, schedule, pattern, first, from,
                      lasts > 0 ? lasts : lasts + 7 * DAY_MINUTES);
}

static void add_layers(struct reading *reading, struct import_schedule *schedule,
                       struct import_layer *pattern, struct json restriction)
{
    struct json several = json_get(restriction, "restrictions"), one = json_get(restriction, "restriction");
    if (json_count(several) == 0 && json_kind(one) != JSON_OBJECT) {
        pattern->always = true;
        *list_push(reading->arena, &schedule->layers) = *pattern;
        return;
    }
    if (json_kind(one) == JSON_OBJECT)
        add_daily(reading, schedule, pattern, one);
    for (struct json_iter i = json_first(several); json_more(&i); json_next(&i)) {
        if (json_kind(json_get(i.value, "startDay")) == JSON_STRING)
            add_weekly(reading, schedule, pattern, i.value);
        else
            add_daily(reading, schedule, pattern, i.value);
    }
}

static void add_participants(struct reading *reading, struct json participants, const char *whose,
                             struct strings *people)
{
    for (struct json_iter i = json_first(participants); json_more(&i); json_next(&i)) {
        const struct import_person *person = person_of(reading, i.value);
        if (person)
            strings_add(reading->arena, people, person->id);
        else if (is_text(reading, i.value, "type", "none"))
            import_lost(reading->draft, "%s: a turn in which nobody is on call", whose);
        else
            import_lost(reading->draft, "%s: the turn of %s; write who takes it", whose,
                        reference_text(reading, i.value));
    }
}

static int64_t moment(const struct reading *reading, struct json thing, const char *name)
{
    int64_t us = 0;
    const char *time = text(reading, thing, name);
    if (!time || time_parse_rfc3339(time, strlen(time), &us) < 0)
        return 0;
    const int64_t from_us = INT64_C(946684800) * US_PER_S, until_us = INT64_C(4102444800) * US_PER_S;
    return us > from_us && us < until_us ? us : 0; /* of this century */
}

static const char *rotation_of(const struct reading *reading, struct json rotation)
{
    const char *type = text(reading, rotation, "type");
    int64_t n = json_int(json_get(rotation, "length"), 1);
    const char *unit = !type || strcmp(type, "weekly") == 0 ? "w" : strcmp(type, "daily") == 0 ? "d" : "h";
    return arena_printf(reading->arena, "%lld%s", (long long)(n < 1 || n > 365 ? 1 : n), unit);
}

static void read_rotation(struct reading *reading, struct import_schedule *schedule, struct json rotation)
{
    const char *name = import_name(reading->arena, rotation);
    const char *whose =
        arena_printf(reading->arena, "schedule \"%s\", rotation \"%s\"", schedule->name, name);
    int64_t start_us = moment(reading, rotation, "startDate"), end_us = moment(reading, rotation, "endDate");
    struct import_layer layer = {.rotation = rotation_of(reading, rotation), .comment = name};
    if (end_us && (end_us <= start_us || end_us < reading->draft->now_us))
        return; /* it is over */
    if (!start_us) {
        import_lost(reading->draft, "%s: it has no start", whose);
        return;
    }
    add_participants(reading, json_get(rotation, "participants"), whose, &layer.people);
    if (layer.people.n == 0)
        return;
    layer.start = import_local(reading->draft, schedule->timezone, start_us);
    layer.until = end_us ? import_local(reading->draft, schedule->timezone, end_us) : NULL;
    if (layer.until && strcmp(layer.until, layer.start) <= 0)
        return;
    add_layers(reading, schedule, &layer, json_get(rotation, "timeRestriction"));
}

static void read_override(struct reading *reading, struct import_schedule *schedule, struct json override)
{
    int64_t from_us = moment(reading, override, "startDate"), until_us = moment(reading, override, "endDate");
    const struct import_person *person = person_of(reading, json_get(override, "user"));
    if (!from_us || until_us <= from_us || until_us < reading->draft->now_us)
        return;
    struct import_override taken = {.from = import_local(reading->draft, schedule->timezone, from_us),
                                    .until = import_local(reading->draft, schedule->timezone, until_us)};
    if (!person || strcmp(taken.until, taken.from) <= 0) {
        import_lost(reading->draft, "schedule \"%s\": the override of %s", schedule->name,
                    reference_text(reading, json_get(override, "user")));
        return;
    }
    taken.person = person->id;
    *list_push(reading->arena, &schedule->overrides) = taken;
}

static void read_schedule(struct reading *reading, struct json value)
{
    struct import_draft *draft = reading->draft;
    const char *id = text(reading, value, "id"), *name = import_name(reading->arena, value);
    const char *whose = arena_printf(reading->arena, "schedule \"%s\"", name);
    if (!json_bool(json_get(value, "enabled"), true)) {
        import_lost(draft, "%s: it is not enabled", whose);
        return;
    }
    struct import_schedule schedule = {
        .their_id = id ? id : name, .name = name, .id = import_new_id(draft, name)};
    schedule.timezone = import_zone(draft, whose, text(reading, value, "timezone"));
    for (struct json_iter i = json_first(json_get(value, "rotations")); json_more(&i); json_next(&i))
        read_rotation(reading, &schedule, i.value);
    for (struct import_item i = import_first(reading->pages, "overrides"); i.more; import_next(&i))
        if (i.of && (strcmp(i.of, schedule.their_id) == 0 || strcmp(i.of, name) == 0))
            read_override(reading, &schedule, i.value);
    if (schedule.layers.n || schedule.overrides.n)
        *list_push(draft->arena, &draft->schedules) = schedule;
    else
        import_lost(draft, "%s: nobody takes turns in it", whose);
}

/* ---- escalations ---- */

/* "person:ana" or "schedule:ops"; NULL: that is neither, and it is lost. */
static const char *target_of(struct reading *reading, const char *whose, struct json recipient)
{
    const char *type = text(reading, recipient, "type");
    if (type && strcmp(type, "schedule") == 0) {
        const struct import_schedule *schedule =
            import_schedule(reading->draft, text(reading, recipient, "id"));
        schedule = schedule ? schedule : import_schedule(reading->draft, text(reading, recipient, "name"));
        if (schedule)
            return arena_printf(reading->arena, "schedule:%s", schedule->id);
    } else {
        const struct import_person *person = person_of(reading, recipient);
        if (person)
            return arena_printf(reading->arena, "person:%s", person->id);
    }
    import_lost(reading->draft, "%s: it pages %s", whose, reference_text(reading, recipient));
    return NULL;
}

static int64_t delay_of(const struct reading *reading, struct json delay)
{
    int64_t n = json_int(json_get(delay, "timeAmount"), 0);
    const char *unit = text(reading, delay, "timeUnit");
    int64_t unit_s = !unit || strncmp(unit, "minute", 6) == 0 ? 60
                     : strncmp(unit, "hour", 4) == 0          ? 3600
                     : strncmp(unit, "day", 3) == 0           ? DAY_S
                                                              : 1;
    return n < 0 || n > 7 * DAY_S / unit_s ? 0 : n * unit_s;
}

static bool is_of(struct reading *reading, struct json team, const char *of)
{
    return of && (is_text(reading, team, "id", of) || is_text(reading, team, "name", of));
}

/* A team is all of its members, where the export says who they are. */
static void add_targets(struct reading *reading, const char *whose, struct json recipient,
                        struct strings *targets)
{
    bool is_team = is_text(reading, recipient, "type", "team");
    for (struct import_item i = import_first(reading->pages, "teams"); is_team && i.more; import_next(&i)) {
        if (!is_of(reading, i.value, text(reading, recipient, "id")) &&
            !is_of(reading, i.value, text(reading, recipient, "name")))
            continue;
        for (struct json_iter j = json_first(json_get(i.value, "members")); json_more(&j); json_next(&j)) {
            const struct import_person *person = person_of(reading, json_get(j.value, "user"));
            if (person)
                strings_add(reading->arena, targets, arena_printf(reading->arena, "person:%s", person->id));
        }
    }
    const char *target = targets->n ? NULL : target_of(reading, whose, recipient);
    if (target)
        strings_add(reading->arena, targets, target);
}

/* Delays count from the alert on; ours from the step before. */
static void add_rule(struct reading *reading, const char *whose, struct json rule, import_steps *steps,
                     int64_t *at_s)
{
    const char *notify = text(reading, rule, "notifyType"), *condition = text(reading, rule, "condition");
    int64_t delay_s = delay_of(reading, json_get(rule, "delay"));
    struct strings targets = {0};
    add_targets(reading, whose, json_get(rule, "recipient"), &targets);
    if (condition && strcmp(condition, "if-not-acked") != 0)
        import_lost(reading->draft, "%s: the condition %s; here whoever acknowledges ends it", whose,
                    condition);
    if (notify && strcmp(notify, "default") != 0 && strcmp(notify, "all") != 0)
        import_lost(reading->draft, "%s: that it notifies only %s", whose, notify);
    if (!targets.n)
        return;
    if (!steps->n || delay_s > *at_s) {
        struct import_step *step = list_push(reading->arena, steps);
        step->after_s = delay_s > *at_s ? delay_s - *at_s : 0;
        *at_s += step->after_s;
    }
    list_each (target, &targets)
        strings_add(reading->arena, &steps->at[steps->n - 1].notify, *target);
}

static import_steps read_escalation(struct reading *reading, struct json escalation)
{
    import_steps steps = {0};
    const char *whose =
        arena_printf(reading->arena, "escalation \"%s\"", import_name(reading->arena, escalation));
    struct json rules = json_get(escalation, "rules");
    size_t n = json_count(rules);
    int64_t at_s = 0, next_s = -1;
    /* In the order of their delays, as they come true. */
    for (size_t taken = 0; taken < n;) {
        int64_t least_s = INT64_MAX;
        for (struct json_iter i = json_first(rules); json_more(&i); json_next(&i)) {
            int64_t delay_s = delay_of(reading, json_get(i.value, "delay"));
            if (delay_s > next_s && delay_s < least_s)
                least_s = delay_s;
        }
        if (least_s == INT64_MAX)
            break;
        for (struct json_iter i = json_first(rules); json_more(&i); json_next(&i))
            if (delay_of(reading, json_get(i.value, "delay")) == least_s) {
                add_rule(reading, whose, i.value, &steps, &at_s);
                taken++;
            }
        next_s = least_s;
    }
    if (json_int(json_get(json_get(escalation, "repeat"), "count"), 0) > 0)
        import_lost(reading->draft,
                    "%s: its repetition; it is not needed: an incident that nobody takes is paged again",
                    whose);
    return steps;
}

static struct json find_escalation(struct reading *reading, struct json reference)
{
    const char *id = text(reading, reference, "id"), *name = text(reading, reference, "name");
    for (struct import_item i = import_first(reading->pages, "escalations"); i.more; import_next(&i))
        if ((id && is_text(reading, i.value, "id", id)) ||
            (!id && name && is_text(reading, i.value, "name", name)))
            return i.value;
    return (struct json){0};
}

static import_steps steps_to(struct reading *reading, const char *whose, struct json notify)
{
    import_steps steps = {0};
    struct json escalation = find_escalation(reading, notify);
    if (is_text(reading, notify, "type", "none")) {
        import_lost(reading->draft, "%s: it pages nobody; here everyone is paged", whose);
        return steps;
    }
    if (json_kind(escalation) == JSON_OBJECT)
        return read_escalation(reading, escalation);
    const char *target = target_of(reading, whose, notify);
    if (target)
        strings_add(reading->arena, &((struct import_step *)list_push(reading->arena, &steps))->notify,
                    target);
    return steps;
}

/* ---- teams ---- */

static const char *condition_text(struct reading *reading, struct json rule)
{
    const char *said = "";
    for (struct json_iter i = json_first(json_get(json_get(rule, "criteria"), "conditions")); json_more(&i);
         json_next(&i)) {
        const char *field = text(reading, i.value, "field"), *operation = text(reading, i.value, "operation"),
                   *value = text(reading, i.value, "expectedValue");
        said = arena_printf(reading->arena, "%s%s%s%s %s %s", said, *said ? ", " : "",
                            json_bool(json_get(i.value, "not"), false) ? "not " : "", field ? field : "?",
                            operation ? operation : "?", value ? value : "");
    }
    return *said ? said : "every alert in its time";
}

static void add_service(struct reading *reading, const char *name, import_steps steps)
{
    struct import_draft *draft = reading->draft;
    struct import_service service = {.name = name, .id = import_new_id(draft, name), .steps = steps};
    *list_push(draft->arena, &draft->services) = service;
}

static void read_team(struct reading *reading, struct json team)
{
    const char *name = import_name(reading->arena, team);
    const char *whose = arena_printf(reading->arena, "team \"%s\"", name);
    struct json main = {0};
    for (struct import_item i = import_first(reading->pages, "routing_rules"); i.more; import_next(&i)) {
        if (!is_of(reading, team, i.of))
            continue;
        if (json_bool(json_get(i.value, "isDefault"), false))
            main = i.value;
        else
            import_lost(reading->draft,
                        "%s: the routing rule \"%s\" (%s) to %s; a service of its own with match: does that",
                        whose, import_name(reading->arena, i.value), condition_text(reading, i.value),
                        reference_text(reading, json_get(i.value, "notify")));
    }
    if (json_kind(main) == JSON_OBJECT) {
        add_service(reading, name, steps_to(reading, whose, json_get(main, "notify")));
        return;
    }
    for (struct import_item i = import_first(reading->pages, "escalations"); i.more; import_next(&i)) {
        const char *owner = text(reading, json_get(i.value, "ownerTeam"), "id");
        owner = owner ? owner : text(reading, json_get(i.value, "ownerTeam"), "name");
        if (is_of(reading, team, owner)) {
            add_service(reading, name, read_escalation(reading, i.value));
            return;
        }
    }
    import_lost(reading->draft, "%s: it has neither a default routing rule nor an escalation", whose);
}

static void read_heartbeat(struct reading *reading, struct json heartbeat)
{
    struct import_draft *draft = reading->draft;
    struct json every = json_get(heartbeat, "interval");
    const char *name = import_name(reading->arena, heartbeat),
               *unit = text(reading, heartbeat, "intervalUnit");
    int64_t unit_s = !unit || strncmp(unit, "minute", 6) == 0 ? 60
                     : strncmp(unit, "hour", 4) == 0          ? 3600
                                                              : DAY_S;
    int64_t n = json_int(every, 0);
    if (n < 1 || n > 366 * DAY_S / unit_s || !json_bool(json_get(heartbeat, "enabled"), true)) {
        import_lost(draft, "heartbeat \"%s\": it is not enabled, or has no interval", name);
        return;
    }
    const char *id = import_new_id(draft, name);
    *list_push(draft->arena, &draft->heartbeats) = (struct import_heartbeat){id, n * unit_s};
    if (strcmp(id, name) != 0)
        import_lost(draft, "heartbeat \"%s\": its name; who pings it asks for %s now", name, id);
}

static void read_opsgenie(struct import_draft *draft, const struct import_pages *pages)
{
    struct reading reading = {draft, pages, draft->arena};
    for (struct import_item i = import_first(pages, "users"); i.more; import_next(&i))
        read_user(&reading, i.value);
    for (struct import_item i = import_first(pages, "schedules"); i.more; import_next(&i))
        read_schedule(&reading, i.value);
    struct import_item team = import_first(pages, "teams");
    bool none = !team.more;
    for (; team.more; import_next(&team))
        read_team(&reading, team.value);
    for (struct import_item i = import_first(pages, "escalations"); none && i.more; import_next(&i))
        add_service(&reading, import_name(draft->arena, i.value), read_escalation(&reading, i.value));
    for (struct import_item i = import_first(pages, "heartbeats"); i.more; import_next(&i))
        read_heartbeat(&reading, i.value);
    for (struct import_item i = import_first(pages, "integrations"); i.more; import_next(&i))
        import_lost(
            draft, "integration \"%s\" (%s): point its sender to this server; POST /v2/alerts works as it is",
            import_name(draft->arena, i.value),
            text(&reading, i.value, "type") ? text(&reading, i.value, "type") : "no type");
}

static const struct import_endpoint endpoints[] = {
    {"users", "/v2/users", NULL, false},
    {"contacts", "/v2/users/*/contacts", "users", true},
    {"teams", "/v2/teams", NULL, false},
    {"routing_rules", "/v2/teams/*/routing-rules", "teams", true},
    {"schedules", "/v2/schedules?expand=rotation", NULL, false},
    {"overrides", "/v2/schedules/*/overrides", "schedules", true},
    {"escalations", "/v2/escalations", NULL, false},
    {"integrations", "/v2/integrations", NULL, true},
    {"heartbeats", "/v2/heartbeats", NULL, true},
    {0},
};

const struct importer import_opsgenie = {"opsgenie", "Opsgenie", "GenieKey ", endpoints, read_opsgenie};
