/* Which passwords are taken: what NIST SP 800-63B asks for, length and that it is none of those that are
 * tried first, and nothing that it advises against, such as digits that must be in it. */
#pragma once

struct request;

enum { PASSWORD_SHORTEST = 15, PASSWORD_LONGEST = 1000 };

/* 0, or -1: it is not for that person, and the problem says why. */
int password_check(struct request *request, const char *password, const char *person);
