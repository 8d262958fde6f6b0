/* What every subcommand ends with. */
#pragma once

enum {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1, /* found problems, or the server said no */
    EXIT_USAGE = 2,
    EXIT_UNREACHABLE = 3 /* cannot reach or open */
};
