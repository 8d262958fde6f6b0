/* What runs under the name of another program (kubectl, docker, ...): asks the ward at $WARD_SOCKET, prints,
 * exits as that program would. */
#pragma once

/* The exit code. */
int stand_in(int argc, char **argv);
