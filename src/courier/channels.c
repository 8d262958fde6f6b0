#include <stddef.h>

#include "courier/courier_priv.h"

#define BY_HTTP http_receiver, http_prepare, http_judge

const struct channel channels[] = {
    {"webhook", BY_HTTP, NULL, webhook_write, false, false},
    {"email", email_receiver, email_prepare, email_judge, NULL, NULL, true, false},
    {"ntfy", BY_HTTP, ntfy_url, ntfy_write, false, false},
    {"slack", http_receiver, http_prepare, slack_judge, slack_url, slack_write, true, false},
    {"slack_webhook", BY_HTTP, http_secret_url, slack_webhook_write, false, false},
    {"teams", BY_HTTP, http_secret_url, teams_write, false, false},
    {"sms", BY_HTTP, sms_url, sms_write, true, false},
    {"voice", BY_HTTP, voice_url, voice_write, true, false},
    {"pagerduty", BY_HTTP, pagerduty_url, pagerduty_write, true, false},
    {"opsgenie", BY_HTTP, opsgenie_url, opsgenie_write, true, false},
    {"program", program_receiver, NULL, NULL, NULL, NULL, false, false},
    {"push", BY_HTTP, push_url, push_write, false, true},
    {"statuspage", http_receiver, http_prepare, statuspage_judge, statuspage_url, statuspage_write, true,
     false},
    /* No way of reaching a person: */
    {"slack_channel", http_receiver, http_prepare, slack_channel_judge, slack_channel_url,
     slack_channel_write, true, false},
    {0},
};
