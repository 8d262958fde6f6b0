/* libmicrohttpd, loaded when it is first used: it brings GnuTLS along, and only core serves. Include this
 * instead of <microhttpd.h>; to use another function, add it to the list. */
#pragma once

#include <microhttpd.h>

#define MHD_FUNCTIONS(F)                                                                                     \
    F(add_connection)                                                                                        \
    F(add_response_header)                                                                                   \
    F(create_response_from_buffer)                                                                           \
    F(create_response_from_callback)                                                                         \
    F(destroy_response)                                                                                      \
    F(get_connection_info)                                                                                   \
    F(get_connection_values)                                                                                 \
    F(get_daemon_info)                                                                                       \
    F(get_timeout)                                                                                           \
    F(lookup_connection_value)                                                                               \
    F(queue_response)                                                                                        \
    F(resume_connection)                                                                                     \
    F(run)                                                                                                   \
    F(start_daemon)                                                                                          \
    F(stop_daemon)                                                                                           \
    F(suspend_connection)

struct microhttpd_library {
#define MHD_MEMBER(name) typeof(MHD_##name) *(name);
    MHD_FUNCTIONS(MHD_MEMBER)
#undef MHD_MEMBER
};

/* Any thread. The first call comes before the sandbox (api_prepare). */
const struct microhttpd_library *microhttpd_library(void);

#define MHD_add_connection                microhttpd_library()->add_connection
#define MHD_add_response_header           microhttpd_library()->add_response_header
#define MHD_create_response_from_buffer   microhttpd_library()->create_response_from_buffer
#define MHD_create_response_from_callback microhttpd_library()->create_response_from_callback
#define MHD_destroy_response              microhttpd_library()->destroy_response
#define MHD_get_connection_info           microhttpd_library()->get_connection_info
#define MHD_get_connection_values         microhttpd_library()->get_connection_values
#define MHD_get_daemon_info               microhttpd_library()->get_daemon_info
#define MHD_get_timeout                   microhttpd_library()->get_timeout
#define MHD_lookup_connection_value       microhttpd_library()->lookup_connection_value
#define MHD_queue_response                microhttpd_library()->queue_response
#define MHD_resume_connection             microhttpd_library()->resume_connection
#define MHD_run                           microhttpd_library()->run
#define MHD_start_daemon                  microhttpd_library()->start_daemon
#define MHD_stop_daemon                   microhttpd_library()->stop_daemon
#define MHD_suspend_connection            microhttpd_library()->suspend_connection
