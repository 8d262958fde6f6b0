/* The handlers that api/routes.c names, a file a noun: get_ and post_ answer a method, answer_ what was
 * decided. */
#pragma once

#include "intake/intake.h"

struct request;

typedef void handler(struct request *request);
struct api_backend;
struct run_step;

/* alerts.c, alert_list.c */
handler post_alerts, answer_alerts;
/* For bodies that are put together first: parses request->body into request->batch, and answers a refusal. */
void alerts_submit(struct request *request, const struct intake_format *format);
/* The same in two steps, for those who refuse in a way of their own. */
int alerts_parse(struct request *request, const struct intake_format *format, const char **ret_field,
                 struct err *err);
void alerts_hand_over(struct request *request, const struct intake_format *format);
handler alerts_count, get_alerts, get_alert_groups;

/* drop_in.c */
handler post_pagerduty, answer_pagerduty, post_pagerduty_change, answer_pagerduty_change, answer_opsgenie,
    close_opsgenie, acknowledge_opsgenie, note_opsgenie, snooze_opsgenie, refuse_opsgenie, tag_opsgenie,
    get_opsgenie_request, get_opsgenie_alert, get_opsgenie_alerts, count_opsgenie_alerts;
const char *opsgenie_request_id(struct arena *arena, int64_t incident);
handler post_source, answer_mapped;

/* heartbeats.c */
handler ping_success, ping_signal, answer_ping, answer_opsgenie_ping;

/* status.c */
handler get_status, get_receivers;

/* silences.c */
handler get_silences, post_silence, answer_silence, get_silence, delete_silence, get_silence_preview;

/* checks.c */
handler get_checks;
void add_check_figures(struct buf *out, const struct api_backend *backend); /* for /metrics */

/* measures.c */
handler get_measures;

/* incidents.c */
handler get_incidents;
handler get_incident; /* also the answer to every verb: the incident as it is now */
handler get_timeline, get_steps, post_acknowledge, post_note, post_resolve, post_state, post_severity,
    post_patient_safety, post_role, post_check;
handler get_clocks; /* of all incidents and of none, the earliest first */
handler post_update, post_clock_done, post_recurring_done, post_mute, post_unmute, post_hold, post_release;

/* Before a handler answers with what those steps have printed: true, it waits until that is on record, and is
 * called again then, or a problem is answered. */
bool custody_goes_first(struct request *request, int64_t incident, const struct run_step *steps, size_t n,
                        const char *what);

/* session.c, console.c */
handler get_session, post_session, answer_session, answer_signed_out, delete_session, post_session_here,
    get_console, get_console_incident, get_service_worker, get_console_file;

/* sign_in.c: by the identity provider */
handler get_sign_in, get_sign_in_works, answer_sign_in_works, get_sign_in_begin, answer_sign_in_begin,
    get_sign_in_return, answer_sign_in_return;

/* oncall.c, settings.c */
handler get_oncall, post_override, delete_override, get_settings;

/* ledger.c */
handler get_ledger, get_ledger_proof;

/* runbooks.c */
handler get_runbooks, get_runbook;

/* runbook_questions.c */
handler get_runbook_document, post_runbook_diff, post_runbook_coverage;

/* events.c */
handler get_events;

/* links.c: what a page's link leads to; GET only asks */
handler get_link, post_link, answer_link;

/* slack.c: a button that was pressed there, a command that was written there */
handler post_slack, post_slack_command, answer_slack_command;

/* reply_sms.c, reply_mail.c */
handler post_sms, answer_sms, post_receipt, answer_receipt, post_mail, answer_mail;

/* actions.c */
handler get_actions;
handler get_incident_actions; /* also the answer to both that follow */
handler post_action, post_action_change, get_review;

/* push.c */
handler get_push, post_push;
/* channels.c */
handler get_channels, post_channels_test;

/* versions.c */
handler get_runbook_versions, get_runbook_version, get_runbook_diff;

/* proving.c, ledger_export.c */
handler get_ledger_verify, post_ledger_verify, get_ledger_export;

/* promises.c */
handler get_promises;

/* statistics.c */
handler get_statistics;

/* reports.c, runs.c */
handler get_report, post_approve, post_step_values, post_deny;
handler get_next_page;
handler get_procedures; /* of the incident's runbook */
handler post_procedure; /* one of them becomes part of its run */
handler get_step;
handler get_step_output; /* of one that runs, from a byte on */
handler post_step_stop, post_step_start, post_step_done, post_step_answer, post_step_choose, post_step_skip,
    answer_step;

/* accounts.c */
handler get_accounts, post_account, post_password, answer_account, delete_account, get_access_keys,
    post_token, answer_token, delete_access_key;

/* console.c: answers a person whose browser asks for a page that is not there, with the console, which says
 * so. False: it is nobody like that. */
bool console_says_nowhere(struct request *request, const char *method, const char *path);

/* openapi.c */
handler get_openapi;

/* health.c, metrics.c */
handler get_health, get_ready, get_metrics;
