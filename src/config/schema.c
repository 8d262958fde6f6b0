#include "config/schema.h"

#include "config/config.h"
#include "roster/roster.h"

enum { S = 1, HOUR = 3600, DAY = 86400, KIB = 1024 };

#define SECTION(variable, thing, rows, type, line_at)                                                        \
    static const struct section variable = {thing, rows, sizeof(rows) / sizeof *(rows), sizeof(type), line_at}
#define LINE_OF(type) ((int)offsetof(type, line))

static const struct key person_keys[] = {
    {"id", VALUE_ID, offsetof(struct person, id), .required = true, .help = "the name that others use here"},
    {"name", VALUE_TEXT, offsetof(struct person, name), .help = "as people read it; the id when not given"},
    {"contacts", VALUE_CONTACTS, offsetof(struct person, contacts),
     .help = "ways to reach the person, in the order to try"},
    {"sign_in", VALUE_TEXT, offsetof(struct person, sign_in),
     .help = "as whom the identity provider knows them, when it is not by an email of theirs"},
};
SECTION(person_section, "person", person_keys, struct person, LINE_OF(struct person));

static const struct key hours_keys[] = {
    {"days", VALUE_DAYS, offsetof(struct roster_window, days), .fallback = "every",
     .help = "mon, tue, wed, thu, fri, sat, sun"},
    {"from", VALUE_MINUTE, offsetof(struct roster_window, from_minute), .fallback = "00:00",
     .help = "local time of the day"},
    {"until", VALUE_MINUTE, offsetof(struct roster_window, until_minute), .fallback = "24:00",
     .help = "local time; not after `from` means the next day"},
};
SECTION(hours_section, "hours", hours_keys, struct roster_window, -1);

static const struct key layer_keys[] = {
    {"rotation", VALUE_ROTATION, offsetof(struct roster_layer, rotation), .fallback = "weekly",
     .help = "how long a turn is: daily, weekly, 12h, 3d, 2w, or a rule FREQ=WEEKLY;BYDAY=MO,FR"},
    {"start", VALUE_LOCAL_TIME, offsetof(struct roster_layer, start), .required = true,
     .help = "local time of the first turn, and of day of every hand-over"},
    {"until", VALUE_LOCAL_TIME, offsetof(struct roster_layer, until),
     .help = "local time at which the layer is over; never when not given"},
    {"people", VALUE_IDS, offsetof(struct roster_layer, people), .required = true,
     .help = "who takes turns, in order"},
    {"hours", VALUE_OPTIONAL, offsetof(struct roster_layer, hours), .section = &hours_section,
     .help = "the layer holds only then; always when not given"},
};
SECTION(layer_section, "layer", layer_keys, struct roster_layer, LINE_OF(struct roster_layer));

static const struct key override_keys[] = {
    {"person", VALUE_ID, offsetof(struct roster_override, person), .required = true,
     .help = "on call instead of everybody else"},
    {"from", VALUE_LOCAL_TIME, offsetof(struct roster_override, from), .required = true,
     .help = "local time"},
    {"until", VALUE_LOCAL_TIME, offsetof(struct roster_override, until), .required = true,
     .help = "local time"},
};
SECTION(override_section, "override", override_keys, struct roster_override, LINE_OF(struct roster_override));

static const struct key schedule_keys[] = {
    {"id", VALUE_ID, offsetof(struct schedule, id), .required = true,
     .help = "the name that others use here"},
    {"timezone", VALUE_ZONE, offsetof(struct schedule, timezone), .required = true,
     .help = "IANA name, such as Europe/Berlin"},
    {"layers", VALUE_LIST, offsetof(struct schedule, layers), .section = &layer_section,
     .help = "each gives one person at a time"},
    {"overrides", VALUE_LIST, offsetof(struct schedule, overrides), .section = &override_section,
     .help = "somebody takes over for a while; of two at once the last holds"},
    {"calendar", VALUE_PATH, offsetof(struct schedule, calendar),
     .help = "an iCalendar file, beside this one, that says who is on call; read with the configuration"},
};
SECTION(schedule_section, "schedule", schedule_keys, struct schedule, LINE_OF(struct schedule));

static const struct key escalation_keys[] = {
    {"notify", VALUE_TARGETS, offsetof(struct escalation_step, notify), .required = true,
     .help = "person:ID or schedule:ID, all at once"},
    {"after", VALUE_AFTER, offsetof(struct escalation_step, after_s), .fallback = "severity", .least = 0,
     .most = 7 * DAY, .help = "since the step before; what the runbook's severity says when not given"},
};
SECTION(escalation_section, "escalation step", escalation_keys, struct escalation_step,
        LINE_OF(struct escalation_step));

#define TARGET_OFFSET(field)  offsetof(struct target, field)
#define KUBECTL_OFFSET(field) (TARGET_OFFSET(kubectl.field) - TARGET_OFFSET(kubectl))
static const struct key kubectl_keys[] = {
    {"context", VALUE_WORD, KUBECTL_OFFSET(context), .required = true,
     .help = "kubectl's name of the cluster"},
    {"namespace", VALUE_WORD, KUBECTL_OFFSET(space), .required = true, .help = "where the pod lives"},
    {"pod", VALUE_WORD, KUBECTL_OFFSET(pod), .required = true,
     .help = "as `kubectl exec` takes it: web-0, deployment/web"},
    {"container", VALUE_WORD, KUBECTL_OFFSET(container), .help = "of the pod; its first when not given"},
};
static const struct section kubectl_section = {
    "pod", kubectl_keys, sizeof kubectl_keys / sizeof *kubectl_keys, 0, (int)KUBECTL_OFFSET(line)};

static const struct key target_limit_keys[] = {
    {"changes_per_hour", VALUE_COUNT, 0, .fallback = "0", .least = 0, .most = 1000,
     .help = "steps that change something, of all incidents; 0: any number"},
    {"destructive_per_incident", VALUE_COUNT, sizeof(int64_t), .fallback = "0", .least = 0, .most = 1000,
     .help = "steps that destroy something; 0: any number"},
};
_Static_assert(TARGET_OFFSET(destructive_an_incident) == TARGET_OFFSET(changes_an_hour) + sizeof(int64_t),
               "the section of limits is these two");
static const struct section target_limit_section = {
    "limit", target_limit_keys, sizeof target_limit_keys / sizeof *target_limit_keys, 0, -1};

static const struct key target_keys[] = {
    {"ssh", VALUE_SSH, TARGET_OFFSET(ssh), .help = "USER@HOST or ssh://USER@HOST:PORT"},
    {"ssh_config", VALUE_PATH, TARGET_OFFSET(ssh_config), .help = "a file for ssh -F"},
    {"docker", VALUE_WORD, TARGET_OFFSET(docker), .help = "a container, by `docker exec`"},
    {"kubectl", VALUE_OPTIONAL, TARGET_OFFSET(kubectl), .section = &kubectl_section,
     .help = "a pod, by `kubectl exec`"},
    {"user", VALUE_WORD, TARGET_OFFSET(user), .help = "on this host (by sudo) or in the container"},
    {"folder", VALUE_PATH, TARGET_OFFSET(folder),
     .help = "where a run begins there, as the checkout that the runbook's commands expect"},
    {"kube_context", VALUE_WORD, TARGET_OFFSET(kube_context),
     .help = "the context that kubectl works in, whatever is current"},
    {"environment", VALUE_VARIABLES, TARGET_OFFSET(environment), .help = "variables of the steps"},
    {"secrets", VALUE_SECRETS, TARGET_OFFSET(secrets),
     .help = "variables with the place of their value: env:NAME, file:PATH or credential:NAME"},
    {"frozen", VALUE_BOOL, TARGET_OFFSET(frozen), .fallback = "false",
     .help = "nothing is changed there; looking goes on"},
    {"limits", VALUE_SECTION, TARGET_OFFSET(changes_an_hour), .section = &target_limit_section,
     .help = "how much may be changed there"},
};
static const struct section target_section = {"target", target_keys, sizeof target_keys / sizeof *target_keys,
                                              0, LINE_OF(struct target)};

static const struct key service_keys[] = {
    {"id", VALUE_ID, offsetof(struct service, id), .required = true, .help = "the name of the service"},
    {"runbook", VALUE_DOCUMENT, offsetof(struct service, runbook),
     .help = "a file in the runbook folder; all are searched when not given"},
    {"match", VALUE_LABELS, offsetof(struct service, match),
     .help = "labels that an alert must carry; `service: ID` when not given"},
    {"escalation", VALUE_LIST, offsetof(struct service, escalation), .section = &escalation_section,
     .help = "who is paged, step by step"},
    {"depends_on", VALUE_IDS, offsetof(struct service, depends_on),
     .help = "services that it needs: while one of them has an incident as severe, nobody is paged twice"},
    {"target", VALUE_OPTIONAL, offsetof(struct service, target), .section = &target_section,
     .help = "where its commands run; this host when not given"},
    {"public", VALUE_TEXT, offsetof(struct service, public_name),
     .help = "its name on the status page; it is not shown there when not given"},
    {"statuspage", VALUE_ID, offsetof(struct service, statuspage),
     .help = "id of its component on Statuspage"},
};
SECTION(service_section, "service", service_keys, struct service, LINE_OF(struct service));

static const struct key source_keys[] = {
    {"id", VALUE_ID, offsetof(struct config_source, id), .required = true,
     .help = "its alerts come by POST to /intake/generic/ID"},
    {"each", VALUE_POINTER, offsetof(struct config_source, each),
     .help = "where the array of alerts is; the body itself when not given"},
    {"labels", VALUE_LABELS, offsetof(struct config_source, labels), .required = true,
     .help = "label: /pointer into the alert, or a text of its own"},
    {"annotations", VALUE_LABELS, offsetof(struct config_source, annotations), .help = "the same"},
    {"resolved", VALUE_LABELS, offsetof(struct config_source, resolved),
     .help = "/pointer: the text there that means that it is over"},
    {"key", VALUE_POINTER, offsetof(struct config_source, key),
     .help = "where the sender's own name of the trouble is"},
    {"starts", VALUE_POINTER, offsetof(struct config_source, starts), .help = "where its beginning is"},
    {"url", VALUE_POINTER, offsetof(struct config_source, url), .help = "where a link is"},
};
SECTION(source_section, "source", source_keys, struct config_source, LINE_OF(struct config_source));

static const struct key heartbeat_keys[] = {
    {"id", VALUE_ID, offsetof(struct heartbeat, id), .required = true,
     .help = "signs of life come to /heartbeat/ID"},
    {"every", VALUE_DURATION, offsetof(struct heartbeat, every_s), .required = true, .least = S,
     .most = 366 * DAY, .help = "how often it is heard"},
    {"grace", VALUE_DURATION, offsetof(struct heartbeat, grace_s), .fallback = "1m", .least = 0,
     .most = 30 * DAY, .help = "how late it may be, and how long a job that has started may run"},
    {"service", VALUE_TEXT, offsetof(struct heartbeat, service), .help = "whose trouble its silence is"},
    {"severity", VALUE_TEXT, offsetof(struct heartbeat, severity), .help = "label of the alert"},
    {"match", VALUE_LABELS, offsetof(struct heartbeat, match),
     .help = "an alert with these labels counts as a sign of life"},
};
SECTION(heartbeat_section, "heartbeat", heartbeat_keys, struct heartbeat, LINE_OF(struct heartbeat));
static const struct key inhibit_keys[] = {
    {"source_matchers", VALUE_MATCHERS, offsetof(struct inhibit_rule, source), .required = true,
     .help = "while an alert fires that fits all of these"},
    {"target_matchers", VALUE_MATCHERS, offsetof(struct inhibit_rule, target), .required = true,
     .help = "alerts that fit all of these page nobody"},
    {"equal", VALUE_NAMES, offsetof(struct inhibit_rule, equal),
     .help = "labels in which the two must agree; one that both lack counts as the same"},
};
SECTION(inhibit_section, "inhibition rule", inhibit_keys, struct inhibit_rule, LINE_OF(struct inhibit_rule));

#define TIMES_OFFSET(field) offsetof(struct maintenance_window, times.field)
static const struct key maintenance_keys[] = {
    {"id", VALUE_ID, offsetof(struct maintenance_window, id), .required = true,
     .help = "a name for the record"},
    {"service", VALUE_ID, offsetof(struct maintenance_window, service),
     .help = "a service that pages nobody then"},
    {"matchers", VALUE_MATCHERS, offsetof(struct maintenance_window, matchers),
     .help = "instead of a service: alerts that fit all of these"},
    {"timezone", VALUE_ZONE, offsetof(struct maintenance_window, timezone), .required = true,
     .help = "IANA name, such as Europe/Berlin"},
    {"from", VALUE_LOCAL_TIME, TIMES_OFFSET(start), .required = true, .help = "local time of the first one"},
    {"until", VALUE_LOCAL_TIME, TIMES_OFFSET(until),
     .help = "local time at which it is over; of one that comes again, for good"},
    {"repeat", VALUE_ROTATION, TIMES_OFFSET(rotation),
     .help = "daily, weekly, 2w, or a rule FREQ=MONTHLY;BYDAY=1SU; once when not given"},
    {"lasts", VALUE_DURATION, offsetof(struct maintenance_window, lasts_s), .least = 60 * S, .most = 7 * DAY,
     .help = "each time, on the clocks of the zone; needed with repeat"},
    {"comment", VALUE_TEXT, offsetof(struct maintenance_window, comment), .help = "what is done then"},
};
SECTION(maintenance_section, "maintenance window", maintenance_keys, struct maintenance_window,
        LINE_OF(struct maintenance_window));

static const char *const starttls_choices[] = {"required", "optional", "off", NULL};

#define MAIL_OFFSET(field) (offsetof(struct config, mail.field) - offsetof(struct config, mail))
static const struct key mail_keys[] = {
    {"server", VALUE_MAIL_URL, MAIL_OFFSET(server),
     .help = "smtp://HOST:PORT or smtps://HOST:PORT; no mail is sent without one"},
    {"from", VALUE_MAIL_ADDRESS, MAIL_OFFSET(from), .help = "sender of pages; needed with server"},
    {"user", VALUE_TEXT, MAIL_OFFSET(user), .help = "for servers that ask who sends"},
    {"secret", VALUE_SECRET, MAIL_OFFSET(secret),
     .help = "the user's password: env:NAME, file:PATH or credential:NAME"},
    {"starttls", VALUE_CHOICE, MAIL_OFFSET(starttls), .fallback = "required", .choices = starttls_choices,
     .help = "required, optional or off"},
};
static const struct section mail_section = {"mail", mail_keys, sizeof mail_keys / sizeof *mail_keys, 0, -1};

#define RUNNER_OFFSET(field) (offsetof(struct config, runner.field) - offsetof(struct config, runner))
static const struct key runner_keys[] = {
    {"step_time", VALUE_DURATION, RUNNER_OFFSET(step_time_s), .fallback = "60s", .least = S, .most = HOUR,
     .help = "a step is ended after this"},
    {"step_output", VALUE_BYTES, RUNNER_OFFSET(step_output_bytes), .fallback = "64KiB", .least = KIB,
     .most = 64 * KIB, .help = "kept of a step's output: its head and its tail"},
    {"step_output_rate", VALUE_BYTES, RUNNER_OFFSET(step_output_rate), .fallback = "8MiB", .least = 64 * KIB,
     .most = 1024 * 1024 * KIB, .help = "a step that prints more than this in a second is slowed down"},
    {"step_processes", VALUE_COUNT, RUNNER_OFFSET(step_processes), .fallback = "1024", .least = 16,
     .most = 100000, .help = "processes that a step may have at once"},
    {"step_memory", VALUE_BYTES, RUNNER_OFFSET(step_memory_bytes), .fallback = "2048MiB",
     .least = 64 * 1024 * KIB, .most = 1024LL * 1024 * 1024 * KIB, .help = "memory that a step may have"},
    {"diagnose", VALUE_BOOL, RUNNER_OFFSET(diagnose), .fallback = "true",
     .help = "run the read steps of a procedure when an incident opens"},
    {"approval_time", VALUE_DURATION, RUNNER_OFFSET(approval_time_s), .fallback = "30m", .least = 60,
     .most = DAY, .help = "an approval of a step that has not started holds for so long"},
    {"approval_sign_in", VALUE_DURATION, RUNNER_OFFSET(approval_sign_in_s), .fallback = "15m", .least = 0,
     .most = DAY,
     .help = "who approves in the console what destroys something, or breaks the glass, has signed in within "
             "so long; 0: at any time"},
    {"confined", VALUE_BOOL, RUNNER_OFFSET(confined), .fallback = "false",
     .help = "steps cannot listen, trace, mount, become another user or read the data folder"},
    {"confine_looks", VALUE_BOOL, RUNNER_OFFSET(confine_looks), .fallback = "true",
     .help = "steps that only look cannot do so, but for what policy/confinement.rules names"},
    {"user", VALUE_ID, RUNNER_OFFSET(user),
     .help = "whom steps run as when root starts the server; the server's user when not given"},
    {"verify_time", VALUE_DURATION, RUNNER_OFFSET(verify_time_s), .fallback = "5m", .least = 0, .most = HOUR,
     .help = "checks of a change that fail are repeated for so long"},
};
static const struct section runner_section = {"runner", runner_keys, sizeof runner_keys / sizeof *runner_keys,
                                              0, -1};

#define FLAPPING_OFFSET(field) (offsetof(struct config, flapping.field) - offsetof(struct config, flapping))
static const struct key flapping_keys[] = {
    {"after", VALUE_COUNT, FLAPPING_OFFSET(after), .fallback = "4", .least = 0, .most = FLAPPING_MOST,
     .help = "changes between burning and quiet that make an incident flap; 0: none does"},
    {"within", VALUE_DURATION, FLAPPING_OFFSET(within_s), .fallback = "15m", .least = 10 * S, .most = DAY,
     .help = "the time in which they are counted"},
    {"calm", VALUE_DURATION, FLAPPING_OFFSET(calm_s), .fallback = "30m", .least = 10 * S, .most = DAY,
     .help = "it ends when nothing has changed for so long"},
};
static const struct section flapping_section = {"flapping", flapping_keys,
                                                sizeof flapping_keys / sizeof *flapping_keys, 0, -1};

#define STORM_OFFSET(field) (offsetof(struct config, storm.field) - offsetof(struct config, storm))
static const struct key storm_keys[] = {
    {"incidents", VALUE_COUNT, STORM_OFFSET(incidents), .fallback = "10", .least = 0, .most = 1000,
     .help = "new incidents of one cause that make a storm; 0: none does"},
    {"within", VALUE_DURATION, STORM_OFFSET(within_s), .fallback = "5m", .least = 10 * S, .most = DAY,
     .help = "the time in which they are counted, and after which a storm without new ones is over"},
    {"by", VALUE_NAMES, STORM_OFFSET(by),
     .help = "labels whose like values are one cause; cluster, node, datacenter and region when not given"},
};
static const struct section storm_section = {"storm", storm_keys, sizeof storm_keys / sizeof *storm_keys, 0,
                                             -1};

#define BUDGET_OFFSET(field) (offsetof(struct config, budget.field) - offsetof(struct config, budget))
static const struct key budget_keys[] = {
    {"pages", VALUE_COUNT, BUDGET_OFFSET(pages), .fallback = "10", .least = 0, .most = 1000,
     .help = "that a person gets one by one, but for the worst level; more become a digest; 0: any number"},
    {"within", VALUE_DURATION, BUDGET_OFFSET(within_s), .fallback = "10m", .least = 10 * S, .most = HOUR,
     .help = "the time in which they are counted; a digest waits no longer"},
};
static const struct section budget_section = {"budget", budget_keys, sizeof budget_keys / sizeof *budget_keys,
                                              0, -1};

#define TLS_OFFSET(field) (offsetof(struct config, tls.field) - offsetof(struct config, tls))
static const struct key tls_keys[] = {
    {"certificate", VALUE_PATH, TLS_OFFSET(certificate),
     .help = "PEM file, with the chain up to the authority; read again when it changes"},
    {"key", VALUE_PATH, TLS_OFFSET(key), .help = "PEM file of its key"},
};
static const struct section tls_section = {"tls", tls_keys, sizeof tls_keys / sizeof *tls_keys, 0,
                                           TLS_OFFSET(line)};

#define ALIVE_OFFSET(field) (offsetof(struct config, alive.field) - offsetof(struct config, alive))
static const struct key alive_keys[] = {
    {"url", VALUE_WEB_URL, ALIVE_OFFSET(url),
     .help =
         "asked with GET as long as alerts are taken and kept; whoever is there raises the alarm otherwise"},
    {"every", VALUE_DURATION, ALIVE_OFFSET(every_s), .fallback = "60s", .least = S, .most = DAY,
     .help = "how often"},
};
static const struct section alive_section = {"alive", alive_keys, sizeof alive_keys / sizeof *alive_keys, 0,
                                             -1};

static const struct key root_keys[] = {
    {"listen", VALUE_LISTEN, offsetof(struct config, listen), .fallback = "127.0.0.1:8480",
     .help = "ADDRESS:PORT of the server"},
    {"tls", VALUE_SECTION, offsetof(struct config, tls), .section = &tls_section,
     .help = "HTTPS in the place of HTTP"},
    {"data", VALUE_PATH, offsetof(struct config, data), .fallback = "./crashcart-data",
     .help = "folder of the ledger"},
    {"store", VALUE_STORE, offsetof(struct config, store),
     .help = "postgresql://USER@HOST/DATABASE keeps the ledger there; in the data folder when not given"},
    {"store_secret", VALUE_SECRET, offsetof(struct config, store_secret),
     .help = "the store's password: env:NAME, file:PATH or credential:NAME"},
    {"user", VALUE_ID, offsetof(struct config, user),
     .help = "whom the server becomes when root starts it; root when not given"},
    {"runbooks", VALUE_PATH, offsetof(struct config, runbooks), .fallback = "./runbooks",
     .help = "folder of the runbooks"},
    {"policy", VALUE_PATH, offsetof(struct config, policy),
     .help = "file or folder of risk rules that make commands stricter and describe your own tools"},
    {"redaction", VALUE_PATH, offsetof(struct config, redaction),
     .help = "file or folder of detectors of your own: what is taken out of the output of steps"},
    {"public_url", VALUE_WEB_URL, offsetof(struct config, public_url),
     .help = "links in pages start with it; http://LISTEN when not given"},
    {"alive", VALUE_SECTION, offsetof(struct config, alive), .section = &alive_section,
     .help = "a sign of life for a watcher elsewhere"},
    {"sign_in", VALUE_OPTIONAL, offsetof(struct config, sign_in), .section = &sign_in_section,
     .help = "an identity provider by which people sign in (OpenID Connect); passwords count beside it"},
    {"drill", VALUE_BOOL, offsetof(struct config, drill), .fallback = "false",
     .help = "every incident of this server is a drill: marked as one, and counted nowhere"},
    {"resolve_timeout", VALUE_DURATION, offsetof(struct config, resolve_timeout_s), .fallback = "5m",
     .least = 10 * S, .most = 7 * DAY, .help = "an alert that is not sent again ends after this"},
    {"hold_down", VALUE_DURATION, offsetof(struct config, hold_down_s), .fallback = "5m", .least = 0,
     .most = DAY, .help = "quiet time before an incident counts as resolved"},
    {"reopen_window", VALUE_DURATION, offsetof(struct config, reopen_window_s), .fallback = "1h", .least = 0,
     .most = DAY, .help = "the same trouble opens a resolved incident again until then"},
    {"flapping", VALUE_SECTION, offsetof(struct config, flapping), .section = &flapping_section,
     .help = "incidents that go up and down again and again"},
    {"storm", VALUE_SECTION, offsetof(struct config, storm), .section = &storm_section,
     .help = "many incidents of one cause"},
    {"budget", VALUE_SECTION, offsetof(struct config, budget), .section = &budget_section,
     .help = "how many pages a person gets before they are bundled"},
    {"mail", VALUE_SECTION, offsetof(struct config, mail), .section = &mail_section,
     .help = "how mail leaves"},
    {"channels", VALUE_SECTION, offsetof(struct config, channels), .section = &channels_section,
     .help = "what the other ways to reach people need"},
    {"runner", VALUE_SECTION, offsetof(struct config, runner), .section = &runner_section,
     .help = "limits of the steps that run"},
    {"people", VALUE_LIST, offsetof(struct config, people), .section = &person_section,
     .help = "who there is"},
    {"schedules", VALUE_LIST, offsetof(struct config, schedules), .section = &schedule_section,
     .help = "who is on call when"},
    {"roles", VALUE_ROLES, offsetof(struct config, roles),
     .help = "who fills the roles that runbooks escalate to, {cto: [person:ana]}"},
    {"services", VALUE_LIST, offsetof(struct config, services), .section = &service_section,
     .help = "what is looked after, and who is paged for it"},
    {"sources", VALUE_LIST, offsetof(struct config, sources), .section = &source_section,
     .help = "senders of alerts in a shape of their own"},
    {"heartbeats", VALUE_LIST, offsetof(struct config, heartbeats), .section = &heartbeat_section,
     .help = "whose silence is the alarm"},
    {"checks", VALUE_LIST, offsetof(struct config, checks), .section = &checks_section,
     .help = "what is looked at, and what is bad"},
    {"inhibit", VALUE_LIST, offsetof(struct config, inhibit_rules), .section = &inhibit_section,
     .help = "alerts that page nobody while another one fires"},
    {"maintenance", VALUE_LIST, offsetof(struct config, maintenance), .section = &maintenance_section,
     .help = "times in which something is worked on, and pages nobody"},
    {"audiences", VALUE_LIST, offsetof(struct config, audiences), .section = &audience_section,
     .help = "who is sent updates on incidents, and how"},
    {"status_page", VALUE_OPTIONAL, offsetof(struct config, status_page), .section = &status_page_section,
     .help = "what the public sees at /status; nothing when not given"},
    {"incident_channel", VALUE_OPTIONAL, offsetof(struct config, incident_channel),
     .section = &incident_channel_section, .help = "a chat channel for each incident; none when not given"},
    {"inhibit_rules", VALUE_LIST, offsetof(struct config, inhibit_rules), .section = &inhibit_section,
     .help = "the same, under the name that Alertmanager's file has for it"},
};

const struct section config_schema = {"configuration", root_keys, sizeof root_keys / sizeof *root_keys,
                                      sizeof(struct config), -1};
