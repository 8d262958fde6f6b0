/* The text that bash reads before a step. */
#include <ctype.h>
#include <string.h>

#include "runner/shell.h"

/* The names of all variables, a word each: bash lists them by their first letter without starting a process,
 * and without asking IFS. */
#define EVERY_NAME                                                                                           \
    "\"${!a@}\" \"${!b@}\" \"${!c@}\" \"${!d@}\" \"${!e@}\" \"${!f@}\" \"${!g@}\" "                          \
    "\"${!h@}\" \"${!i@}\" \"${!j@}\" \"${!k@}\" \"${!l@}\" \"${!m@}\" \"${!n@}\" "                          \
    "\"${!o@}\" \"${!p@}\" \"${!q@}\" \"${!r@}\" \"${!s@}\" \"${!t@}\" "                                     \
    "\"${!u@}\" \"${!v@}\" \"${!w@}\" \"${!x@}\" \"${!y@}\" \"${!z@}\" "                                     \
    "\"${!A@}\" \"${!B@}\" \"${!C@}\" \"${!D@}\" \"${!E@}\" \"${!F@}\" \"${!G@}\" "                          \
    "\"${!H@}\" \"${!I@}\" \"${!J@}\" \"${!K@}\" \"${!L@}\" \"${!M@}\" \"${!N@}\" "                          \
    "\"${!O@}\" \"${!P@}\" \"${!Q@}\" \"${!R@}\" \"${!S@}\" \"${!T@}\" "                                     \
    "\"${!U@}\" \"${!V@}\" \"${!W@}\" \"${!X@}\" \"${!Y@}\" \"${!Z@}\" "                                     \
    "\"${!_@}\" "

/* Read by bash through BASH_ENV before the command. Names begin with __step_ and are not carried on. The
 * state is written as the shell ends, for whatever reason it ends; a step that replaces the EXIT trap or the
 * shell itself (exec) leaves the former state. What stands in the environment anyway is not written: it may
 * be a secret, and it is there in the next step too. `builtin` because a runbook may define functions of
 * those names.
 *
 * Asking bash for each variable by its name takes longer than all else that a short step does. So what was
 * given is looked at in one piece (__step_see: length and value of each). While nothing of it has changed,
 * which is the rule, it is unset, and `declare -p` has what remains; else, or when something can not be unset
 * (readonly) or stands up again behind what was (local), each is asked for. */
static const char prelude_begin[] = "unset BASH_ENV\n"
                                    "[[ -t 1 ]] && TERM=xterm\n";

static const char state_find[] = "__step_state=$PWD/" SHELL_STATE_FILE "\n"
                                 "__step_folder=\n";

static const char given_unknown[] = "__step_names=(" EVERY_NAME ")\n"
                                    "__step_see() {\n"
                                    "    __step_seen=()\n"
                                    "    for __step_name in \"${__step_names[@]}\"; do\n"
                                    "        __step_value=${!__step_name}\n"
                                    "        __step_seen+=(\"${#__step_value}:$__step_value\")\n"
                                    "    done\n"
                                    "}\n";

/* That bash has by itself, and that a step may set. */
static const char *const of_bash[] = {"HOSTNAME", "HOSTTYPE", "IFS", "MACHTYPE",
                                      "OPTERR",   "OSTYPE",   "PS4", NULL};

static const char state_save[] =
    "__step_see\n"
    "__step_given=(\"${__step_seen[@]}\")\n"
    "__step_save() {\n"
    "    builtin set +eux +o posix\n"
    "    builtin shopt -u nocasematch\n"
    "    builtin umask 077\n"
    "    {\n"
    "        builtin printf '__step_folder=%q\\n' \"$PWD\"\n"
    "        __step_see\n"
    "        if [[ ${__step_seen[*]} == \"${__step_given[*]}\" ]] && builtin unset -v \"${__step_names[@]}\" "
    "&&\n"
    "            { __step_see && [[ ${__step_seen[*]} != *[!0:\\ ]* ]] ||\n"
    "                { __step_seen=(\"${__step_given[@]}\") && builtin false; }; }; then\n"
    "            builtin unset -f __step_save __step_see\n"
    "            builtin unset -v \"${!BASH@}\" \"${!COMP_@}\" \"${!EPOCH@}\" _ DIRSTACK FUNCNAME GROUPS "
    "HISTCMD \\\n"
    "                LINENO OPTIND PIPESTATUS PWD RANDOM SECONDS SHLVL SRANDOM\n"
    "            builtin unset -v \"${!__step_@}\" || builtin return\n"
    "            builtin declare -p\n"
    "        else\n"
    "            builtin unset -f __step_save __step_see\n"
    "            builtin declare -A __step_same\n"
    "            for __step_at in \"${!__step_names[@]}\"; do\n"
    "                if [[ ${__step_seen[__step_at]} == \"${__step_given[__step_at]}\" ]]; then\n"
    "                    __step_same[${__step_names[__step_at]}]=\n"
    "                fi\n"
    "            done\n"
    "            for __step_name in " EVERY_NAME "; do\n"
    "                case $__step_name in\n"
    "                __step_* | BASH* | COMP_* | EPOCH* | _ | DIRSTACK | EUID | FUNCNAME | GROUPS | HISTCMD "
    "| "
    "LINENO |\\\n"
    "                OPTIND | PIPESTATUS | PPID | PWD | RANDOM | SECONDS | SHELLOPTS | SHLVL | SRANDOM | "
    "UID) "
    ";;\n"
    "                *) [[ -v __step_same[$__step_name] ]] || builtin declare -p \"$__step_name\" ;;\n"
    "                esac\n"
    "            done\n"
    "        fi\n"
    "        builtin declare -f\n"
    "        builtin printf '#whole\\n'\n"
    "    } >| \"$__step_state.new\" 2> /dev/null\n"
    "}\n";

static const char state_read[] =
    "if [[ -r $__step_state ]]; then\n"
    "    . \"$__step_state\" 2> /dev/null\n"
    "    __step_before=$OLDPWD\n"
    "    if ! cd -- \"$__step_folder\"; then\n"
    "        echo \"the working directory of the step before is gone: $__step_folder\" >&2\n"
    "        exit 125\n"
    "    fi\n"
    "    OLDPWD=$__step_before\n"
    "fi\n";

static const char prelude_end[] = "IFS= read -r -d '' __step_command <&4\n"
                                  "exec 3<&- 4<&-\n";

/* A shell that was started ahead is to be as if it had been started then and there. `declare -x`: bash begins
 * with an OLDPWD that is exported and unset. */
static const char order_read[] = "IFS= read -r __step_word <&4 || exit 125\n"
                                 "IFS= read -r -d '' __step_saves <&5\n"
                                 "IFS= read -r -d '' __step_folder <&5\n"
                                 "IFS= read -r -d '' __step_command <&5\n"
                                 "exec 3<&- 4<&- 5<&-\n"
                                 "cd -P -- \"$__step_folder\" || exit 125\n"
                                 "unset OLDPWD\n"
                                 "declare -x OLDPWD\n"
                                 "SECONDS=0\n";

static const char state_save_when_told[] = "if [[ $__step_saves ]]; then\n"
                                           "    trap __step_save EXIT\n"
                                           "else\n"
                                           "    unset -f __step_save __step_see\n"
                                           "fi\n";

struct names {
    struct buf plain, seen;
};

static void names_add(struct names *names, const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(isalpha((unsigned char)name[i]) || name[i] == '_' || (i && isdigit((unsigned char)name[i]))))
            return;
    buf_printf(&names->plain, "%.*s ", (int)n, name);
    buf_printf(&names->seen, "\"${#%.*s}:$%.*s\" ", (int)n, name, (int)n, name);
}

/* A line in a value that looks like a pin adds a name that has its value, too: it does no harm. */
static void pins_add(struct names *names, const char *pins)
{
    static const char mark[] = "export ";
    for (const char *at = pins; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, mark, sizeof mark - 1) == 0)
            names_add(names, at + sizeof mark - 1, strcspn(at + sizeof mark - 1, "="));
    }
}

static void given_write(struct buf *out, const char *pins, const char *const *environment)
{
    struct names names = {0};
    if (!environment) {
        buf_puts(out, given_unknown);
        return;
    }
    for (const char *const *variable = environment; *variable; variable++)
        if (strncmp(*variable, "BASH_ENV=", 9) != 0)
            names_add(&names, *variable, strcspn(*variable, "="));
    for (const char *const *name = of_bash; *name; name++)
        names_add(&names, *name, strlen(*name));
    pins_add(&names, pins);
    buf_printf(out, "__step_names=(%s)\n__step_see() { __step_seen=(%s); }\n", buf_text(&names.plain),
               buf_text(&names.seen));
    buf_free(&names.plain), buf_free(&names.seen);
}

/* Pins hold before the state is read, so that they count as given and are not part of it, and again after it,
 * so that no step can change them for the next. */
void shell_prelude_write(struct buf *out, const char *pins, const char *const *environment, bool saves)
{
    buf_puts(out, pins);
    buf_puts(out, prelude_begin);
    buf_puts(out, state_find);
    if (saves) {
        given_write(out, pins, environment);
        buf_puts(out, state_save);
    }
    buf_puts(out, state_read);
    buf_puts(out, pins);
    if (saves)
        buf_puts(out, "trap __step_save EXIT\n");
    buf_puts(out, prelude_end);
}

void shell_ahead_prelude_write(struct buf *out, const char *const *environment)
{
    buf_puts(out, prelude_begin);
    given_write(out, "", environment);
    buf_puts(out, state_save);
    buf_puts(out, order_read);
    buf_puts(out, state_find);
    buf_puts(out, state_read);
    buf_puts(out, state_save_when_told);
}
