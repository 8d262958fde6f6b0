/* What the files of the risk parser share. The way of a command:
 *
 *     text -> risk_text.c    prompts off, placeholders noted
 *          -> risk_tree.c    parsed, walked: simple commands, redirections, assignments
 *             (risk_plain.c  what is nothing but simple commands is not parsed)
 *          -> risk_tool.c    one simple command against the rules of its tool (risk_match.c)
 *          -> risk_inner.c   what the tool runs for it: another command, a shell text, SQL, a script
 *
 * and every step reports through risk_raise(); the riskiest report is the answer. */
#pragma once

#include "runbook/risk.h"

#include <stdint.h>

#include <tree_sitter/api.h>

struct scan;
struct inner_language;
struct section;
struct shelf;

/* One word of a command after quote removal; expansions stay as written. */
struct word {
    const char *text;
    bool dynamic;     /* holds an expansion, a substitution, a glob or braces: its value is not known */
    bool splits;      /* dynamic outside double quotes: may become several words, or none */
    bool placeholder; /* holds <pod-name> or the like */
};

struct words {
    struct word *at;
    size_t n;
    size_t capacity;
};

/* ---- rules (risk_rules.c, risk_rules_line.c, risk_shelf.c) ---- */

enum phrase_kind {
    KIND_READ, /* the first four in the order of enum risk_class */
    KIND_UNKNOWN,
    KIND_MUTATE,
    KIND_DESTRUCTIVE,
    KIND_ENDLESS,
    KIND_ENDS,
    KIND_TERMINAL,
    KIND_NO_TERMINAL,
    KIND_UNCONFINED,
    KIND_SENSITIVE,
    KIND_NOT_SENSITIVE,
    KIND_SENSITIVE_SAVED,
    KIND_WRITES,
    KIND_NEEDS,
    KIND_INNER,
};

/* Where in the arguments the thing lies that a `writes`, `needs` or inner line speaks of. */
enum slot_form {
    SLOT_VALUE,
    SLOT_AFTER,
    SLOT_AFTER_DASHES,
    SLOT_ITSELF, /* the last word of the phrase is the program: `k3s kubectl get` */
    SLOT_UNTIL,
    SLOT_STDIN,
    SLOT_LAST,
    SLOT_NEXT,     /* the word behind the phrase */
    SLOT_ASSIGNED, /* `of=`: the rest of a word that begins so */
};

struct option_pattern {
    const char *names;  /* "-o|--output" */
    const char *values; /* "yaml|json*", or NULL: any value or none */
};

/* `exec --force`: words that come first, options that stand anywhere. */
struct phrase {
    struct strings words; /* alternatives and globs: "secret|secrets|secret/?*" */
    LIST(struct option_pattern) options;
    size_t gap_at;     /* words before `...`; SIZE_MAX: no gap */
    const char *until; /* SLOT_UNTIL: ";|+"; SLOT_ASSIGNED: "of=" */
    const struct inner_language *language;
    const char *why;
    enum phrase_kind kind;
    enum slot_form form;
    unsigned after; /* SLOT_AFTER: words between the phrase and what is meant */
    bool after_assignments;
    bool otherwise; /* matches when nothing else does */
    bool site;      /* from the file of a site */
    bool there;     /* what is inside runs on another machine or in a container */
};

/* What a phrase is asked for. */
enum aspect {
    ASPECT_CLASS,
    ASPECT_ENDING,
    ASPECT_TERMINAL,
    ASPECT_RIGHTS,
    ASPECT_SENSITIVE,
    ASPECT_FILES,
    ASPECT_INNER,
    N_ASPECTS
};

struct listed_phrase {
    const struct phrase *phrase; /* many tools share them */
    uint64_t first_bytes; /* what its first word may begin with (first_byte_bit), all bits: with anything */
};

struct tool {
    const char *name; /* a glob when it holds '*' */
    const char *file; /* where it was named first */
    int line;
    bool built_in;
    LIST(struct listed_phrase) phrases[N_ASPECTS];
    struct strings value_options, flag_options, glued_options;
    bool whole_options, ignore_case, strict_options, wrapper, shell_word, bounded;
    bool cmdlet;       /* known to PowerShell only */
    bool text_tool;    /* its words are text and names of files, never verbs */
    bool verb_first;   /* `logs -f`, not `-f file.yml logs`: of what ends and what does not */
    bool prints_files; /* what is in the files that its words name */
};

static inline uint64_t first_byte_bit(char c)
{
    return UINT64_C(1) << (c & 63);
}

/* Those whose first word may be that of the arguments; the others score nothing. No `break` inside: these are
 * two loops. */
#define phrases_each(phrase, arguments, aspect)                                                              \
    for (const struct listed_phrase *at_ = (arguments)->tool->phrases[aspect].at,                            \
                                    *end_ = at_ ? at_ + (arguments)->tool->phrases[aspect].n : NULL;         \
         at_ < end_; at_++)                                                                                  \
        for (const struct phrase *(phrase) = at_->first_bytes & (arguments)->first_byte ? at_->phrase        \
                                                                                        : NULL;              \
             phrase; (phrase) = NULL)

/* Vocabulary lists, `words NAME: ...`. */
enum word_list {
    LIST_RISKY_OPTIONS,
    LIST_LOOKING_VERBS,
    LIST_CHANGING_VERBS,
    LIST_RISKY_VARIABLES,
    LIST_SENSITIVE_TABLES,
    LIST_SENSITIVE_FILES,
    LIST_EVIDENCE_ENDINGS,
    LIST_ACTION_PATHS,
    LIST_ACTION_KEYS,
    LIST_TOKEN_PATHS,
    LIST_SEARCH_PATHS,
    LIST_SQL_FUNCTIONS,
    LIST_SQL_ENDING_FUNCTIONS,
    LIST_SQL_CHANGING_FUNCTIONS,
    LIST_SQL_WORDS,
    LIST_PYTHON_CALLS,
    LIST_PYTHON_ENDING_CALLS,
    LIST_PYTHON_MODULES,
    LIST_POWERSHELL_METHODS,
    N_WORD_LISTS
};

/* Does the list hold the word (lower case; globs count)? */
bool rules_list_has(const struct risk_rules *rules, enum word_list list, const char *word);

/* The tool of that program name, or NULL. */
const struct tool *rules_tool(const struct risk_rules *rules, const char *name);

/* What to do with a node of the syntax tree, by its symbol (made once a rule set). */
typedef void node_handler(struct scan *scan, TSNode node);
node_handler *rules_node_handler(const struct risk_rules *rules, TSSymbol symbol);
node_handler *tree_node_handler(const char *type);

/* `expect read: kubectl get pods` */
struct expectation {
    bool allowed[RISK_DESTRUCTIVE + 1]; /* by enum risk_class */
    const char *classes;                /* as written */
    const char *command;
    const char *file;
    int line;
};

/* The lines of a rule file, read into the arena (risk_rules_line.c). */
struct rule_reader {
    struct arena *arena;
    struct arena *growing; /* what only lives while rules are read, lists that grow among it */
    const char *file;
    bool site;
    int line;
    const struct section *section; /* being read, and: */
    LIST(struct tool *) tools;     /* whose it is */
    struct risk_rules *rules;
    struct err *err;
};
int rule_line_read(struct rule_reader *reader, char *line);
/* The next line that says something, without the blanks before it; NULL: there are no more. */
const char *rule_line_next(struct rule_reader *reader, const char **bytes, size_t *ret_n_bytes);
bool rule_line_is_tool(const char *line);
bool rule_line_is_for_all(const char *line); /* whatever section it stands in */
int rule_line_error(const struct rule_reader *reader, const char *what, const char *word);
/* Cuts the next of `a, b` off, without blanks around it; NULL: there is none. */
char *rule_name_next(char **names);

/* Of the rules: which sections are about which tool (risk_shelf.c). A section is read when one of its tools
 * is first asked for. Any thread may ask. */
struct shelf *shelf_new(struct arena *arena, struct risk_rules *rules);
void shelf_free(struct shelf *shelf);
/* A section begins: `tool` and these names stand in the line of the reader, and bytes, which stay, follow. */
int shelf_add(struct shelf *shelf, const struct rule_reader *reader, char *names, const char *bytes);
/* Reads what a site says, for its mistakes. */
int shelf_read_site(struct shelf *shelf, struct err *err);
/* The tool of that program name, or NULL. */
const struct tool *shelf_tool(struct shelf *shelf, const char *name);
/* The i-th, or NULL. */
const struct tool *shelf_at(struct shelf *shelf, size_t i);
/* What the sections above that of the reader say of the tool of that name holds for the reader's tools. */
int shelf_read_like(struct rule_reader *reader, const char *name);
struct shelf *rules_shelf(struct risk_rules *rules);

void rules_expect(struct risk_rules *rules, const struct expectation *expectation);
int rules_list_add(struct risk_rules *rules, const char *list, const char *word);

bool glob_matches(const char *glob, const char *text);
/* "a|b*" against a text. */
bool alternatives_match(const char *alternatives, const char *text);
/* The same for option names; one_dash: "-force" and "--force" are one. */
bool option_matches(const char *alternatives, const char *name, bool one_dash);

/* ---- one classification ---- */

struct variable {
    const char *name;
    const char *value; /* NULL: not known */
};

/* What a walk found, for whoever must know which texts are read by what (fill.c): each command with its
 * words, and each text inside a text. A level is one text that a shell reads: 0 is the whole command. */
struct traced {
    const char *language; /* NULL: a command with its words; "shell" opens a level; "sql", "python", ... */
    int level;            /* whose words they are */
    int opens;            /* the level of a "shell" text, else -1 */
    const char *text;
    const struct word *words;
    size_t n_words;
    bool known; /* a tool of the rules that reads its words as they are */
};
struct trace {
    LIST(struct traced) list;
    int n_levels;
};

struct scan {
    struct trace *trace; /* NULL: nobody asks */
    int level;
    struct arena *arena;
    const struct risk_rules *rules;
    struct risk *risk;
    const char *text;   /* the original of what is parsed */
    const char *parsed; /* the same length, placeholders made words */
    size_t n_bytes;
    int depth;       /* of the walk in this tree */
    int inner_depth; /* texts within texts */
    size_t *inner_bytes_left;
    bool powershell;             /* the commands are PowerShell */
    bool there;                  /* inside kubectl exec, ssh, docker exec */
    bool tool_is_minor;          /* risk->tool is a wrapper or a word of the shell so far */
    bool saved;                  /* output goes to a file */
    bool maybe;                  /* what is walked may never run, or runs in a shell of its own */
    bool in_prefix;              /* the assignment stands before a command: NAME=x cmd */
    const char *stdin_text;      /* what the next command reads, when that is in the text */
    bool stdin_hidden;           /* it reads something that is not in the text: a file, what a pipe brings */
    const char *replace_text;    /* xargs -I {}: the text that data replaces */
    const struct words *readers; /* of a pipe: the commands behind this one, which read what it prints */
    size_t n_readers;
    bool appended; /* xargs: words that are not shown follow the command */
    LIST(struct variable) variables;
    struct strings functions;
};

/* risk_of_command, and what the walk found; NULL: nobody asks. */
struct risk risk_traced(struct arena *arena, const struct risk_rules *rules, const char *command,
                        size_t n_bytes, struct trace *ret_trace);
/* Free with ts_tree_delete. NULL: it takes too much work. */
TSTree *shell_parse(const char *text, size_t n_bytes);

/* Notes a text that is read in that language; gives the level that it opens when that is the shell. */
int trace_text(struct scan *scan, const char *language, const char *text);
void trace_command(struct scan *scan, const struct word *words, size_t n_words, bool known);

/* Reports a part of the command. why completes "`part` ...". */
void risk_raise(struct scan *scan, enum risk_class class, const char *part, const char *why);
void risk_mark_sensitive(struct scan *scan, const char *part, const char *why);

/* Parses a shell text found inside a command and walks it; what is too deep is unknown. */
void scan_inner_shell(struct scan *scan, const char *text);
void scan_node(struct scan *scan, TSNode node);
/* The same for a text that needs no parser (risk_plain.c). False: it is to be parsed, and nothing is done. */
bool scan_plain(struct scan *scan);
/* What `echo ...` or `printf ...` prints, or NULL: the next command of the pipe reads it. */
const char *words_printed(struct scan *scan, const struct words *words);
/* A simple command, its words after quote removal. */
void scan_command(struct scan *scan, const struct word *words, size_t n_words);
/* A file that the command writes: by redirection (risk_file.c) or an option. */
void scan_written_file(struct scan *scan, const struct word *file, const char *part);
/* It is written at its end, besides. */
void scan_appended_file(struct scan *scan, const struct word *file, const char *part);

/* Of the tree (risk_tree.c). */
const char *node_text(struct scan *scan, TSNode node);
bool node_is(TSNode node, const char *type);
const char *node_operator(TSNode node); /* the first child without a name: ">", "=" */
void children_scan(struct scan *scan, TSNode node);

/* A text that the shell reads as arithmetic or as the name of a variable: it runs what stands in a subscript.
 */
void subscript_check(struct scan *scan, const char *text);

/* Variables (risk_variable.c); value NULL: not known. */
void scan_assignment(struct scan *scan, const char *name, const char *value);
void variables_set_by(struct scan *scan, const struct words *words);
node_handler assignment_node, list_node, maybe_node, loop_node, function_node, arithmetic_node;
node_handler declaration_node, unset_node, expansion_node;
bool scan_has_placeholder(const struct scan *scan, size_t start, size_t end);

/* Words of a node (risk_word.c); an unquoted variable of known value becomes the words of its value. */
void words_of_node(struct scan *scan, TSNode node, struct words *ret_words);
struct word word_of_node(struct scan *scan, TSNode node);
/* Nothing but "$NAME", "${NAME[@]}" or a substitution? For dynamic words. */
bool word_is_expansion(const struct word *word);
const char *words_joined(struct arena *arena, const struct word *words, size_t n_words);

/* ---- arguments against phrases (risk_match.c) ---- */

struct argument {
    bool option;
    const char *name;  /* of an option: "-n", "--namespace"; NULL for a word */
    bool one_dash;     /* long options of the tool may have one dash */
    struct word value; /* of an option with one, or the word */
    bool has_value;
    bool doubtful; /* a word that may be the value of an unknown option before it */
    size_t index;  /* in the words of the command */
};

struct arguments {
    LIST(struct argument) list;
    const struct tool *tool;
    const struct word *words;
    size_t n_words;
    LIST(size_t) plain; /* places in the list of what is no option */
    bool has_options;
    uint64_t first_byte; /* bit of the first word that is no option; when there is none, of a byte that begins
                            no word of a rule */
    size_t end;          /* words from here on belong to an inner command */
    size_t dashes;       /* index of "--", or SIZE_MAX */
};

struct arguments arguments_parse(struct scan *scan, const struct tool *tool, const struct word *words,
                                 size_t n_words);
/* Does the output of a command not come out of the pipe as it is: `| wc -l`, `| grep -c`, `| grep LOG_LEVEL`?
 */
bool readers_hide(struct scan *scan);
/* The phrase of a class that says most about the words (no options) as the section of that name has it, or
 * NULL. */
const struct phrase *words_phrase(struct scan *scan, const char *section, const struct word *words,
                                  size_t n_words);
/* Score of the phrase, 0 when it does not match; the more it says the higher. ret_last (or NULL): position
 * among the words of the last one matched, SIZE_MAX for none. */
int phrase_score(const struct arguments *arguments, const struct phrase *phrase, size_t *ret_last);
/* The n-th word that is no option, or NULL. */
const struct argument *argument_word(const struct arguments *arguments, size_t n);
bool argument_named(const struct argument *argument, const char *names);
/* Is the option in the `value:` or `flag:` list of the tool? */
bool option_listed(const struct tool *tool, const char *name);

/* ---- inside (risk_inner.c) ---- */

struct inner_language {
    const char *name; /* as in the rules: "sql" */
    /* words: the command, or the text in one word */
    void (*scan)(struct scan *scan, const struct word *words, size_t n_words);
};
const struct inner_language *inner_language_find(const char *name);

/* Runs every inner line of the tool that applies and shortens arguments->end. Gives the best score of a line
 * that found something, or 0. */
int scan_inner(struct scan *scan, struct arguments *arguments);

void scan_sql(struct scan *scan, const struct word *words, size_t n_words);
void scan_mongo(struct scan *scan, const struct word *words, size_t n_words);
void scan_python(struct scan *scan, const struct word *words, size_t n_words);
void scan_awk(struct scan *scan, const struct word *words, size_t n_words);
void scan_lines(struct scan *scan, const struct word *words, size_t n_words);
void scan_sed(struct scan *scan, const struct word *words, size_t n_words);

/* Method and address of curl, wget, ab, httpie and their like (risk_http.c); nothing for other tools. */
void scan_http(struct scan *scan, const struct arguments *arguments);

/* PowerShell, when the text looks like it (risk_powershell.c). False: it does not. */
bool scan_powershell(struct scan *scan, const char *text, size_t n_bytes);

/* ---- the text as it came (risk_text.c) ---- */

/* Prompts become blanks, so that offsets stay. */
char *text_without_prompts(struct arena *arena, const char *text, size_t n_bytes);
/* A copy in which <pod-name>, [POD_NAME] and {{ .x }} are plain words of the same length. */
char *text_with_filled_placeholders(struct arena *arena, const char *text, size_t n_bytes, bool *ret_found);
/* Length of the placeholder that begins there, or 0. */
size_t text_placeholder_bytes(const char *text, size_t n_bytes, size_t at);
