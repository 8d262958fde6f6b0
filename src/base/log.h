/* Log lines are an interface: one event a line, a stable name, key=value fields, to standard error.
 *   2026-03-01T09:00:00.123Z info core alert.accepted alerts=3 new=1
 * No patient data and no secrets: values are identifiers, counts and our own words. */
#pragma once

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Set once at the start of a process, before its sandbox: its role in each line, and the lowest level
 * printed. From then on no line is waited for: one that a pipe, socket or terminal does not take is dropped,
 * and how many were is said in a line of its own (log.dropped) once it takes some again. */
void log_setup(const char *role, enum log_level lowest);

/* fields: printf format of `key=value key=value`; quote free text with log_quote(). */
void log_event(enum log_level level, const char *name, const char *fields, ...)
    __attribute__((format(printf, 3, 4)));

/* "text" with quotes, control characters and quotes escaped, cut at 200 bytes; from a per-thread ring of
 * eight, so it is good until eight further calls. */
const char *log_quote(const char *text);
