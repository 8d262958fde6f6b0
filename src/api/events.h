/* Everything that is committed, told live: GET /api/v1/events, as Server-Sent Events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html). Each has the position in the ledger as
 * its id, so that whoever comes back with Last-Event-ID (or `after`) misses nothing, over a restart of the
 * server too. Who watches costs no thread: its connection sleeps until there is news, and the newest events
 * are written once for all. */
#pragma once

#include <stdint.h>

#include "base/clock.h"

struct api;
struct watchers;

struct watchers *watchers_new(struct api *api);
void watchers_free(struct watchers *watchers); /* nobody may watch any more */
/* Something was committed. Any thread; costs next to nothing while nobody watches. */
void watchers_news(struct watchers *watchers);
/* Ends every stream: the clients come back to the next server by themselves. */
void watchers_end(struct watchers *watchers);
/* Called by the threads of the server in each round: wakes who is to hear something, and gives how long the
 * thread may sleep, in ms; -1: for as long as it likes. */
int watchers_tick(struct watchers *watchers);
