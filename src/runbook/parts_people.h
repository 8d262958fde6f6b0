/* People and ways to reach them, as a runbook names them. Included by parts.h only. */
#pragma once

struct role {
    const char *name, *abbreviation, *kind, *primary, *secondary, *contact;
    struct strings responsibilities;
    int line;
};

struct contact {
    const char *name, *value, *value_kind, *purpose;
    bool placeholder; /* not usable as it stands */
    int line;
};

struct oncall_layer {
    const char *layer, *role, *hours, *hours_text;
    int order, line;
};

struct escalation {
    const char *kind; /* rule chain team */
    struct strings applies_to, to;
    bool ordered;
    int64_t after_s;
    bool from_answer; /* after_s counts from the acknowledgement, not from the opening */
    const char *condition;
    const char *text;      /* of a rule that holds for all of its levels, as written; or NULL */
    const char *procedure; /* the id of the one that says so for its own trouble; or NULL */
    bool waits;            /* of those: the text calls when after_s is over, and does not only name a time */
    int line, line_end;
};

struct channel_mention {
    const char *kind, *name, *address, *use, *pattern;
    int line;
};
