/* Sentences that assert what nobody has established, and sentences that only look like them. */
#include <string.h>

#include "base/testing.h"
#include "config/config.h"
#include "update/update.h"
#include "update/update_priv.h"

static const struct {
    const char *sentence, *claim;
} sentences[] = {
    /* a slip of the pen, a question with its answer, a heading, small words between, numbers in words */
    {"Patinet data was not acessed.", "data-safe"},
    {"The performence of the model is unchanged.", "results-right"},
    {"Thank you for your patience, nobody of us expected this.", NULL},
    {"The incident has been handed to the night team.", NULL},
    {"Were patient records exposed? No.", "data-safe"},
    {"Was anything stolen? None at all.", "data-safe"},
    {"Was any data lost? We do not know yet.", NULL},
    {"When will it be back?", NULL},
    {"RESOLVED: image reader", "resolved"},
    {"[Resolved] Image reader", "resolved"},
    {"The culprit: a full disk.", "cause"},
    {"None of the archives of our site were opened by an outside party.", "data-safe"},
    {"Give us another twenty minutes.", "eta"},
    {"Two restarts did not help.", NULL},
    {"Imaging outage, patient data secure", "data-safe"},
    {"Records appear to be intact.", "data-safe"},
    {"Privacy was never at stake.", "data-safe"},
    {"Please do not assume that data is safe until we say so.", NULL},
    {"Please keep patient data confidential in tickets.", NULL},
    {"The delay had no bearing on anyone's treatment.", "patients-safe"},
    {"We do not believe that any patient's care was delayed.", "patients-safe"},
    {"Please do not base decisions on the score.", NULL},
    {"Every flagged study was flagged correctly.", "results-right"},
    {"The archive is up and running once more.", "resolved"},
    {"Once the archive is restored we will tell you.", NULL},
    {"The service has come back.", "resolved"},
    {"It should not be much longer.", "eta"},
    {"We will write again within 30 minutes.", NULL},
    {"We put it down to a faulty switch.", "cause"},
    {"The model has been taken out of use.", NULL},
    {"The trouble does not go beyond one ward.", "contained"},
    /* what is bad denied and what is good asserted, whatever the words */
    {"There has been zero clinical consequence from the delayed alerts.", "patients-safe"},
    {"Patient impact: nil", "patients-safe"},
    {"Not one row went missing when the primary database fell over.", "data-safe"},
    {"Every message made it into the record unharmed.", "data-safe"},
    {"The configuration change did not alter what the model put out.", "results-right"},
    {"Status: green across the board", "resolved"},
    {"The bot was sluggish, not wrong.", "resolved"},
    {"Dosage suggestions shown this morning match what the formulary says.", "results-right"},
    {"Clinicians can go on trusting the scores they have seen today.", "results-right"},
    {"Care carried on as usual on every ward.", "patients-safe"},
    {"The patch has put an end to the time-outs.", "resolved"},
    {"You will have your inboxes back before the night shift begins.", "eta"},
    {"A fix is going to be released tomorrow morning.", "eta"},
    {"Last night's release broke the lab interface.", "cause"},
    {"A configuration change led to the increase in timeouts.", "cause"},
    {"If you are not on version 4.2, this does not concern you.", "contained"},
    {"Scope: one hospital, one interface", "contained"},
    {"Scope: under investigation", NULL},
    {"We restarted the message broker at 11:05 and are watching it.", NULL},
    {"To keep patients safe, use the red phone for urgent referrals.", NULL},
    {"Treat every score from today as unsafe until you hear from us.", NULL},
    {"An earlier message said the fault was resolved; that was wrong.", NULL},
    {"We cannot confirm that the values shown in the portal are correct.", NULL},
    {"Only the incident commander may declare the incident resolved.", NULL},
    {"The desk's normal hours are 8 to 6.", NULL},
    {"We are not aware of the cause of the errors.", NULL},
    {"No workaround for the error is known.", NULL},
    {"Do not resend messages that show an error.", NULL},
    {"Once service is restored, we will let you know through this page.", NULL},
    {"Some reports are reaching the wrong inbox.", NULL},
    /* words of an exception, or of what is good, in a sentence that is neither */
    {"The logs do not show any access to patient data.", "data-safe"},
    {"An update on Sunday caused the outage.", "cause"},
    {"We will provide a fix by 17:00.", "eta"},
    {"We declare the incident resolved.", "resolved"},
    {"As stated in our last update no patient data was lost.", "data-safe"},
    {"At no time was a patient at risk.", "patients-safe"},
    {"The impact will end by 17:00.", "eta"},
    {"We have found no errors.", "resolved"},
    {"Error rate is over 10 %.", NULL},
    {"The portal is down as well.", NULL},
    {"Response times are longer than normal.", NULL},
    {"The service is slower than usual.", NULL},
    {"The service is completely down.", NULL},
    {"The imaging archive is fully unavailable.", NULL},
    {"The system holds protected health information.", NULL},
    {"We have not found the cause of the errors.", NULL},
    {"We are talking to the right people at the vendor.", NULL},
    {"No patient data was accessed.", "data-safe"},
    {"There is no evidence of a data breach.", "data-safe"},
    {"PHI was not exposed at any time.", "data-safe"},
    {"No patients were harmed.", "patients-safe"},
    {"All systems are operating normally again.", "resolved"},
    {"The incident has been fully resolved.", "resolved"},
    {"We expect to be back within two hours.", "eta"},
    {"ETA: 14:00", "eta"},
    {"This was caused by a bad deployment.", "cause"},
    {"No other services are affected.", "contained"},
    {"There was no unauthorized access to PHI.", "data-safe"},
    {"No sensitive information left our systems.", "data-safe"},
    {"Nobody has seen patient data.", "data-safe"},
    {"Patient confidentiality was maintained.", "data-safe"},
    {"Patients are safe.", "patients-safe"},
    {"Patient care was not interrupted.", "patients-safe"},
    {"Normal service has resumed.", "resolved"},
    {"All systems are green.", "resolved"},
    {"The problem no longer occurs.", "resolved"},
    {"The fix will take about 30 minutes.", "eta"},
    {"Time to fix: 2h", "eta"},
    {"Back soon!", "eta"},
    {"A faulty switch caused the outage.", "cause"},
    {"We traced the problem to a bad certificate.", "cause"},
    {"This happened because a disk is full.", "cause"},
    {"The issue has been isolated.", "contained"},
    {"Cause: an expired certificate", "cause"},
    {"- **Root cause:** a full disk", "cause"},
    {"We do not have an ETA.", NULL},
    {"It is expected to be fixed by 5 pm.", "eta"},
    {"Service will return at 17:00.", "eta"},
    {"No data was lost.", "data-safe"},
    {"The service is fully restored.", "resolved"},
    {"A fix has been deployed.", "resolved"},
    {"Patient safety was not affected.", "patients-safe"},
    {"Patients weren\xe2\x80\x99t harmed.", "patients-safe"},
    {"Patients weren't harmed.", "patients-safe"},
    {"No readings were wrong.", "results-right"},
    {"Results are accurate.", "results-right"},
    {"No other hospitals were affected.", "contained"},
    {"Affected users: 100%", "contained"},
    {"The cause is unknown, but no patient data was lost.", "data-safe"},
    {"We do not know the cause and no patient was harmed.", "patients-safe"},
    {"We are investigating; all systems are operational.", "resolved"},
    {"Next update at 10:00, it will be fixed within an hour.", "eta"},
    {"Images are not visible in the viewer.", NULL},
    {"Do not delete studies from the scanner.", NULL},
    {"Support remains available at 555-1234.", NULL},
    {"We do not have an ETA yet.", NULL},
    {"No estimate is available at this time.", NULL},
    {"The cause is being investigated.", NULL},
    {"Cause: under investigation", NULL},
    {"Root cause: not yet known", NULL},
    {"Suspected cause: a full disk", NULL},
    {"ETA: to be announced", NULL},
    {"We can't say when the service will be restored.", NULL},
    {"We cannot rule out that records were lost.", NULL},
    {"The service is being restored.", NULL},
    {"The service is not restored.", NULL},
    {"Do not rely on results until you hear from us.", NULL},
    {"We do not know yet whether patient data is affected.", NULL},
    {"Patient data may be affected.", NULL},
    {"We restarted two servers and watch the error rate.", NULL},
    {"Our engineers have identified a possible cause and are verifying it.", NULL},
    {"Reports may arrive late; please use paper until further notice.", NULL},
    {"Updates every 15 minutes until resolved.", NULL},
    {"We are working to resolve this.", NULL},
    {"ETA for next update: 10:30", NULL},
    {"The root cause is still under investigation.", NULL},
    {"We are investigating reports of slow readings.", NULL},
    {"Estimated Resolution: TBD", NULL},
    {"We have no reason to believe that patient data was accessed.", "data-safe"},
    {"At no time did we lose any records.", "data-safe"},
    {"This was not a reportable breach.", "data-safe"},
    {"The privacy of our patients has not been compromised.", "data-safe"},
    {"Accuracy has not been affected.", "results-right"},
    {"You may continue to rely on the readings.", "results-right"},
    {"The output has been validated.", "results-right"},
    {"No adverse events have been reported.", "patients-safe"},
    {"All urgent cases were handled in time.", "patients-safe"},
    {"The risk to patients is low.", "patients-safe"},
    {"The rollback succeeded.", "resolved"},
    {"Response times are normal.", "resolved"},
    {"All systems operational.", "resolved"},
    {"Users should no longer see errors.", "resolved"},
    {"Normal operation from 07:00.", "eta"},
    {"We hope to have this resolved shortly.", "eta"},
    {"We are hours away from a fix.", "eta"},
    {"The reason was an overloaded switch.", "cause"},
    {"Our logs point to a leak.", "cause"},
    {"A configuration change caused this.", "cause"},
    {"We isolated the affected system.", "contained"},
    {"Ten users are affected.", "contained"},
    {"Nothing else is touched.", "contained"},
    {"We apologise for the disruption this has caused.", NULL},
    {"Do not trust any score until further notice.", NULL},
    {"We have taken the system offline.", NULL},
    {"Further details will be shared as they become available.", NULL},
    {"Updates: every 15 minutes until resolved", NULL},
    {"Please fall back to manual triage.", NULL},
    {"Maintenance will take place on 12 March from 02:00.", NULL},
    /* a question asserts nothing; with the answer that affirms it, it does */
    {"Are the backups complete?", NULL},
    {"Are the backups complete? Yes, all of them.", "data-safe"},
    {"Is the model right again? Yes.", "resolved"},
    {"Was anybody hurt? Fortunately not.", "patients-safe"},
    {"Could the forecast be wrong? Yes.", NULL},
    {"All scans are safe (want to know how we know?)", "resolved"},
    /* what is said not to be good is bad news, and what is missing is no comfort */
    {"It is not safe to use the system.", NULL},
    {"Results are not accurate.", NULL},
    {"The predictions are no longer valid.", NULL},
    {"The fix was not successful.", NULL},
    {"The readings are neither complete nor correct.", NULL},
    {"None of the results are reliable.", NULL},
    {"No site is operational.", NULL},
    {"All three sites are affected.", NULL},
    {"Three sites are affected.", "contained"},
    {"The status is unchanged, it remains offline.", NULL},
    {"There is no safe way to use the tool.", NULL},
    {"We can no longer guarantee correct results.", NULL},
    {"Nobody can say that the results are correct.", NULL},
    {"The scores cannot be trusted.", NULL},
    {"The incident is far from resolved.", NULL},
    {"The clinics cannot work normally.", NULL},
    {"Not all messages were delivered.", NULL},
    {"The situation is not under control.", NULL},
    {"The rollback did not remove the fault.", NULL},
    {"Our systems did not detect the attack.", NULL},
    {"The heat alert did not fire.", NULL},
    {"Patient data wasnt accessed.", "data-safe"},
    {"Your record number was not visible to others.", "data-safe"},
    /* denied, whatever it is */
    {"Malware did not reach the clinical network.", "contained"},
    {"False negatives did not increase.", "nothing-happened"},
    {"The letters were opened by no one.", "nothing-happened"},
    {"At no time did the assistant give advice.", "nothing-happened"},
    {"Nobody downloaded the file.", "nothing-happened"},
    {"Nobody can log in.", NULL},
    {"Never switch the monitor off.", NULL},
    /* all of it was done, nobody need do anything, it comes back no more */
    {"All appointments booked this morning were saved.", "patients-safe"},
    {"All uploads were paused at 10:30.", NULL},
    {"You do not need to change your password.", "data-safe"},
    {"Please do not change your password.", NULL},
    {"The same failure cannot happen again.", "resolved"},
    {"We want to make sure that this does not happen again.", NULL},
    {"The same failure happened again at noon.", NULL},
    {"We can rule out any tampering.", "contained"},
    {"Tampering cannot be ruled out.", NULL},
    {"Our firewall stopped the intrusion.", "data-safe"},
    {"We could not stop the intrusion.", NULL},
    {"Booking takes appointments again.", "resolved"},
    {"Timeouts happen again.", NULL},
    {"The slowdown is over.", "resolved"},
    {"The queue is over capacity.", NULL},
    {"Archive access returns tonight.", "eta"},
    {"You will not be able to log in today.", NULL},
    {"Many thanks to the night team.", NULL},
    {"The migration stopped half way.", NULL},
    {"The logs show that files were copied.", NULL},
    {"We hope that no data was lost.", NULL},
    /* a whole clause that denies, limits or picks out */
    {"No contractor obtained a badge.", "nothing-happened"},
    {"No site is operational.", NULL},
    {"Only two wards noticed it.", "contained"},
    {"What broke was the second controller.", "cause"},
    {"Fewer than 2 % of orders failed.", "contained"},
    {"Everybody can sign in.", "resolved"},
    {"Nobody had to be moved.", "patients-safe"},
    /* a thing that did something to another, and what it all comes down to */
    {"A stray job overloaded the gateway.", "cause"},
    {"It all boils down to one setting.", "cause"},
    {"The fault lies with the carrier.", "cause"},
    {"We found that a stale token was in use.", "cause"},
    {"We found the same error in last week's logs.", NULL},
    {"The night job was stopped by hand.", NULL},
    /* back in its place; when it comes */
    {"The line is back in order.", "resolved"},
    {"We are back on paper.", NULL},
    {"The threshold was set back to its old value.", NULL},
    {"The remaining sites follow at seven.", "eta"},
    {"The next shift takes over at 20:00.", NULL},
    {"Logins take longer than a minute.", NULL},
    {"Three teams are involved.", NULL},
    {"Keys of the accounts will be reset tonight.", NULL},
    /* figures of speech */
    {"We are out of the woods.", "figurative"},
    {"There is magic in the air.", "figurative"},
    {"An alert storm has begun.", NULL},
    {"We rebuild the index from scratch.", NULL},
};

static void test_claims_are_told_from_words_that_only_look_like_them(void **state)
{
    (void)state;
    struct incident incident = {.number = 4, .service = "image-reader", .state = INCIDENT_INVESTIGATING};
    struct draft_input input = {.incident = &incident, .audience = "stakeholders"};
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        const char *claim = claim_open(sentences[i].sentence, &input);
        const char *wanted = sentences[i].claim;
        if (!claim != !wanted || (claim && strcmp(claim, wanted) != 0))
            fail_msg("\"%s\": %s", sentences[i].sentence, claim ? claim : "no claim");
    }
}

/* An answer by itself says nothing: it is withheld with what was asked. */
static void whoever_stands_behind_what_is_denied_needs_not_stand_behind_the_denial(void **state)
{
    (void)state;
    static const char sentence[] = "No customer data was compromised or accessed.";
    const char *claim = claim_next(sentence, strlen(sentence), NULL);
    assert_string_equal(claim, "data-safe");
    assert_null(claim_next(sentence, strlen(sentence), claim));
}

static void test_an_answer_is_one_sentence_with_its_question(void **state)
{
    (void)state;
    struct arena *arena scoped_arena = arena_new();
    struct incident incident = {.number = 4, .service = "image-reader", .state = INCIDENT_INVESTIGATING};
    struct config_errors errors = {.arena = arena};
    struct config *config = config_parse("c.yaml", "people: []\n", strlen("people: []\n"), &errors);
    struct draft_input input = {.incident = &incident,
                                .config = config,
                                .audience = "stakeholders",
                                .text = "We look into it. Were records exposed? No. The desk is open.",
                                .public_url = "https://crashcart.example.org"};
    struct draft draft;
    assert_non_null(config);
    draft_make(arena, &input, &draft);
    assert_string_equal(draft.text, "We look into it. The desk is open.");
    assert_int_equal(draft.withheld.n, 1);
    assert_string_equal(draft.withheld.at[0].text, "Were records exposed? No.");
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims_are_told_from_words_that_only_look_like_them),
        cmocka_unit_test(whoever_stands_behind_what_is_denied_needs_not_stand_behind_the_denial),
        cmocka_unit_test(test_an_answer_is_one_sentence_with_its_question),
    };
    return cmocka_run_group_tests_name("claim", tests, NULL, NULL);
}
