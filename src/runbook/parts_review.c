/* The meeting after an incident: its agenda with times, its questions, who comes, until when it is held; and
 * the figures by which incidents are measured. */
#include <string.h>

#include "runbook/parts_priv.h"

static bool under(const struct parts_reading *reading, size_t block, enum part_words group)
{
    struct part_label label;

    return (part_label_before(reading, block, &label) && part_label_value(&label, group)) ||
           part_heading_value(reading, block, group);
}

static bool about_review(const struct parts_reading *reading, size_t block)
{
    return part_under_heading(reading, block, WORDS_POST_INCIDENT) || part_under(reading, block, PART_REPORT);
}

enum { ITEM_BYTES = 300 };

/* "1. **Timeline** (10 min)". */
static void read_agenda_item(struct parts_reading *reading, const struct fact *fact)
{
    const struct block *block = &reading->document->blocks.at[fact->block];
    struct duration_words time;

    if (block->depth != 1 || !under(reading, fact->block, PART_AGENDA))
        return;
    bool timed = text_duration(fact->text, &time) && time.value_s > 0;
    const char *text = fact->label ? fact->label : fact->text, *open = strchr(text, '(');
    struct agenda_item *item = list_push(reading->arena, &reading->parts->agenda);
    *item = (struct agenda_item){.line = fact->line, .duration_s = timed ? time.value_s : UNSTATED};
    item->order = (int)reading->parts->agenda.n;
    item->name = open && open > text ? text_normalise(reading->arena, text, (size_t)(open - text))
                                     : text_without_colon(reading->arena, text);
}

/* "story 15 min", "causes (20 minutes)": one point and its time. */
static bool read_point(struct arena *arena, const char *part, struct agenda_item *ret_item)
{
    struct duration_words time;

    if (!text_duration(part, &time) || time.value_s <= 0 || time.at < 2 ||
        part[time.at + time.n_bytes + strspn(part + time.at + time.n_bytes, ".) ")] != '\0')
        return false;
    size_t n = time.at;
    while (n > 0 && strchr(" (:-", part[n - 1]))
        n--;
    ret_item->duration_s = time.value_s;
    ret_item->name = arena_strndup(arena, part, n);
    return n > 0;
}

/* Where the points in a sentence about the meeting begin, or NULL. */
static const char *points_in(const char *sentence)
{
    static const char *const joints[] = {": ",         " is ",          " are ", " covers ",
                                         " includes ", " consists of ", " has "};
    const char *first = NULL;

    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++) {
        const char *at = strstr(sentence, joints[i]);
        if (at && (first == NULL || at + strlen(joints[i]) < first))
            first = at + strlen(joints[i]);
    }
    return first && text_starts_with(first, "the ") ? first + strlen("the ") : first;
}

/* "Hold the review (45 min): story 15 min, causes 20 min and next steps 10 min": several in one sentence. */
static void read_agenda_line(struct parts_reading *reading, const char *sentence, int line)
{
    const char *points = points_in(sentence);
    struct strings parts = {0};
    LIST(struct agenda_item) items = {0};

    if (points == NULL || !(part_words_value(PART_REPORT, sentence) || text_find_word(sentence, "review") ||
                            text_find_word(sentence, "agenda")))
        return;
    text_split_list(reading->arena, points, false, &parts);
    list_each (part, &parts) {
        const char *and = strstr(*part, " and ");
        struct agenda_item item = {.line = line}, more = item;
        bool two = and&&read_point(reading->arena, arena_strndup(reading->arena, *part, (size_t)(and-*part)),
                                   &item) &&
                   read_point(reading->arena, and+strlen(" and "), &more);
        if (!two && !read_point(reading->arena, *part, &item))
            return;
        *list_push(reading->arena, &items) = item;
        if (two)
            *list_push(reading->arena, &items) = more;
    }
    list_each (item, &items) {
        if (items.n < 2)
            break;
        item->order = (int)reading->parts->agenda.n + 1;
        *list_push(reading->arena, &reading->parts->agenda) = *item;
    }
}

static void read_agenda_lines(struct parts_reading *reading, const struct fact *fact)
{
    struct sentences sentences = {0};

    if (strchr(fact->text, ',') == NULL ||
        !(fact_may_have(fact, PART_REPORT) || fact_may_have(fact, PART_AGENDA) ||
          text_find_word(fact->text, "review")))
        return;
    text_sentences(reading->arena, fact->text, &sentences);
    list_each (sentence, &sentences)
        read_agenda_line(reading, sentence->text, fact->line);
}

/* "What failed?" and "What failed? (Root cause)". */
static bool is_question(const char *text)
{
    size_t n = strlen(text);
    const char *bracket = n > 0 && text[n - 1] == ')' ? strstr(text, "? (") : NULL;

    if (bracket)
        n = (size_t)(bracket - text) + 1;

    return n > 2 && text[n - 1] == '?';
}

/* A list of them in the template of a report is as good as one in the text. */
static bool asked_in_report(const struct parts_reading *reading, const struct fact *fact)
{
    const struct template *template = part_template_at(reading, fact->line);
    struct source_line line = document_line(reading->document, fact->line);
    size_t first = 0;

    while (first < line.n_bytes && line.at[first] == ' ')
        first++;
    return template && first < line.n_bytes && strchr("-*", line.at[first]) &&
           (part_words_value(PART_REPORT, template->name) || about_review(reading, fact->block));
}

static void read_question(struct parts_reading *reading, const struct fact *fact)
{
    bool fence = fact->place == FACT_FENCE;

    if (!is_question(fact->text) ||
        !(fence ? asked_in_report(reading, fact) : about_review(reading, fact->block)))
        return;
    struct stated *question = list_push(reading->arena, &reading->parts->questions);
    question->text = fact->text;
    question->line = fact->line;
}

static bool says_any(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text_find_word(text, words[i]))
            return true;
    return false;
}

/* "Attendees", "Gather stakeholders", "Schedule within 48 hours with". */
static bool invites(const char *label)
{
    static const char *const gather[] = {"gather", "invite", "convene", "assemble"};
    static const char *const meeting[] = {"schedule", "meeting", "review", "held", "attended"};
    size_t n = strlen(label);
    bool open = n > 5 && (strcmp(label + n - 5, " with") == 0 || strcmp(label + n - 3, " by") == 0);

    return part_words_whole(PART_PARTICIPANTS, label) ||
           (part_words_value(PART_PARTICIPANTS, label) &&
            says_any(label, gather, sizeof gather / sizeof *gather)) ||
           (open && says_any(label, meeting, sizeof meeting / sizeof *meeting));
}

/* "**Attendees**: the team, the ward lead", or a list below such a label, item or heading. */
static void read_participants(struct parts_reading *reading, const struct fact *fact)
{
    const struct block *block = &reading->document->blocks.at[fact->block];
    struct strings names = {0};
    struct part_label label;

    if (!about_review(reading, fact->block))
        return;
    bool nested = block->depth == 2 && block->item != NO_BLOCK;
    if (fact->label && fact->rest[0] && part_words_whole(PART_PARTICIPANTS, fact->label))
        text_split_list(reading->arena, fact->rest, true, &names);
    else if (fact->place == FACT_ITEM && !is_question(fact->text) &&
             (nested ? invites(part_item_title(reading, block->item))
                     : (part_label_before(reading, fact->block, &label) && invites(label.text)) ||
                           part_words_whole(PART_PARTICIPANTS, part_heading(reading, fact->block))))
        strings_add(reading->arena, &names, fact->text);
    list_each (name, &names)
        *list_push(reading->arena, &reading->parts->participants) = (struct stated){*name, fact->line};
}

/* The first deadline of a review: "within 48 hours". */
static void read_due(struct parts_reading *reading)
{
    list_each (deadline, &reading->parts->deadlines) {
        bool review = part_words_value(PART_REPORT, deadline->what) ||
                      text_find_word(deadline->what, "review") || text_find_word(deadline->what, "schedule");
        if (!review || strcmp(deadline->kind, "post_incident") != 0)
            continue;
        reading->parts->review_due_s = deadline->due_s;
        reading->parts->review_due_min_s = deadline->due_min_s;
        return;
    }
}

static void read_metric(struct parts_reading *reading, const struct fact *fact)
{
    bool template = part_template_at(reading, fact->line) != NULL;
    const char *name = fact->label ? fact->label : fact->text;

    if ((fact->place == FACT_FENCE && !template) || (fact->label == NULL && fact->place != FACT_ITEM) ||
        strnlen(name, 60) == 60 || !fact_may_have(fact, PART_METRIC) ||
        !part_words_value(PART_METRIC, name) ||
        (!template && !about_review(reading, fact->block) &&
         !text_find_word(part_heading(reading, fact->block), "metrics")))
        return;
    struct stated *metric = list_push(reading->arena, &reading->parts->metrics);
    metric->text = name;
    metric->line = fact->line;
}

void parts_read_review(struct parts_reading *reading)
{
    list_each (fact, &reading->facts) {
        if (fact->n_bytes >= ITEM_BYTES)
            continue;
        if (fact->place == FACT_ITEM && part_template_at(reading, fact->line) == NULL)
            read_agenda_item(reading, fact);
        if (fact->place <= FACT_PROSE && part_template_at(reading, fact->line) == NULL)
            read_agenda_lines(reading, fact);
        if (fact->place != FACT_PROSE &&
            (fact->place == FACT_FENCE || !part_template_at(reading, fact->line)))
            read_question(reading, fact);
        if (fact->place != FACT_FENCE && part_template_at(reading, fact->line) == NULL)
            read_participants(reading, fact);
        read_metric(reading, fact);
    }
    read_due(reading);
}
