/* With what the server shows who it is. Included by config.h. */
#pragma once

struct config_tls {
    const char *certificate; /* PEM file, with the chain; NULL: the server speaks plain HTTP */
    const char *key;         /* PEM file */
    int line;
};
