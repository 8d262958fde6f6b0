/* Who takes over for whom by what people made in the console: the server knows it, and no file does. */
#pragma once

#include <stdbool.h>

#include "config/config.h"

/* Asks the server and adds what it says to the schedules of the configuration. False, and a line to stderr
 * for the command of that name: it cannot be asked, and what follows goes by the file alone. */
bool takeovers_ask(const char *command, struct config *config);
