/* What a page says, as the channels need it: read from the page document, or made up in its place when that
 * cannot be read, so that a page that fails to render is still told. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "courier/courier.h"

enum page_event { PAGE_TRIGGERED, PAGE_ACKNOWLEDGED, PAGE_RESOLVED, PAGE_UPDATE };

/* Texts are never NULL; "" says that it is not known. */
struct page_facts {
    int64_t number;
    int severity_rank; /* 1 is worst; 0: not known */
    const char *severity, *service, *title;
    const char *started_at; /* RFC 3339 */
    const char *to_name;
    const char *text; /* the whole page, for a small screen */
    const char *body; /* the same for a channel that has a title and a button of its own: without the line
                         that is the subject, and without the link that acknowledges */
    const char *url;  /* of the incident */
    const char *acknowledge_url;
    const char *thread; /* the same in all pages of an incident */
    enum page_event event;
    bool drill; /* said first in the subject */
    bool plain; /* made up: the document could not be read */
};

void page_facts_read(struct arena *arena, const char *key, const char *page, size_t n_bytes,
                     struct page_facts *ret_facts);
/* "Disk full on web-shop" says the service already. */
bool title_names_service(const char *title, const char *service);
/* "[SEV-1] #4 web-shop: Service down", on one line. */
void page_subject(struct buf *out, const struct page_facts *facts);
/* At most most_bytes of it, cut between characters; with three dots when something is missing. */
void text_cut(struct buf *out, const char *text, size_t most_bytes);
/* From 1, the loudest, to most. What is not known is as loud as the worst. */
int page_loudness(const struct page_facts *facts, int most);
