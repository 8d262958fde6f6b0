/* What the whole server has, for the files of api/. */
#pragma once

#include "api/api.h"
#include "api/connections.h"
#include "api/door.h"
#include "api/events.h"
#include "api/http_thread.h"
#include "api/known.h"
#include "api/metrics.h"
#include "api/pool.h"
#include "api/proving.h"
#include "api/request.h"
#include "api/sign_in_ticket.h"
#include "api/status_keeper.h"
#include "api/throttle.h"
#include "courier/link.h"

struct api {
    struct api_backend backend;
    struct ledger_place ledger;
    bool readers_given; /* none can be opened any more */
    char token[65];
    struct link_key links;
    char slack_secret[200], twilio_secret[200];
    const struct clock *clock;
    int64_t started_us;
    int listen_fd; /* nonblocking; several threads race for each connection */
    struct http_thread *threads;
    unsigned n_threads;
    _Atomic bool answers_held;
    struct MHD_Response *empty; /* what every accepted alert is answered with */
    struct metrics metrics;
    _Atomic size_t body_bytes; /* held by all requests together */
    struct pool *pool;
    struct connections *connections;
    struct watchers *watchers;
    struct known *known;
    struct status_keeper *status;
    struct door *door;
    struct proving *proving;
    struct tls *tls;           /* NULL: plain HTTP */
    struct throttle *throttle; /* of who signs in, by person and by address */
    struct spent_tickets *spent_tickets;
};

/* A reader of the ledger for outside of a request; to be given back to the pool. NULL: none is to be had now.
 */
struct ledger *api_take_ledger(struct api *api);
/* Back to the pool; when its connection was lost, whoever started the server is told. */
void api_give_ledger(struct api *api, struct ledger *ledger);
