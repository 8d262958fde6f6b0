/* The status page as static files: one a format (update/status.h), each replaced as a whole, so that who
 * reads a file meanwhile gets the old one or the new one. Any thread. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "update/status.h"

size_t status_files_count(void); /* of status_formats */
/* pages: in the order of status_formats. The folder and those in it are made when they are not there. -1: the
 * files that are not written yet are as they were. */
int status_files_write(const char *dir, const struct buf *pages, struct err *err);
