/* What audiences are told: handlers of api/route_table.c. */
#pragma once

struct request;

void get_updates(struct request *request); /* also the answer to what is sent */
void post_update_send(struct request *request);
void post_finding(struct request *request);
