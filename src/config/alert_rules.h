/* Alerting rules out of files that Prometheus and its kin read: `groups: - rules: - alert:` at the top, below
 * `spec:` of a PrometheusRule, in the `items:` of a Kubernetes list, in any number of YAML documents.
 *
 * Only what leads to a procedure is taken: name, labels, the annotation runbook_url, the line. Recording
 * rules are passed over, and so is a label or an URL whose value is a template: nobody knows it yet. */
#pragma once

#include "config/config.h"
#include "runbook/coverage.h"

/* Appends to ret_rules. 0 done; 1: there is no group of rules in it at all; -1: it cannot be read as it
 * stands (errors has "FILE:LINE: ..." each), and what could be read is appended all the same. */
int alert_rules_read(struct arena *arena, const char *file, const char *bytes, size_t n_bytes,
                     struct alert_rules *ret_rules, struct config_errors *errors);

/* Sets the document of each rule whose labels belong to a service with a runbook. */
void alert_rules_place(struct alert_rules *rules, const struct config *config);
