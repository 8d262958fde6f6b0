/* Who is signed in at the console: a cookie that says who and until when, authenticated with a key that is
 * made of the administrator's token (HMAC-SHA-256, RFC 2104). Nothing is kept of it, so a restart signs
 * nobody out; another token signs everybody out. docs/decisions/0020-console-sessions.md says what it cannot
 * do. */
#pragma once

#include <stdbool.h>

struct request;

enum { SESSION_TIME_S = 12 * 3600, SESSION_PERSON_BYTES = 65 };

/* The person of the request's cookie; false: it has none that counts, or a page of another site sent it. */
bool session_person(const struct request *request, char ret_person[SESSION_PERSON_BYTES]);
