/* Who is signed in at the console: a key of the ledger in a cookie (api/access.h), so that a restart signs
 * nobody out and each session can be ended from elsewhere. */
#pragma once

#define SESSION_COOKIE "crashcart-session"

enum { SESSION_TIME_S = 12 * 3600 };

struct access_key;
struct request;

/* A session of theirs: sets request->input, and of the key all but right, services and given_by, which the
 * caller has said. Gives the cookie. */
const char *session_make(struct request *request, const char *person, struct access_key *key);
/* Gives it to the browser, with the answer that is there. */
void session_set(struct request *request, const char *cookie);
/* "; Secure", for a cookie that came over TLS and goes back over nothing else; or "". */
const char *session_if_secure(const struct request *request);
