/* The handlers that api/routes.c names, a file a noun: get_ and post_ answer a method, answer_ what was
 * decided. */
#pragma once

#include "intake/intake.h"

struct request;
struct api_backend;
struct run_step;

/* alerts.c, alert_list.c */
void post_alerts(struct request *request);
void answer_alerts(struct request *request);
/* For bodies that are put together first: parses request->body into request->batch, and answers a refusal. */
void alerts_submit(struct request *request, const struct intake_format *format);
/* The same in two steps, for those who refuse in a way of their own. */
int alerts_parse(struct request *request, const struct intake_format *format, const char **ret_field,
                 struct err *err);
void alerts_hand_over(struct request *request, const struct intake_format *format);
void alerts_count(struct request *request);
void get_alerts(struct request *request);
void get_alert_groups(struct request *request);

/* drop_in.c */
void post_pagerduty(struct request *request);
void answer_pagerduty(struct request *request);
void answer_opsgenie(struct request *request);
void close_opsgenie(struct request *request);
void acknowledge_opsgenie(struct request *request);
void note_opsgenie(struct request *request);
void get_opsgenie_request(struct request *request);
const char *opsgenie_request_id(struct arena *arena, int64_t incident);
void post_source(struct request *request);
void answer_mapped(struct request *request);

/* heartbeats.c */
void ping_success(struct request *request);
void ping_signal(struct request *request);
void answer_ping(struct request *request);
void answer_opsgenie_ping(struct request *request);

/* status.c */
void get_status(struct request *request);
void get_receivers(struct request *request);

/* silences.c */
void get_silences(struct request *request);
void post_silence(struct request *request);
void answer_silence(struct request *request);
void get_silence(struct request *request);
void delete_silence(struct request *request);
void get_silence_preview(struct request *request);

/* checks.c */
void get_checks(struct request *request);
void add_check_figures(struct buf *out, const struct api_backend *backend); /* for /metrics */

/* incidents.c */
void get_incidents(struct request *request);
void get_incident(struct request *request); /* also the answer to every verb: the incident as it is now */
void get_timeline(struct request *request);
void get_steps(struct request *request);
void post_acknowledge(struct request *request);
void post_note(struct request *request);
void post_resolve(struct request *request);
void post_state(struct request *request);
void post_severity(struct request *request);
void post_patient_safety(struct request *request);
void post_role(struct request *request);
void post_check(struct request *request);
void get_clocks(struct request *request); /* of all incidents and of none, the earliest first */
void post_update(struct request *request);
void post_clock_done(struct request *request);
void post_mute(struct request *request);
void post_unmute(struct request *request);
void post_hold(struct request *request);
void post_release(struct request *request);

/* Before a handler answers with what those steps have printed: true, it waits until that is on record, and is
 * called again then, or a problem is answered. */
bool custody_goes_first(struct request *request, int64_t incident, const struct run_step *steps, size_t n,
                        const char *what);

/* session.c, console.c */
void get_session(struct request *request);
void post_session(struct request *request);
void delete_session(struct request *request);
void get_console(struct request *request);
void get_service_worker(struct request *request);
void get_console_file(struct request *request);

/* oncall.c, settings.c */
void get_oncall(struct request *request);
void get_settings(struct request *request);

/* ledger.c */
void get_ledger(struct request *request);
void get_ledger_proof(struct request *request);

/* runbooks.c */
void get_runbooks(struct request *request);
void get_runbook(struct request *request);

/* events.c */
void get_events(struct request *request);

/* links.c: what a page's link leads to; GET only asks */
void get_link(struct request *request);
void post_link(struct request *request);
void answer_link(struct request *request);

/* slack.c: a button that was pressed there */
void post_slack(struct request *request);

/* actions.c */
void get_actions(struct request *request);
void get_incident_actions(struct request *request); /* also the answer to both that follow */
void post_action(struct request *request);
void post_action_change(struct request *request);
void get_review(struct request *request);

/* statistics.c */
void get_statistics(struct request *request);

/* reports.c, runs.c */
void get_report(struct request *request);
void post_approve(struct request *request);
void post_step_values(struct request *request);
void post_deny(struct request *request);
void get_procedures(struct request *request); /* of the incident's runbook */
void post_procedure(struct request *request); /* one of them becomes part of its run */
void get_step(struct request *request);
void get_step_output(struct request *request); /* of one that runs, from a byte on */
void post_step_stop(struct request *request);
void post_step_start(struct request *request);
void post_step_done(struct request *request);
void post_step_answer(struct request *request);
void post_step_choose(struct request *request);
void post_step_skip(struct request *request);
void answer_step(struct request *request);

/* openapi.c */
void get_openapi(struct request *request);

/* health.c, metrics.c */
void get_health(struct request *request);
void get_ready(struct request *request);
void get_metrics(struct request *request);
