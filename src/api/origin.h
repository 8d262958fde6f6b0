/* Which page made a browser send this. SameSite and Sec-Fetch-Site say it of browsers that keep to them; the
 * header Origin, which all send with what changes something, says it in full. */
#pragma once

#include <stdbool.h>

struct request;

/* -1: a page of another origin sent it, or one that has none ("null"), and the problem is answered. 0: one of
 * this server did, by the name in Host, in X-Forwarded-Host or in public_url; or it was no browser. */
int origin_check(struct request *request);
