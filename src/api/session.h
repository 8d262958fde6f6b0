/* Who is signed in at the console: a key of the ledger in a cookie (api/access.h), so that a restart signs
 * nobody out and each session can be ended from elsewhere. */
#pragma once

#define SESSION_COOKIE "crashcart-session"

enum { SESSION_TIME_S = 12 * 3600 };
