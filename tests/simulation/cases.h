/* How often what an invariant is about really came about: one whose case never comes has proved nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* In brackets: only with the real ledger beside the model, and a disk that fills. */
#define SIMULATION_CASES(CASE)                                                                               \
    CASE(CHAIN_STOPPED, "an acknowledgement ends a chain that would have gone on")                           \
    CASE(PAGE_DROPPED, "a page that was to be tried again is not needed any more")                           \
    CASE(LAPSED, "nobody moves an incident on, and its lease lapses")                                        \
    CASE(ESCALATED, "the next of a chain are paged in their turn")                                           \
    CASE(EMPTY_STEP, "a step of a chain notifies nobody at that hour")                                       \
    CASE(CATCH_ALL, "a chain reaches nobody, and everybody is paged")                                        \
    CASE(RETRIED, "a page is tried again")                                                                   \
    CASE(NEXT_WAY, "a way is dead, and the next one is tried")                                               \
    CASE(SAME_KEY, "a page is sent again after a crash, with its key")                                       \
    CASE(UNKEPT, "a page leaves, and its commit fails")                                                      \
    CASE(DUE_WHILE_DOWN, "a timer falls due while the program is down")                                      \
    CASE(CLOCK_FORWARD, "the clock of the machine is set forward")                                           \
    CASE(CLOCK_BACK, "the clock of the machine is set back")                                                 \
    CASE(RELEARNED, "the configuration is read again")                                                       \
    CASE(LATE, "a message arrives once more, and is set aside")                                              \
    CASE(UNVERIFIED, "a resolve is refused, for not everything is verified")                                 \
    CASE(FORCED, "an incident is resolved while alerts fire")                                                \
    CASE(REOPENED, "an incident is opened again")                                                            \
    CASE(HOLD_DOWN, "an incident is quiet, and waits to be resolved")                                        \
    CASE(RAISED, "an incident becomes worse by what is heard")                                               \
    CASE(RAISE_TOLD, "whoever has an incident is told that it became worse")                                 \
    CASE(SAFETY, "patients may be harmed")                                                                   \
    CASE(FLAPPING, "an incident flaps")                                                                      \
    CASE(STEADY, "... and does not any more")                                                                \
    CASE(STORM, "an incident becomes a part of a storm")                                                     \
    CASE(MUTED, "an incident is muted")                                                                      \
    CASE(MUTE_OVER, "an incident that is muted is resolved")                                                 \
    CASE(HELD, "something holds an alert back")                                                              \
    CASE(LET_GO, "... and lets it go while it fires")                                                        \
    CASE(APART, "an alert that is held back opens nothing")                                                  \
    CASE(BUNDLED, "a page waits, and a digest tells it")                                                     \
    CASE(HEARTBEAT, "a job falls silent, and is missed")                                                     \
    CASE(WATCHDOG, "a watchdog falls silent, and is missed")                                                 \
    CASE(CLOCK_SPOKE, "a clock of a runbook speaks")                                                         \
    CASE(REMINDED, "an update is due, and somebody is reminded")                                             \
    CASE(PROOF_FAILED, "a way fails its test, and another one tells it")                                     \
    CASE(WINTER, "somebody asks who is on call in winter")                                                   \
    CASE(SUMMER, "... and in summer, when clocks are an hour on")                                            \
    CASE(OVERRIDE, "somebody is paged who has taken over for another")                                       \
    CASE(CHANGED, "a step changes something")                                                                \
    CASE(DESTROYED, "a step destroys something, and two have approved")                                      \
    CASE(GLASS, "... or one has broken the glass")                                                           \
    CASE(ACTION_DUE, "what is to be done after an incident is due, and told")                                \
    CASE(LEGAL_HOLD, "the inbox is not forgotten, for something is under legal hold")                        \
    CASE(DISK_FULL, "[the disk is full, and the program goes on from memory]")                               \
    CASE(REFUSED, "[an alert is refused, for it could not be kept]")                                         \
    CASE(COMPARED, "[what the ledger holds is compared]")                                                    \
    CASE(VERIFIED, "[the whole ledger is verified]")

#define CASE_NAME(name, text) CASE_##name,
enum simulation_case { SIMULATION_CASES(CASE_NAME) N_CASES };
#undef CASE_NAME

struct sim;

void sim_case(struct sim *sim, enum simulation_case which);
/* Adds those of a run to what came before. */
void cases_add(int64_t all[N_CASES], const struct sim *sim);
/* Prints how often each came; false: one never did. */
bool cases_print(const int64_t all[N_CASES]);
