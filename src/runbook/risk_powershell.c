/* PowerShell, as far as it is plain: every command (cmdlet, alias or program) anywhere in the text is looked
 * up in the rules under its lower-case name, with its arguments as words; methods of objects must be in the
 * list `powershell methods`. Assignments to variables and properties live in the session only. Fragments are
 * common in runbooks, so unbalanced braces are no error. */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <string.h>

enum { DEEPEST = 40 };

static const char verbs[] =
    "add|approve|backup|block|checkpoint|clear|close|compare|complete|compress|confirm|connect|convert|"
    "convertfrom|convertto|copy|debug|deny|disable|disconnect|dismount|edit|enable|enter|exit|expand|export|"
    "find|"
    "foreach|format|get|grant|group|hide|import|initialize|install|invoke|join|limit|lock|measure|merge|"
    "mount|move|new|"
    "open|optimize|out|ping|pop|protect|publish|push|read|receive|redo|register|remove|rename|repair|request|"
    "reset|resize|resolve|restart|restore|resume|revoke|save|search|select|send|set|show|skip|sort|split|"
    "start|"
    "step|stop|submit|suspend|switch|sync|tee|test|trace|unblock|undo|uninstall|unlock|unprotect|unpublish|"
    "unregister|update|use|wait|watch|where|write";

static const char keywords[] =
    "if|else|elseif|foreach|for|while|do|until|switch|default|try|catch|finally|function|param|return|"
    "break|continue|process|begin|end|in|throw|exit|filter|trap|using|class|enum";

struct powershell {
    bool unclosed; /* a bracket was never closed */
    struct scan *scan;
    const char *at, *end;
    int depth;
};

static bool name_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static char *lower(struct arena *arena, const char *text, size_t n)
{
    char *copy = arena_strndup(arena, text, n);
    for (char *c = copy; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return copy;
}

/* "Get-Service": an approved verb with a capital, a dash, a noun. */
static bool is_cmdlet(struct arena *arena, const char *at, const char *end)
{
    size_t n = 0;
    if (!isupper((unsigned char)at[0]))
        return false;
    while (at + n < end && isalpha((unsigned char)at[n]))
        n++;
    if (n < 2 || at + n + 1 >= end || at[n] != '-' || !isalpha((unsigned char)at[n + 1]))
        return false;
    return n < 16 && alternatives_match(verbs, lower(arena, at, n));
}

/* Behind these stands a command. */
static const bool before_command[256] = {
    ['\0'] = true, ['\n'] = true, ['|'] = true, [';'] = true, ['('] = true, ['{'] = true, ['='] = true,
};

/* PowerShell, not bash: a cmdlet where a command stands, or `$name =` at the start of a line. */
static bool looks_like_powershell(struct arena *arena, const char *text, size_t n_bytes)
{
    const char *end = text + n_bytes;
    bool command = true;
    for (const char *at = text; at < end; at++) {
        if (command && is_cmdlet(arena, at, end))
            return true;
        bool line_start = at == text || at[-1] == '\n' || at[-1] == ' ';
        if (*at == '$' && command && line_start && at + 1 < end && isalpha((unsigned char)at[1])) {
            const char *next = at + 1;
            while (next < end && (name_byte(*next) || *next == ':' || *next == '.'))
                next++;
            next += strspn(next, " ");
            if (next < end && *next == '=' && next[1] != '=')
                return true;
        }
        if (before_command[(unsigned char)*at])
            command = true;
        else if (*at != ' ' && !isspace((unsigned char)*at))
            command = false;
    }
    text += strspn(text, " \t\r\n");
    return strncmp(text, "if ($", 5) == 0 || strncmp(text, "if (-not", 8) == 0 ||
           strncmp(text, "foreach ($", 10) == 0;
}

static void run(struct powershell *ps, bool command);

/* Skips a string; what "$(...)" in it runs is followed. Gives its text. */
static const char *string_skip(struct powershell *ps)
{
    char quote = *ps->at++;
    const char *start = ps->at;
    while (ps->at < ps->end) {
        if (*ps->at == '`' && quote == '"' && ps->at + 1 < ps->end) {
            ps->at += 2;
        } else if (*ps->at == quote) {
            if (ps->at + 1 < ps->end && ps->at[1] == quote) {
                ps->at += 2;
                continue;
            }
            const char *text = arena_strndup(ps->scan->arena, start, (size_t)(ps->at - start));
            ps->at++;
            return text;
        } else if (quote == '"' && ps->at[0] == '$' && ps->at + 1 < ps->end && ps->at[1] == '(') {
            ps->at += 2;
            run(ps, true);
        } else {
            ps->at++;
        }
    }
    return start;
}

static void comment_skip(struct powershell *ps)
{
    const char *close = *ps->at == '<' ? memmem(ps->at, (size_t)(ps->end - ps->at), "#>", 2)
                                       : memchr(ps->at, '\n', (size_t)(ps->end - ps->at));
    ps->at = close ? close + (*close == '#' ? 2 : 0) : ps->end;
}

/* .Name( of an object or [Type]::Name( */
static void method_check(struct powershell *ps, bool is_static)
{
    size_t n = 0;
    while (ps->at + n < ps->end && (isalnum((unsigned char)ps->at[n]) || ps->at[n] == '_'))
        n++;
    const char *name = lower(ps->scan->arena, ps->at, n);
    ps->at += n;
    if (ps->at >= ps->end || *ps->at != '(' || n == 0)
        return;
    if (!rules_list_has(ps->scan->rules, LIST_POWERSHELL_METHODS, name))
        risk_raise(ps->scan, RISK_UNKNOWN,
                   arena_printf(ps->scan->arena, "%s%.60s()", is_static ? "::" : ".", name),
                   "is a method that the rules do not know");
}

/* One argument of a command, up to a blank or a separator. Gives NULL for a block or an expression. */
static const char *argument_read(struct powershell *ps)
{
    if (*ps->at == '"' || *ps->at == '\'')
        return string_skip(ps);
    if (*ps->at == '(' || *ps->at == '{' || *ps->at == '[' ||
        (*ps->at == '@' && ps->at + 1 < ps->end && strchr("({", ps->at[1]))) {
        bool block = *ps->at != '[';
        ps->at += *ps->at == '@' ? 2 : 1;
        run(ps, block);
        return NULL;
    }
    const char *start = ps->at;
    while (ps->at < ps->end && !isspace((unsigned char)*ps->at) && !strchr("|;)}\"'({,", *ps->at)) {
        if (*ps->at == '`')
            break;
        ps->at++;
    }
    if (ps->at == start)
        ps->at++;
    return *start == '-' ? lower(ps->scan->arena, start, (size_t)(ps->at - start))
                         : arena_strndup(ps->scan->arena, start, (size_t)(ps->at - start));
}

static bool blank_skip(struct powershell *ps)
{
    while (ps->at < ps->end) {
        bool continued = *ps->at == '`' && ps->at + 1 < ps->end &&
                         (ps->at[1] == '\n' || ps->at[1] == '\r' || ps->at[1] == ' ');
        if (*ps->at == ' ' || *ps->at == '\t' || *ps->at == '\r' || *ps->at == ',')
            ps->at++;
        else if (continued)
            ps->at += ps->at[1] == '\r' && ps->at + 2 < ps->end && ps->at[2] == '\n' ? 3 : 2;
        else
            break;
    }
    return ps->at < ps->end;
}

static void redirect_read(struct powershell *ps)
{
    bool appends = ps->at + 1 < ps->end && ps->at[1] == '>';
    while (ps->at < ps->end && (*ps->at == '>' || *ps->at == '&' || isspace((unsigned char)*ps->at)))
        ps->at++;
    if (ps->at >= ps->end)
        return;
    bool copies = isdigit((unsigned char)*ps->at) && ps->at[-1] == '&';
    const char *file = argument_read(ps);
    if (!copies && file && strcmp(file, "$null") != 0) {
        struct word word = {.text = file, .dynamic = strchr(file, '$') != NULL};
        scan_written_file(ps->scan, &word, file);
        if (appends)
            scan_appended_file(ps->scan, &word, file);
    }
}

/* A command and its arguments, to the end of the pipeline element. */
static void command_read(struct powershell *ps)
{
    struct words words = {0};
    const char *start = ps->at;
    while (ps->at < ps->end && !isspace((unsigned char)*ps->at) && !strchr("|;(){}\"'=,", *ps->at))
        ps->at++;
    const char *name = lower(ps->scan->arena, start, (size_t)(ps->at - start));
    *list_push(ps->scan->arena, &words) = (struct word){.text = name};
    while (blank_skip(ps) && !strchr("|;\n)}", *ps->at)) {
        if (*ps->at == '#' || (*ps->at == '<' && ps->at[1] == '#')) {
            comment_skip(ps);
            continue;
        }
        if (*ps->at == '>' || (isdigit((unsigned char)*ps->at) && ps->at[1] == '>')) {
            ps->at += *ps->at != '>';
            redirect_read(ps);
            continue;
        }
        if (*ps->at == '&' && ps->at + 1 < ps->end && ps->at[1] == '&')
            break;
        const char *argument = argument_read(ps);
        if (argument && words.n < 200)
            *list_push(ps->scan->arena, &words) =
                (struct word){.text = argument, .dynamic = *argument == '$'};
    }
    scan_command(ps->scan, words.at, words.n);
}

/* A word where a command may stand: a keyword, the key of a hash table, or a command. */
static bool word_read(struct powershell *ps)
{
    size_t n = 0;
    while (ps->at + n < ps->end && (name_byte(ps->at[n])))
        n++;
    const char *word = lower(ps->scan->arena, ps->at, n);
    const char *next = ps->at + n;
    while (next < ps->end && *next == ' ')
        next++;
    if (next < ps->end && *next == '=' && next[1] != '=') {
        ps->at = next;
        return false;
    }
    if (n > 0 && alternatives_match(keywords, word)) {
        ps->at += n;
        if (strcmp(word, "function") == 0 || strcmp(word, "filter") == 0) {
            blank_skip(ps);
            while (ps->at < ps->end && !isspace((unsigned char)*ps->at) && *ps->at != '{')
                ps->at++;
        }
        return true;
    }
    command_read(ps);
    return true;
}

static void call_operator(struct powershell *ps)
{
    ps->at++;
    blank_skip(ps);
    if (ps->at < ps->end && (*ps->at == '$' || *ps->at == '"' || *ps->at == '\'' || *ps->at == '('))
        risk_raise(ps->scan, RISK_UNKNOWN, "&", "runs what a variable or a text names");
}

static void type_skip(struct powershell *ps)
{
    const char *close = memchr(ps->at, ']', (size_t)(ps->end - ps->at));
    ps->at = close ? close + 1 : ps->end;
    if (ps->at + 1 < ps->end && ps->at[0] == ':' && ps->at[1] == ':') {
        ps->at += 2;
        method_check(ps, true);
    }
}

/* One step inside an expression. Gives whether a command may stand next. */
static bool step(struct powershell *ps, bool command)
{
    char c = *ps->at;
    if (c == '#' || (c == '<' && ps->at + 1 < ps->end && ps->at[1] == '#')) {
        comment_skip(ps);
        return command;
    }
    if (c == '"' || c == '\'') {
        string_skip(ps);
        return false;
    }
    if (c == '[' && command) {
        type_skip(ps);
        return command && ps->at < ps->end && *ps->at != '(';
    }
    if (c == '.' && !command && ps->at + 1 < ps->end && isalpha((unsigned char)ps->at[1])) {
        ps->at++;
        method_check(ps, false);
        return false;
    }
    if (c == '&' && command && ps->at + 1 < ps->end && ps->at[1] != '&') {
        call_operator(ps);
        return true;
    }
    if (c == '>' && !command) {
        redirect_read(ps);
        return false;
    }
    if (command && (isalpha((unsigned char)c) || c == '.' || c == '\\' || c == '%' || c == '?'))
        return word_read(ps);
    if (c == '$') {
        ps->at++;
        while (ps->at < ps->end && (isalnum((unsigned char)*ps->at) || *ps->at == '_' || *ps->at == ':'))
            ps->at++;
        return false;
    }
    ps->at++;
    return strchr("\n|;=(&!", c) || (command && isspace((unsigned char)c));
}

/* To the closing bracket of this level, or the end. */
static void run(struct powershell *ps, bool command)
{
    if (++ps->depth > DEEPEST) {
        risk_raise(ps->scan, RISK_UNKNOWN, "the command", "is nested too deep to follow");
        ps->at = ps->end;
    }
    bool closed = ps->depth == 1;
    while (ps->at < ps->end) {
        char c = *ps->at;
        if (c == ')' || c == '}' || c == ']') {
            ps->at++;
            closed = true;
            if (ps->depth > 1)
                break;
            command = true;
        } else if (c == '(' || c == '{' || (c == '[' && !command)) {
            ps->at++;
            run(ps, c != '[');
            command = c == '{';
        } else {
            command = step(ps, command);
        }
    }
    ps->unclosed |= !closed;
    ps->depth--;
}

bool scan_powershell(struct scan *scan, const char *text, size_t n_bytes)
{
    if (!looks_like_powershell(scan->arena, text, n_bytes))
        return false;
    bool outside = scan->powershell;
    scan->powershell = true;
    struct powershell ps = {.scan = scan, .at = text, .end = text + n_bytes};
    while (ps.at < ps.end)
        run(&ps, true);
    if (ps.unclosed)
        risk_raise(scan, RISK_UNKNOWN, text, "is cut short: a bracket is not closed");
    scan->powershell = outside;
    risk_raise(scan, RISK_READ, "PowerShell", "only sets variables of the session");
    return true;
}
