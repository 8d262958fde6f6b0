/* HTTP of the drill: to its server and to its ward, one request at a time. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

struct talk {
    const char *url;    /* "http://127.0.0.1:8480" */
    const char *socket; /* of a UNIX socket; NULL: TCP */
    const char *token;  /* or NULL */
    const char *as;     /* who does it, or NULL */
};

/* body NULL: GET, else POST. The HTTP status and the answer; 0: nobody answered within the time. */
int talk(const struct talk *to, const char *path, const char *body, int time_ms, struct buf *ret_answer);

/* Parses the answer into the document. -1 with the server's words when it was no 2xx or no JSON. */
int talk_json(const struct talk *to, const char *path, const char *body, struct json_document *document,
              struct json *ret_root, struct err *err);
