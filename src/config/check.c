/* What only the whole file shows: names that nothing bears, names that two bear, people whom nobody can
 * reach, lists that must not be empty. */
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/nearest.h"
#include "config/read_priv.h"
#include "roster/zone.h"

/* The ids of one kind, with the lines of their definitions. */
struct ids {
    const char *kind; /* "person" */
    const char *key;  /* where they are defined: "people" */
    struct map *lines;
    struct strings names;
};

struct checking {
    const struct reading *r;
    struct ids programs, people, schedules, services, sources, heartbeats, checks, windows, audiences;
};

static void define(struct checking *c, struct ids *ids, const char *id, const int *line)
{
    if (!id[0])
        return; /* said already */
    const int *first = map_get(ids->lines, id, strlen(id));
    if (first) {
        error_add(c->r, *line, "%s \"%s\" is defined twice (first in line %d)", ids->kind, id, *first);
        return;
    }
    /* The map gives out what it was given; the line is never written through it. */
    map_put(ids->lines, id, strlen(id), (void *)(uintptr_t)line);
    strings_add(c->r->arena, &ids->names, id);
}

/* `what` names the id, whatever it is. */
static void refer(struct checking *c, const struct ids *ids, const char *id, int line, const char *what)
{
    if (!id[0] || map_get(ids->lines, id, strlen(id)) || errors_full(c->r))
        return;
    const char *nearest = word_nearest(id, ids->names.at, ids->names.n);
    if (nearest)
        error_add(c->r, line, "%s names %s \"%s\", which is not defined; did you mean \"%s\"?", what,
                  ids->kind, id, nearest);
    else
        error_add(c->r, line, "%s names %s \"%s\", which is not defined; add it under \"%s\"", what,
                  ids->kind, id, ids->key);
}

static void check_way(struct checking *c, const struct config_contact *way)
{
    if (strcmp(way->channel, "program") == 0)
        refer(c, &c->programs, way->address, way->line, "the contact");
}

static void check_people(struct checking *c, const struct config *config)
{
    list_each (person, &config->people) {
        if (!person->contacts.n)
            error_add(c->r, person->line,
                      "person \"%s\" has no way to be reached; add contacts: [{email: %s@example.org}]",
                      person->id, person->id);
        list_each (way, &person->contacts) {
            const struct contact_channel *channel = contact_channel_find(way->channel);
            check_way(c, way);
            if (channel && channel->is_page)
                error_add(c->r, way->line,
                          "person \"%s\": %s takes updates and no pages; name it in audiences", person->id,
                          channel->name);
        }
    }
}

/* A page may be read aloud, or kept by another pager; an update is a text for people. */
static void check_audience(struct checking *c, const struct config *config,
                           const struct config_audience *audience)
{
    for (size_t i = 0; i < audience->services.n; i++)
        refer(c, &c->services, audience->services.at[i], audience->line, "the audience");
    if (audience->incident_channel && !config->incident_channel.chat)
        error_add(c->r, audience->line,
                  "audience \"%s\" reads the incident's channel, and there is none; add incident_channel: "
                  "{chat: slack}",
                  audience->id);
    if (!audience->send.n && !audience->status_page && !audience->incident_channel)
        error_add(c->r, audience->line,
                  "audience \"%s\" is told nowhere; add send: [{email: ...}], or status_page: true",
                  audience->id);
    if (audience->status_page && !config->status_page.title)
        error_add(c->r, audience->line,
                  "audience \"%s\" reads the status page, and there is none; add status_page: {title: ...}",
                  audience->id);
    list_each (way, &audience->send) {
        const struct contact_channel *channel = contact_channel_find(way->channel);
        const char *missing = channel && channel->is_page ? contact_missing(config, way->channel) : NULL;
        check_way(c, way);
        if (missing)
            error_add(c->r, way->line, "audience \"%s\": %s", audience->id, missing);
        if (channel && channel->is_page && !audience->is_public && !audience->status_page)
            error_add(c->r, way->line, "audience \"%s\": everybody reads %s; add public: true", audience->id,
                      channel->name);
        if (channel && (channel->follows || strcmp(channel->name, "voice") == 0))
            error_add(c->r, way->line, "audience \"%s\": %s takes pages and no updates; use email or a chat",
                      audience->id, channel->name);
    }
}

static void check_incident_channel(struct checking *c, const struct config *config)
{
    const struct config_incident_channel *wanted = &config->incident_channel;
    const char *missing = wanted->chat ? contact_missing(config, wanted->chat) : NULL;
    if (missing)
        error_add(c->r, wanted->line, "incident_channel: %s", missing);
    for (size_t i = 0; i < wanted->invite.n; i++)
        refer(c, &c->people, wanted->invite.at[i], wanted->line, "incident_channel");
}

static void check_schedule(struct checking *c, const struct schedule *schedule)
{
    if (!schedule->layers.n && !schedule->overrides.n && !schedule->calendar)
        error_add(c->r, schedule->line,
                  "schedule \"%s\" has neither layers nor a calendar; add layers:", schedule->id);
    list_each (layer, &schedule->layers) {
        for (size_t i = 0; i < layer->people.n; i++)
            refer(c, &c->people, layer->people.at[i], layer->line, "the layer");
        if (layer->start.year && layer->until.year &&
            local_seconds(&layer->until) <= local_seconds(&layer->start))
            error_add(c->r, layer->line, "the layer ends before it starts; \"until\" must be later");
    }
    list_each (override, &schedule->overrides) {
        refer(c, &c->people, override->person, override->line, "the override");
        if (override->from.year && override->until.year &&
            local_seconds(&override->until) <= local_seconds(&override->from))
            error_add(c->r, override->line, "the override ends before it starts; \"until\" must be later");
    }
}

static void check_targets(struct checking *c, const struct strings *targets, int line, const char *what)
{
    for (size_t i = 0; i < targets->n; i++) {
        bool person = strncmp(targets->at[i], "person:", 7) == 0;
        refer(c, person ? &c->people : &c->schedules, strchr(targets->at[i], ':') + 1, line, what);
    }
}

static void check_service(struct checking *c, const struct service *service)
{
    target_check(c->r, &service->target);
    list_each (step, &service->escalation)
        check_targets(c, &step->notify, step->line, "the escalation");
}

static void check_store(struct checking *c, const struct config *config)
{
    if (config->store_secret && !config->store)
        error_add(c->r, 0, "store_secret: there is no store that it could open; add store: postgresql://...");
}

/* Each rule without a matcher that wants something would hold back every alert. */
static void check_inhibit_rule(struct checking *c, const struct inhibit_rule *rule)
{
    const struct matchers *sides[] = {&rule->source, &rule->target};
    for (size_t side = 0; side < 2; side++) {
        bool selects = sides[side]->n == 0; /* missing: said already */
        for (size_t i = 0; i < sides[side]->n; i++)
            selects |= !matcher_fits_value(sides[side]->at[i], "");
        if (!selects)
            error_add(
                c->r, rule->line,
                "the %s_matchers of the inhibition rule fit every alert; name a value that a label must "
                "have",
                side ? "target" : "source");
    }
}

static bool selects(const struct matchers *matchers)
{
    for (size_t i = 0; i < matchers->n; i++)
        if (!matcher_fits_value(matchers->at[i], ""))
            return true;
    return false;
}

static void check_maintenance(struct checking *c, const struct maintenance_window *window)
{
    const struct roster_layer *times = &window->times;
    bool repeats = times->rotation.period_s || times->rotation.rule;
    if (*window->service)
        refer(c, &c->services, window->service, window->line, "the maintenance window");
    if ((*window->service != '\0') == (window->matchers.n > 0))
        error_add(c->r, window->line, "maintenance \"%s\" needs a service or matchers, one of them",
                  window->id);
    else if (window->matchers.n && !selects(&window->matchers))
        error_add(c->r, window->line,
                  "the matchers of maintenance \"%s\" fit every alert; name a value that a label must have",
                  window->id);
    if (repeats != (window->lasts_s > 0))
        error_add(c->r, window->line, "maintenance \"%s\": repeat and lasts belong together", window->id);
    if (repeats && times->rotation.period_s && window->lasts_s >= times->rotation.period_s)
        error_add(c->r, window->line, "maintenance \"%s\" would never end: it lasts until it comes again",
                  window->id);
    if (!repeats && !times->until.year)
        error_add(c->r, window->line,
                  "maintenance \"%s\" has no end; add until:, or repeat: and lasts:", window->id);
    if (times->start.year && times->until.year &&
        local_seconds(&times->until) <= local_seconds(&times->start))
        error_add(c->r, window->line, "maintenance \"%s\" ends before it starts; \"until\" must be later",
                  window->id);
}

/* A walk from service to what it needs, each service once; path is where it stands. */
enum { DEPTH_LIMIT = 64 };
enum colour { UNSEEN, ON_PATH, DONE };

struct walk {
    struct checking *c;
    const struct config *config;
    enum colour *colours; /* by place of the service */
    const struct service *path[DEPTH_LIMIT];
    size_t n;
};

static const struct service *service_of(const struct walk *walk, const char *id)
{
    char *line = map_get(walk->c->services.lines, id, strlen(id));
    return line ? (const struct service *)(const void *)(line - offsetof(struct service, line)) : NULL;
}

static void say_circle(const struct walk *walk, const struct service *again)
{
    scoped_buf struct buf names = {0};
    size_t i = 0;
    while (walk->path[i] != again)
        i++;
    for (; i < walk->n; i++)
        buf_printf(&names, "%s needs ", walk->path[i]->id);
    error_add(walk->c->r, again->line, "depends_on goes in a circle: %s%s; take one of them out",
              buf_text(&names), again->id);
}

static void walk_from(struct walk *walk, const struct service *service)
{
    enum colour *colour = &walk->colours[service - walk->config->services.at];
    if (*colour == ON_PATH)
        say_circle(walk, service);
    if (*colour != UNSEEN)
        return;
    if (walk->n == DEPTH_LIMIT) {
        error_add(walk->c->r, service->line, "depends_on leads on over more than %d services", DEPTH_LIMIT);
        return;
    }
    *colour = ON_PATH;
    walk->path[walk->n++] = service;
    list_each (id, &service->depends_on) {
        const struct service *needed = service_of(walk, *id);
        if (needed)
            walk_from(walk, needed);
    }
    walk->n--;
    *colour = DONE;
}

static void check_dependencies(struct checking *c, const struct config *config)
{
    struct walk walk = {.c = c, .config = config};
    walk.colours = arena_alloc(c->r->arena, (config->services.n + 1) * sizeof *walk.colours);
    list_each (service, &config->services) {
        list_each (id, &service->depends_on)
            refer(c, &c->services, *id, service->line, "depends_on");
        walk_from(&walk, service);
    }
}

static void check_mail(struct checking *c, const struct config *config)
{
    if (config->mail.server && !config->mail.from)
        error_add(c->r, 0, "mail: has a server but no sender; add from: crashcart@example.org");
    if ((config->mail.user == NULL) != (config->mail.secret == NULL))
        error_add(c->r, 0, "mail: user and secret belong together; give both or neither");
}

void config_check(const struct reading *reading, const struct config *config)
{
    struct checking c = {.r = reading,
                         .programs = {"program", "channels.programs", map_new(), {0}},
                         .people = {"person", "people", map_new(), {0}},
                         .schedules = {"schedule", "schedules", map_new(), {0}},
                         .services = {"service", "services", map_new(), {0}},
                         .sources = {"source", "sources", map_new(), {0}},
                         .heartbeats = {"heartbeat", "heartbeats", map_new(), {0}},
                         .checks = {"check", "checks", map_new(), {0}},
                         .windows = {"maintenance", "maintenance", map_new(), {0}},
                         .audiences = {"audience", "audiences", map_new(), {0}}};
    list_each (program, &config->channels.programs)
        define(&c, &c.programs, program->id, &program->line);
    list_each (person, &config->people)
        define(&c, &c.people, person->id, &person->line);
    list_each (schedule, &config->schedules)
        define(&c, &c.schedules, schedule->id, &schedule->line);
    list_each (service, &config->services)
        define(&c, &c.services, service->id, &service->line);
    list_each (source, &config->sources)
        define(&c, &c.sources, source->id, &source->line);
    list_each (heartbeat, &config->heartbeats)
        define(&c, &c.heartbeats, heartbeat->id, &heartbeat->line);
    list_each (check, &config->checks)
        define(&c, &c.checks, check->id, &check->line);
    list_each (window, &config->maintenance)
        define(&c, &c.windows, window->id, &window->line);
    list_each (audience, &config->audiences)
        define(&c, &c.audiences, audience->id, &audience->line);
    check_store(&c, config);
    check_mail(&c, config);
    if (!config->tls.certificate != !config->tls.key)
        error_add(reading, config->tls.line, "tls: wants both certificate: FILE and key: FILE");
    check_people(&c, config);
    list_each (schedule, &config->schedules)
        check_schedule(&c, schedule);
    list_each (service, &config->services)
        check_service(&c, service);
    list_each (role, &config->roles)
        check_targets(&c, &role->notify, role->line, "the role");
    check_dependencies(&c, config);
    list_each (rule, &config->inhibit_rules)
        check_inhibit_rule(&c, rule);
    list_each (check, &config->checks)
        config_check_check(reading, check);
    list_each (window, &config->maintenance)
        check_maintenance(&c, window);
    list_each (audience, &config->audiences)
        check_audience(&c, config, audience);
    check_incident_channel(&c, config);
    config_sign_in_check(reading, config);
    map_free(c.audiences.lines);
    map_free(c.windows.lines);
    map_free(c.checks.lines);
    map_free(c.programs.lines);
    map_free(c.people.lines);
    map_free(c.schedules.lines);
    map_free(c.services.lines);
    map_free(c.sources.lines);
    map_free(c.heartbeats.lines);
}
