/* filter= in a query, any number of times. */
#pragma once

#include "api/request.h"
#include "config/matcher.h"

/* Adds them to the list. -1: the problem is answered, the list as it was. */
int filters_read(struct request *request, struct matchers *matchers);
