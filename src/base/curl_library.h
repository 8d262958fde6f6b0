/* libcurl, loaded when it is first used. It brings two dozen libraries along, which cost every start of the
 * program five milliseconds and a megabyte; only the courier and the client's commands speak through it.
 *
 * Include this instead of <curl/curl.h>: the functions have their own names and types, and go through a
 * table. To use another one, add it to the list. */
#pragma once

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define CURL_FUNCTIONS(F)                                                                                    \
    F(easy_cleanup)                                                                                          \
    F(easy_getinfo)                                                                                          \
    F(easy_init)                                                                                             \
    F(easy_perform)                                                                                          \
    F(easy_reset)                                                                                            \
    F(easy_setopt)                                                                                           \
    F(easy_strerror)                                                                                         \
    F(global_cleanup)                                                                                        \
    F(global_init)                                                                                           \
    F(multi_add_handle)                                                                                      \
    F(multi_assign)                                                                                          \
    F(multi_cleanup)                                                                                         \
    F(multi_info_read)                                                                                       \
    F(multi_init)                                                                                            \
    F(multi_perform)                                                                                         \
    F(multi_poll)                                                                                            \
    F(multi_remove_handle)                                                                                   \
    F(multi_setopt)                                                                                          \
    F(multi_socket_action)                                                                                   \
    F(multi_strerror)                                                                                        \
    F(slist_append)                                                                                          \
    F(slist_free_all)

struct curl_library {
#define CURL_MEMBER(name) typeof(curl_##name) *(name);
    CURL_FUNCTIONS(CURL_MEMBER)
#undef CURL_MEMBER
};

/* Any thread. Ends the program when the library is not installed. */
const struct curl_library *curl_library(void);

#define curl_easy_cleanup        curl_library()->easy_cleanup
#define curl_easy_getinfo        curl_library()->easy_getinfo
#define curl_easy_init           curl_library()->easy_init
#define curl_easy_perform        curl_library()->easy_perform
#define curl_easy_reset          curl_library()->easy_reset
#define curl_easy_setopt         curl_library()->easy_setopt
#define curl_easy_strerror       curl_library()->easy_strerror
#define curl_global_cleanup      curl_library()->global_cleanup
#define curl_global_init         curl_library()->global_init
#define curl_multi_add_handle    curl_library()->multi_add_handle
#define curl_multi_assign        curl_library()->multi_assign
#define curl_multi_cleanup       curl_library()->multi_cleanup
#define curl_multi_info_read     curl_library()->multi_info_read
#define curl_multi_init          curl_library()->multi_init
#define curl_multi_perform       curl_library()->multi_perform
#define curl_multi_poll          curl_library()->multi_poll
#define curl_multi_remove_handle curl_library()->multi_remove_handle
#define curl_multi_setopt        curl_library()->multi_setopt
#define curl_multi_socket_action curl_library()->multi_socket_action
#define curl_multi_strerror      curl_library()->multi_strerror
#define curl_slist_append        curl_library()->slist_append
#define curl_slist_free_all      curl_library()->slist_free_all
