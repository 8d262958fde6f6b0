#include "api/schemas.h"

#include <stddef.h>

const struct schema_shape schema_shapes[] = {
    {"Any", NULL},
    {"Problem", "error:Error"},
    {"Error", "code:text message:text field:text?"},
    {"PostableAlert", "labels*:object annotations:object startsAt:time endsAt:time generatorURL:text"},
    {"Silence", "id:text matchers*:[Matcher startsAt*:time endsAt*:time createdBy*:text comment*:text"},
    {"Matcher", "name*:text value*:text isRegex*:boolean isEqual:boolean"},
    {"Session", "person:text right:text services:[text"},
    {"SignIn", "provider:text? at:text?"},
    {"SignInWorks", "provider:text works:boolean why:text? return_url:text"},
    {"Accounts", "accounts:[Account"},
    {"Account", "person:text right:text services:[text password:boolean second_factor:boolean "
                "changed_at:time? changed_by:text"},
    {"NewAccount", "account:Account second_factor_uri:text?"},
    {"Keys", "keys:[Key"},
    {"Key", "id:text kind:text name:text? person:text? right:text? services:[text source:text? since:time? "
            "until:time? given_by:text"},
    {"NewToken", "token:text key:Key"},
    {"Incidents", "open:number incidents:[IncidentLine next:number?"},
#define INCIDENT                                                                                             \
    "id:text number:number title:text service:text? severity:text severity_rank:number severity_why:text? "  \
    "severity_line:number severity_by:text? drill:boolean patient_safety:boolean patient_safety_why:text? "  \
    "patient_safety_line:number state:text procedure:Procedure? channel:IncidentChannel? alerts:AlertCount " \
    "started_at:time? "                                                                                      \
    "opened_at:time? acknowledged_at:time? acknowledged_by:text? monitoring_at:time? resolved_at:time? "     \
    "resolved_by:text? closed_at:time? closed_by:text? reopened_at:time? times_reopened:number "             \
    "earlier_incident:number? lease_until:time? progress_at:time? lease_lapses:number "                      \
    "response_time_s:number? muted_until:time? muted_by:text? muted_why:text? "                              \
    "legal_hold_since:time? legal_hold_by:text? legal_hold_why:text? flapping_since:time? "                  \
    "storm:number?"
    {"IncidentLine", INCIDENT},
    {"Incident", INCIDENT " roles:[Role checklist:[CheckItem clocks:[Clock"},
    {"NextPage", "at:time? step:number? steps:number round:number? reminder:boolean people:[text"},
    {"IncidentChannel", "id:text name:text?"},
    {"Procedure", "title:text? file:text line:number why:text?"},
    {"AlertCount", "total:number firing:number"},
    {"Role", "role:text person:text assigned_by:text since:time until:time?"},
    {"CheckItem",
     "item:number text:text file:text line:number done:boolean checked_by:text? checked_at:time? note:text?"},
    {"Clocks", "clocks:[Clock next:text?"},
    {"Clock", "clock:number incident:number? kind:text state:text what:text audience:text? file:text? "
              "line:number rule:text? since:time? due_at:time? ended_at:time?"},
    {"Checks", "checks:[Check"},
    {"Check", "id:text kind:text line:number alert:text service:text? severity:text? every_s:number "
              "for_s:number above:number? below:number? clear:number? state:text alerts:[text since:time? "
              "looked_at:time? value:number? says:text?"},
    {"Measures", "series:[Series"},
    {"Series", "kind:text feature:text? segment:text? points:[Any"}, /* a point is seconds and a value */
    {"Channels", "proof:text? channels:[Channel"},
    {"Channel",
     "person:text channel:text state:text detail:text? asked_at:time? ended_at:time? held_at:time?"},
    {"Push", "key:text? ways:[PushWay"},
    {"PushWay", "person:text name:text since:time?"},
    {"Actions", "actions:[Action next:text?"},
    {"Action", "incident:number item:number kind:text state:text priority:text what:text owner:text? "
               "file:text? line:number? made_by:text? made_at:time due_at:time ended_by:text? ended_at:time? "
               "note:text? reminders:number"},
    {"Review", "incident:number review:Action? deadline:Clock? agenda:[object questions:[object "
               "invited:[object people:[Role actions:[Action"},
    {"Timeline", "events:[Event next:number?"},
    {"Event", "incident:number? n:number at:time actor:text kind:text summary:text body:object hash:text"},
    {"Steps", "next:number? steps:[Step"},
    {"Step", "run:number line:number part:text? document_line:number position:number file:text phase:text? "
             "command:text kind:text text:text? condition:text? branch_of:number? choice:number? "
             "option:number? answer:text? done_by:text? note:text? runs:text? repairs:text? values:[object "
             "missing:[Missing faults:[Fault target:text? class:text? class_why:text? state:text why:text? "
             "evidence:boolean approved_by:text? approval:Approval? verdict:text? verdict_why:text? "
             "checks_for:number? can:[text started_at:time? finished_at:time? exit_code:number? "
             "attempt:number output:text output_cut:boolean"},
    {"Missing", "name:text type:text"},
    {"Fault", "code:text says:text repaired:text?"},
    {"Approval", "runs:text sha256:text changes:text? way_back:text? needs:number first_by:text? "
                 "first_until:time?"},
    {"Output", "state:text attempt:number from:number next:number more:boolean recorded:boolean output:text"},
    {"OnCall", "at:time schedules:[Duty people:[PersonName"},
    {"Duty", "id:text timezone:text people:[PersonName until:time? overrides:[Override stretches:[Stretch"},
    {"PersonName", "id:text name:text"},
    {"Override", "number:number? person:text from:time until:time made_by:text? why:text?"},
    {"Stretch", "from:time until:time people:[text"},
    {"LedgerPage", "events:[LedgerEvent next:number?"},
    {"LedgerEvent", "position:number stream:text incident:number? n:number at:time actor:text kind:text "
                    "summary:text body:object hash:text"},
    {"Promises", "since:time promises:[Promise"},
    {"Promise", "id:text aim:number within_s:number? kept:number of:number p99_s:number?"},
    {"Versions", "versions:[Version"},
    {"Version", "sha256:text since:time bytes:number incidents:number in_force:boolean"},
    {"Proving",
     "state:text began_at:time? ended_at:time? against_checkpoint:boolean problem:text? proof:Proof?"},
    {"Proof", "fits:boolean first_bad:text? streams:number events:number signed_events:number "
              "checkpoints:number signed_by:text?"},
    {"LedgerProof", "events:number signed:number signed_at:time? checkpoint:text?"},
    {0},
};
