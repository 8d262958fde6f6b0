/* What config_load() does, in parts, for who holds the bytes of the file already. */
#pragma once

#include "config/config.h"

extern const char CONFIG_DEFAULT_FILE[]; /* of the working directory, when none is named */

/* Reads the calendars that its schedules name, beside its file. What cannot be read is told in errors, and
 * has no shifts. */
void config_read_calendars(struct config *config, struct config_errors *errors);
