/* Grafana OnCall's API v1: users, schedules and their shifts, escalation chains and their policies,
 * integrations and their routes (https://grafana.com/docs/oncall/latest/oncall-api-reference/). */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/import_pages.h"
#include "config/contact.h"

enum { DAY_S = 86400, WEEK_S = 7 * DAY_S };

struct reading {
    struct import_draft *draft;
    const struct import_pages *pages;
    struct arena *arena;
};

static const char *text(const struct reading *reading, struct json thing, const char *name)
{
    return import_text(reading->arena, thing, name);
}

/* ---- people ---- */

static void add_contact(struct import_draft *draft, struct import_person *person, const char *channel,
                        const char *address, const char *lacks)
{
    *list_push(draft->arena, &person->contacts) = (struct import_contact){channel, address, lacks};
}

static void read_user(struct reading *reading, struct json user)
{
    struct import_draft *draft = reading->draft;
    const char *id = text(reading, user, "id"), *email = text(reading, user, "email");
    const char *name = text(reading, user, "username");
    if (!id)
        return;
    name = name ? name : email ? email : id;
    const char *ours = import_new_id(draft, arena_strndup(draft->arena, name, strcspn(name, "@")));
    struct import_person *person = list_push(draft->arena, &draft->people);
    person->their_id = id;
    person->id = ours;
    person->name = name;
    struct err err;
    if (email && mail_address_check(email, &err) == 0)
        add_contact(draft, person, "email", email, NULL);
    for (struct json_iter i = json_first(json_get(user, "slack")); json_more(&i); json_next(&i)) {
        const char *slack = text(reading, i.value, "user_id");
        if (slack)
            add_contact(draft, person, "slack", slack, "channels.slack");
    }
    import_person_done(draft);
}

/* ---- schedules ---- */

static void add_people(struct reading *reading, struct json users, const char *whose, struct strings *people)
{
    for (struct json_iter i = json_first(users); json_more(&i); json_next(&i)) {
        size_t n;
        const char *id = json_text(i.value, &n);
        const struct import_person *person =
            id ? import_person(reading->draft, arena_strndup(reading->arena, id, n)) : NULL;
        if (person)
            strings_add(reading->arena, people, person->id);
        else
            import_lost(reading->draft, "%s: the user %s, who is not in the export", whose,
                        id ? arena_strndup(reading->arena, id, n) : "without an id");
    }
}

/* "2026-03-02T09:00:00" with whatever follows -> "2026-03-02T09:00". NULL: that is no time. */
static const char *local_time(const struct reading *reading, const char *time)
{
    int64_t us;
    const char *minutes = time && strlen(time) >= 16 ? arena_strndup(reading->arena, time, 16) : NULL;
    const char *whole = minutes ? arena_printf(reading->arena, "%s:00Z", minutes) : NULL;
    bool sane = whole && time_parse_rfc3339(whole, strlen(whole), &us) == 0;
    if (!sane || strcmp(minutes, "2000") < 0 || strcmp(minutes, "2100") > 0)
        return NULL;
    /* RFC 3339 lets the T be small or a blank; the configuration has one way to write it. */
    return arena_printf(reading->arena, "%.10sT%s", minutes, minutes + 11);
}

static int64_t wall_us(const struct reading *reading, const char *local)
{
    int64_t us = 0;
    const char *whole = arena_printf(reading->arena, "%s:00Z", local);
    time_parse_rfc3339(whole, strlen(whole), &us);
    return us;
}

struct shift {
    const char *whose; /* "schedule \"Ops\", shift \"Night\"" */
    const char *start; /* local */
    int minute;        /* of the day */
    int64_t duration_s, period_s, interval;
    const char *frequency;
    struct import_layer layer;
    unsigned days;
};

static int weekday_of(const struct reading *reading, const char *local)
{
    int64_t days = wall_us(reading, local) / US_PER_S / DAY_S; /* 1970-01-01 was a Thursday */
    return (int)(((days + 3) % 7 + 7) % 7);
}

/* A turn each day, week or hour; months by a rule. */
static void read_rotation(struct reading *reading, struct shift *shift)
{
    struct arena *arena = reading->arena;
    const char *frequency = shift->frequency;
    int64_t n = shift->interval;
    shift->period_s = n * (strcmp(frequency, "hourly") == 0  ? 3600
                           : strcmp(frequency, "daily") == 0 ? DAY_S
                                                             : WEEK_S);
    shift->layer.rotation = arena_printf(arena, "%lldh", (long long)(shift->period_s / 3600));
    if (shift->period_s % WEEK_S == 0)
        shift->layer.rotation = arena_printf(arena, "%lldw", (long long)(shift->period_s / WEEK_S));
    else if (shift->period_s % DAY_S == 0)
        shift->layer.rotation = arena_printf(arena, "%lldd", (long long)(shift->period_s / DAY_S));
    if (strcmp(frequency, "monthly") != 0)
        return;
    shift->period_s = 31 * DAY_S;
    shift->layer.rotation = arena_printf(arena, "FREQ=MONTHLY;INTERVAL=%lld", (long long)n);
}

static void read_days(struct reading *reading, struct json days, struct shift *shift)
{
    for (struct json_iter i = json_first(days); json_more(&i); json_next(&i)) {
        size_t n;
        const char *word = json_text(i.value, &n);
        int day = word ? import_weekday(arena_strndup(reading->arena, word, n)) : -1;
        if (day >= 0)
            shift->days |= 1U << day;
    }
}

/* The hours in which the shift holds, as layers. */
static void add_layers(struct reading *reading, struct import_schedule *schedule, const struct shift *shift)
{
    struct import_draft *draft = reading->draft;
    int lasts = (int)((shift->duration_s + 59) / 60);
    bool daily = strcmp(shift->frequency, "daily") == 0;
    bool weekly = strcmp(shift->frequency, "weekly") == 0;
    int first = weekday_of(reading, shift->start);
    if (shift->duration_s >= shift->period_s || (!daily && !weekly)) {
        if (shift->duration_s < shift->period_s)
            import_lost(draft, "%s: it does not hold for the whole of each turn; here it does", shift->whose);
        import_add_window(draft, schedule, &shift->layer, first, 0, 7 * 24 * 60);
        return;
    }
    if (shift->interval > 1 && shift->duration_s < shift->period_s / shift->interval)
        import_lost(draft, "%s: it holds only in every %lld. %s; here in each", shift->whose,
                    (long long)shift->interval, daily ? "day" : "week");
    if (daily && !shift->days && lasts <= 24 * 60) {
        struct import_layer *layer = list_push(draft->arena, &schedule->layers);
        *layer = shift->layer;
        layer->hours = (struct import_hours){0, shift->minute, shift->minute + lasts};
        if (layer->hours.until_minute > 24 * 60)
            layer->hours.until_minute -= 24 * 60;
        return;
    }
    for (int day = 0; day < 7; day++)
        if (shift->days ? shift->days >> day & 1 : daily || day == first)
            import_add_window(draft, schedule, &shift->layer, day, shift->minute, lasts);
}

/* In each turn a group of people is on call at once, and a layer gives one person: a layer a place. */
static void add_rolling(struct reading *reading, struct import_schedule *schedule, struct shift *shift,
                        struct json groups, int64_t first)
{
    LIST(struct strings) turns = {0};
    size_t n_places = 0;
    for (struct json_iter i = json_first(groups); json_more(&i); json_next(&i)) {
        struct strings people = {0};
        add_people(reading, i.value, shift->whose, &people);
        if (people.n)
            *list_push(reading->arena, &turns) = people;
        n_places = people.n > n_places ? people.n : n_places;
    }
    size_t begin = turns.n && first > 0 ? (size_t)first % turns.n : 0;
    for (size_t place = 0; place < n_places; place++) {
        shift->layer.people = (struct strings){0};
        for (size_t i = 0; i < turns.n; i++) {
            const struct strings *turn = &turns.at[(begin + i) % turns.n];
            strings_add(reading->arena, &shift->layer.people,
                        turn->at[place < turn->n ? place : turn->n - 1]);
        }
        add_layers(reading, schedule, shift);
    }
}

static void add_override(struct reading *reading, struct import_schedule *schedule, const struct shift *shift,
                         const struct strings *people, bool beside)
{
    int64_t from_us = wall_us(reading, shift->start), until_us = from_us + shift->duration_s * US_PER_S;
    if (until_us < reading->draft->now_us - DAY_S * US_PER_S)
        return; /* it is over */
    if (people->n == 0)
        return;
    if (people->n > 1)
        import_lost(reading->draft, "%s: one person takes over, %s; the others are left out", shift->whose,
                    people->at[0]);
    if (beside)
        import_lost(reading->draft, "%s: %s is on call beside the others then; here in their place",
                    shift->whose, people->at[0]);
    *list_push(reading->arena, &schedule->overrides) =
        (struct import_override){people->at[0], import_local(reading->draft, "UTC", from_us),
                                 import_local(reading->draft, "UTC", until_us)};
}

static bool read_shift_head(struct reading *reading, const struct import_schedule *schedule,
                            struct json value, struct shift *ret_shift)
{
    const char *name = import_name(reading->arena, value), *zone = text(reading, value, "time_zone");
    const char *start = local_time(reading, text(reading, value, "start"));
    const char *turns = local_time(reading, text(reading, value, "rotation_start"));
    const char *until = local_time(reading, text(reading, value, "until"));
    const char *frequency = text(reading, value, "frequency");
    struct shift shift = {.duration_s = json_int(json_get(value, "duration"), 0),
                          .interval = json_int(json_get(value, "interval"), 1),
                          .frequency = frequency ? frequency : "weekly"};
    shift.whose = arena_printf(reading->arena, "schedule \"%s\", shift \"%s\"", schedule->name, name);
    if (!start || shift.duration_s <= 0 || shift.duration_s > 366 * DAY_S) {
        import_lost(reading->draft, "%s: it has no start or no duration", shift.whose);
        return false;
    }
    if (until && (strcmp(until, start) <= 0 || strcmp(until, import_local(reading->draft, schedule->timezone,
                                                                          reading->draft->now_us)) < 0))
        return false; /* it is over */
    if (shift.interval < 1 || shift.interval > 365)
        shift.interval = 1;
    if (zone && strcmp(zone, schedule->timezone) != 0)
        import_lost(reading->draft, "%s: its times are of %s; here they are read on the clocks of %s",
                    shift.whose, zone, schedule->timezone);
    if (json_int(json_get(value, "level"), 0) > 0)
        import_lost(reading->draft, "%s: its priority %lld; here all layers count at once", shift.whose,
                    (long long)json_int(json_get(value, "level"), 0));
    shift.start = start;
    shift.minute = (int)(wall_us(reading, start) / US_PER_S % DAY_S / 60);
    shift.layer =
        (struct import_layer){.start = turns && strcmp(turns, start) > 0
                                           ? arena_printf(reading->arena, "%.11s%s", turns, start + 11)
                                           : start,
                              .until = until,
                              .comment = name};
    read_rotation(reading, &shift);
    read_days(reading, json_get(value, "by_day"), &shift);
    if (json_count(json_get(value, "by_month")) || json_count(json_get(value, "by_monthday")))
        import_lost(reading->draft, "%s: its months or days of the month", shift.whose);
    *ret_shift = shift;
    return true;
}

static void read_shift(struct reading *reading, struct import_schedule *schedule, struct json value)
{
    const char *type = text(reading, value, "type");
    struct strings people = {0};
    struct shift shift;
    type = type ? type : "rolling_users";
    if (!read_shift_head(reading, schedule, value, &shift))
        return;
    if (strcmp(type, "rolling_users") == 0) {
        add_rolling(reading, schedule, &shift, json_get(value, "rolling_users"),
                    json_int(json_get(value, "start_rotation_from_user_index"), 0));
        return;
    }
    add_people(reading, json_get(value, "users"), shift.whose, &people);
    if (strcmp(type, "single_event") == 0 || strcmp(type, "override") == 0) {
        add_override(reading, schedule, &shift, &people, strcmp(type, "single_event") == 0);
        return;
    }
    list_each (person, &people) {
        shift.layer.people = (struct strings){0};
        strings_add(reading->arena, &shift.layer.people, *person);
        add_layers(reading, schedule, &shift);
    }
}

static bool holds_id(struct reading *reading, struct json ids, const char *id)
{
    for (struct json_iter i = json_first(ids); json_more(&i); json_next(&i)) {
        size_t n;
        const char *one = json_text(i.value, &n);
        if (one && strcmp(arena_strndup(reading->arena, one, n), id) == 0)
            return true;
    }
    return false;
}

static void read_schedule(struct reading *reading, struct json value)
{
    struct import_draft *draft = reading->draft;
    const char *id = text(reading, value, "id"), *type = text(reading, value, "type");
    const char *name = import_name(reading->arena, value);
    const char *whose = arena_printf(reading->arena, "schedule \"%s\"", name);
    if (!id)
        return;
    struct import_schedule schedule = {.their_id = id, .name = name, .id = import_new_id(draft, name)};
    schedule.timezone = import_zone(draft, whose, text(reading, value, "time_zone"));
    if (type && strcmp(type, "ical") == 0) {
        import_lost(draft,
                    "%s: it is kept in a calendar (%s); save that as a file and name it as calendar:", whose,
                    text(reading, value, "ical_url_primary") ? "see ical_url_primary" : "no address");
        return;
    }
    for (struct import_item i = import_first(reading->pages, "on_call_shifts"); i.more; import_next(&i)) {
        const char *shift = text(reading, i.value, "id"), *of = text(reading, i.value, "schedule");
        if (shift && (holds_id(reading, json_get(value, "shifts"), shift) || (of && strcmp(of, id) == 0)))
            read_shift(reading, &schedule, i.value);
    }
    if (schedule.layers.n || schedule.overrides.n)
        *list_push(draft->arena, &draft->schedules) = schedule;
    else
        import_lost(draft, "%s: nobody takes turns in it", whose);
}

/* ---- escalation ---- */

struct chain {
    const char *whose;
    int64_t wait_s;
    import_steps steps;
};

/* What follows without a wait is told at once, too. */
static void add_target(struct reading *reading, struct chain *chain, const char *target)
{
    if (!chain->steps.n || chain->wait_s) {
        struct import_step *step = list_push(reading->arena, &chain->steps);
        step->after_s = chain->wait_s;
        chain->wait_s = 0;
    }
    strings_add(reading->arena, &chain->steps.at[chain->steps.n - 1].notify, target);
}

static void add_persons(struct reading *reading, struct chain *chain, struct json users)
{
    struct strings people = {0};
    add_people(reading, users, chain->whose, &people);
    list_each (person, &people)
        add_target(reading, chain, arena_printf(reading->arena, "person:%s", *person));
}

static void take_wait(struct reading *reading, struct chain *chain, struct json policy)
{
    (void)reading;
    int64_t s = json_int(json_get(policy, "duration"), 0);
    chain->wait_s += s > 0 && s <= WEEK_S ? s : 0;
}

static void take_persons(struct reading *reading, struct chain *chain, struct json policy)
{
    add_persons(reading, chain, json_get(policy, "persons_to_notify"));
}

static void take_next_person(struct reading *reading, struct chain *chain, struct json policy)
{
    import_lost(reading->draft, "%s: one person after the other for each alert; here all of them",
                chain->whose);
    add_persons(reading, chain, json_get(policy, "persons_to_notify_next_each_time"));
}

static void take_schedule(struct reading *reading, struct chain *chain, struct json policy)
{
    const char *id = text(reading, policy, "notify_on_call_from_schedule");
    const struct import_schedule *schedule = import_schedule(reading->draft, id);
    if (schedule)
        add_target(reading, chain, arena_printf(reading->arena, "schedule:%s", schedule->id));
    else
        import_lost(reading->draft, "%s: it pages a schedule that was not carried (%s)", chain->whose,
                    id ? id : "none");
}

static void take_repeat(struct reading *reading, struct chain *chain, struct json policy)
{
    (void)policy;
    import_lost(reading->draft,
                "%s: repeat_escalation; it is not needed: an incident that nobody takes is paged again",
                chain->whose);
}

static const struct policy_kind {
    const char *type;
    void (*take)(struct reading *reading, struct chain *chain, struct json policy);
} policy_kinds[] = {
    {"wait", take_wait},
    {"notify_persons", take_persons},
    {"notify_person_next_each_time", take_next_person},
    {"notify_on_call_from_schedule", take_schedule},
    {"repeat_escalation", take_repeat},
};

static void take_policy(struct reading *reading, struct chain *chain, struct json policy)
{
    const char *type = text(reading, policy, "type");
    for (size_t i = 0; type && i < sizeof policy_kinds / sizeof *policy_kinds; i++)
        if (strcmp(type, policy_kinds[i].type) == 0) {
            policy_kinds[i].take(reading, chain, policy);
            return;
        }
    import_lost(reading->draft, "%s: the step %s", chain->whose, type ? type : "without a type");
}

/* By position, whatever order they come in. */
static import_steps read_chain(struct reading *reading, const char *id, const char *name)
{
    struct chain chain = {.whose = arena_printf(reading->arena, "escalation chain \"%s\"", name)};
    LIST(struct json) policies = {0};
    for (struct import_item i = import_first(reading->pages, "escalation_policies"); i.more;
         import_next(&i)) {
        const char *of = text(reading, i.value, "escalation_chain_id");
        if (!of || strcmp(of, id) != 0)
            continue;
        *list_push(reading->arena, &policies) = i.value;
        for (size_t k = policies.n - 1; k > 0 && json_int(json_get(policies.at[k - 1], "position"), 0) >
                                                     json_int(json_get(policies.at[k], "position"), 0);
             k--) {
            struct json later = policies.at[k - 1];
            policies.at[k - 1] = policies.at[k];
            policies.at[k] = later;
        }
    }
    list_each (policy, &policies)
        take_policy(reading, &chain, *policy);
    return chain.steps;
}

static struct json find(struct reading *reading, const char *list, const char *id)
{
    for (struct import_item i = import_first(reading->pages, list); id && i.more; import_next(&i)) {
        const char *one = text(reading, i.value, "id");
        if (one && strcmp(one, id) == 0)
            return i.value;
    }
    return (struct json){0};
}

static void add_service(struct reading *reading, const char *name, const char *chain_id)
{
    struct import_draft *draft = reading->draft;
    struct json chain = find(reading, "escalation_chains", chain_id);
    struct import_service service = {.name = name, .id = import_new_id(draft, name)};
    if (json_kind(chain) == JSON_OBJECT)
        service.steps = read_chain(reading, chain_id, import_name(reading->arena, chain));
    else
        import_lost(draft, "integration \"%s\": its default route leads to no escalation chain of the export",
                    name);
    *list_push(draft->arena, &draft->services) = service;
}

static void read_integration(struct reading *reading, struct json value)
{
    const char *id = text(reading, value, "id"), *name = import_name(reading->arena, value);
    struct json route = json_get(value, "default_route");
    add_service(reading, name, text(reading, route, "escalation_chain_id"));
    for (struct import_item i = import_first(reading->pages, "routes"); i.more; import_next(&i)) {
        const char *of = text(reading, i.value, "integration_id"),
                   *pattern = text(reading, i.value, "routing_regex");
        if (id && of && strcmp(of, id) == 0 && pattern &&
            !json_bool(json_get(i.value, "is_the_last_route"), false))
            import_lost(reading->draft,
                        "integration \"%s\": the route %s to the chain %s; a service of its own with match: "
                        "does that",
                        name, pattern,
                        import_name(reading->arena, find(reading, "escalation_chains",
                                                         text(reading, i.value, "escalation_chain_id"))));
    }
}

static void read_grafana(struct import_draft *draft, const struct import_pages *pages)
{
    struct reading reading = {draft, pages, draft->arena};
    for (struct import_item i = import_first(pages, "users"); i.more; import_next(&i))
        read_user(&reading, i.value);
    for (struct import_item i = import_first(pages, "schedules"); i.more; import_next(&i))
        read_schedule(&reading, i.value);
    struct import_item integration = import_first(pages, "integrations");
    bool none = !integration.more;
    for (; integration.more; import_next(&integration))
        read_integration(&reading, integration.value);
    for (struct import_item i = import_first(pages, "escalation_chains"); none && i.more; import_next(&i))
        add_service(&reading, import_name(draft->arena, i.value), text(&reading, i.value, "id"));
}

static const struct import_endpoint endpoints[] = {
    {"users", "/api/v1/users/", NULL, false},
    {"schedules", "/api/v1/schedules/", NULL, false},
    {"on_call_shifts", "/api/v1/on_call_shifts/", NULL, false},
    {"escalation_chains", "/api/v1/escalation_chains/", NULL, false},
    {"escalation_policies", "/api/v1/escalation_policies/", NULL, false},
    {"integrations", "/api/v1/integrations/", NULL, false},
    {"routes", "/api/v1/routes/", NULL, false},
    {0},
};

const struct importer import_grafana_oncall = {"grafana-oncall", "Grafana OnCall", "", endpoints,
                                               read_grafana};
