/* What goes back: a status, a type, a body. Every refusal has the one shape
 *   {"error":{"code":"invalid","message":"a note needs a text","field":"text"}} */
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "engine/engine.h"

struct request;
struct stream;

struct answer {
    unsigned status; /* 0: none yet */
    struct buf body;
    const char *content_type; /* NULL: no body */
    const char *cookie;       /* NULL: none is set */
    const char *location;     /* where to go on, with 303; NULL: nowhere */
    const char *encoding;     /* of the body, which was chosen by Accept-Encoding; NULL: none */
    bool lasts;               /* what has this address never changes */
    bool is_for_any_site;     /* pages of other sites may read it */
    bool is_nobodys_window;   /* no other page can hold the window that this is drawn in */
    const char *tag;          /* of the body, for who asks again; NULL: it is to be computed */
    struct stream *stream;    /* in the place of body, or NULL */
};

/* Why not: the table in problem.c gives each its status and code. */
enum problem {
    PROBLEM_BAD_REQUEST,
    PROBLEM_UNAUTHORIZED,
    PROBLEM_SIGN_IN_AGAIN, /* who asks is known, and long since: RFC 9470 calls it a step up */
    PROBLEM_FORBIDDEN,
    PROBLEM_NOT_FOUND,
    PROBLEM_METHOD,
    PROBLEM_CONFLICT,
    PROBLEM_TOO_LARGE,
    PROBLEM_MEDIA_TYPE,
    PROBLEM_INVALID,
    PROBLEM_TOO_MANY, /* who guesses passwords; never for alerts, which Alertmanager would drop */
    PROBLEM_INTERNAL,
    PROBLEM_NOT_IMPLEMENTED,
    PROBLEM_UNAVAILABLE,
    N_PROBLEMS
};

/* Replaces whatever answer there was. field names the member or parameter at fault, or is NULL. */
void answer_problem(struct request *request, enum problem problem, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same as a JSON text, which is how clients of Alertmanager want it. */
void answer_string_problem(struct request *request, enum problem problem, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for what the engine refused. */
void answer_outcome(struct request *request, const struct outcome *outcome);

/* 200 with JSON that the caller writes, with text that it adds, or with nothing. */
struct json_writer answer_json(struct request *request);
struct buf *answer_text(struct request *request, const char *content_type);
void answer_empty(struct request *request);
/* 303: the browser goes on there. */
void answer_elsewhere(struct request *request, const char *location);
/* A page of its own, for who comes by a link: its beginning, and text as HTML. */
struct buf *answer_page(struct request *request, unsigned status, const char *heading);
void html_add(struct buf *out, const char *text); /* NULL is "" */
