/* What a walk did, for people and for programs: every row in the order of the document, with what was shown,
 * decided, run and printed. Times are UTC; outputs, notes and reasons are redacted already, values are here.
 */
#pragma once

#include "runner/redact.h"
#include "runner/walk.h"

void walk_transcript_markdown(const struct walk *walk, const struct redact_rules *rules, struct buf *out);
void walk_transcript_json(const struct walk *walk, const struct redact_rules *rules, struct buf *out);
