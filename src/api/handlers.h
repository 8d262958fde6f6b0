/* The handlers that api/routes.c names, a file a noun: get_ and post_ answer a method, answer_ what was
 * decided. */
#pragma once

struct request;

/* alerts.c, alert_list.c */
void post_alerts(struct request *request);
void answer_alerts(struct request *request);
void get_alerts(struct request *request);
void get_alert_groups(struct request *request);

/* status.c */
void get_status(struct request *request);
void get_receivers(struct request *request);
void get_silences(struct request *request);
void post_silence(struct request *request);

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

/* reports.c, runs.c */
void get_report(struct request *request);
void get_incident_page(struct request *request);
void post_approve(struct request *request);
void post_deny(struct request *request);
void answer_step(struct request *request);

/* health.c, metrics.c */
void get_health(struct request *request);
void get_ready(struct request *request);
void get_metrics(struct request *request);
