/* Readers of single values that stand in files of their own, for the table of config/value.c. */
#pragma once

#include "config/schema.h"

/* A text of one line, not empty. */
int value_text(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err);
/* Where a secret lies. */
int value_secret(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err);

/* config/value_check.c */
int value_number(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err);
int value_selector(struct arena *arena, const struct key *key, const char *text, void *target,
                   struct err *err);
int value_address(struct arena *arena, const struct key *key, const char *text, void *target,
                  struct err *err);
int value_pattern(struct arena *arena, const struct key *key, const char *text, void *target,
                  struct err *err);
int value_status(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err);

/* config/value_target.c */
int value_ssh(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err);
int value_word(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err);
int value_variable(struct arena *arena, const struct key *key, const struct node_entry *entry, void *target,
                   struct err *err);
int value_secret_variable(struct arena *arena, const struct key *key, const struct node_entry *entry,
                          void *target, struct err *err);
