/* Who is signed in at the console: a key of the ledger in a cookie (api/access.h), so that a restart signs
 * nobody out and each session can be ended from elsewhere. */
#pragma once

#define SESSION_COOKIE "crashcart-session"

/* A session ends twelve hours after it began; and when its person was not at it for half an hour, or for four
 * while they have an incident that they took before: docs/decisions/0079-a-session-that-nobody-is-at-ends.md.
 */
enum { SESSION_TIME_S = 12 * 3600, SESSION_IDLE_S = 30 * 60, SESSION_IDLE_IN_INCIDENT_S = 4 * 3600 };

struct access_key;
struct request;

/* A session of theirs: sets request->input, and of the key all but right, services and given_by, which the
 * caller has said. Gives the cookie. */
const char *session_make(struct request *request, const char *person, struct access_key *key);
/* Gives it to the browser, with the answer that is there. */
void session_set(struct request *request, const char *cookie);
/* The name of such a cookie here: over TLS it begins with "__Host-", which a browser takes from this very
 * host alone, so that nothing beside it can set one. */
const char *session_cookie_name(const struct request *request, const char *name);
/* "; Secure", for a cookie that came over TLS and goes back over nothing else; or "". */
const char *session_if_secure(const struct request *request);
