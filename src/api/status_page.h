/* The public status page: a handler of api/route_table.c for every format of update/status.h. */
#pragma once

struct request;

void get_status_page(struct request *request);
