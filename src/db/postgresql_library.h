/* libpq, loaded when it is first used: it brings a dozen libraries along that nobody needs whose ledger is a
 * file (base/library.h). Include this instead of its own header. To use another function, add it to the list.
 */
#pragma once

#include <postgresql/libpq-fe.h>

#define POSTGRESQL_FUNCTIONS(F)                                                                              \
    F(clear)                                                                                                 \
    F(cmdStatus)                                                                                             \
    F(connectPoll)                                                                                           \
    F(connectStartParams)                                                                                    \
    F(connectdb)                                                                                             \
    F(connectdbParams)                                                                                       \
    F(conninfoFree)                                                                                          \
    F(conninfoParse)                                                                                         \
    F(consumeInput)                                                                                          \
    F(enterPipelineMode)                                                                                     \
    F(errorMessage)                                                                                          \
    F(exec)                                                                                                  \
    F(exitPipelineMode)                                                                                      \
    F(finish)                                                                                                \
    F(ftype)                                                                                                 \
    F(getResult)                                                                                             \
    F(getisnull)                                                                                             \
    F(getlength)                                                                                             \
    F(getvalue)                                                                                              \
    F(isBusy)                                                                                                \
    F(nfields)                                                                                               \
    F(nparams)                                                                                               \
    F(parameterStatus)                                                                                       \
    F(paramtype)                                                                                             \
    F(pingParams)                                                                                            \
    F(pipelineSync)                                                                                          \
    F(resultErrorField)                                                                                      \
    F(resultErrorMessage)                                                                                    \
    F(resultStatus)                                                                                          \
    F(sendDescribePrepared)                                                                                  \
    F(sendPrepare)                                                                                           \
    F(sendQueryParams)                                                                                       \
    F(sendQueryPrepared)                                                                                     \
    F(setErrorVerbosity)                                                                                     \
    F(setNoticeReceiver)                                                                                     \
    F(setSingleRowMode)                                                                                      \
    F(socket)                                                                                                \
    F(status)                                                                                                \
    F(transactionStatus)

struct postgresql_library {
#define POSTGRESQL_MEMBER(name) typeof(PQ##name) *(name);
    POSTGRESQL_FUNCTIONS(POSTGRESQL_MEMBER)
#undef POSTGRESQL_MEMBER
};

/* Any thread. Ends the program when the library is not installed. */
const struct postgresql_library *postgresql_library(void);

#define PQclear                postgresql_library()->clear
#define PQcmdStatus            postgresql_library()->cmdStatus
#define PQconnectPoll          postgresql_library()->connectPoll
#define PQconnectStartParams   postgresql_library()->connectStartParams
#define PQconnectdb            postgresql_library()->connectdb
#define PQconnectdbParams      postgresql_library()->connectdbParams
#define PQconninfoFree         postgresql_library()->conninfoFree
#define PQconninfoParse        postgresql_library()->conninfoParse
#define PQconsumeInput         postgresql_library()->consumeInput
#define PQenterPipelineMode    postgresql_library()->enterPipelineMode
#define PQerrorMessage         postgresql_library()->errorMessage
#define PQexec                 postgresql_library()->exec
#define PQexitPipelineMode     postgresql_library()->exitPipelineMode
#define PQfinish               postgresql_library()->finish
#define PQftype                postgresql_library()->ftype
#define PQgetResult            postgresql_library()->getResult
#define PQgetisnull            postgresql_library()->getisnull
#define PQgetlength            postgresql_library()->getlength
#define PQgetvalue             postgresql_library()->getvalue
#define PQisBusy               postgresql_library()->isBusy
#define PQnfields              postgresql_library()->nfields
#define PQnparams              postgresql_library()->nparams
#define PQparameterStatus      postgresql_library()->parameterStatus
#define PQparamtype            postgresql_library()->paramtype
#define PQpingParams           postgresql_library()->pingParams
#define PQpipelineSync         postgresql_library()->pipelineSync
#define PQresultErrorField     postgresql_library()->resultErrorField
#define PQresultErrorMessage   postgresql_library()->resultErrorMessage
#define PQresultStatus         postgresql_library()->resultStatus
#define PQsendDescribePrepared postgresql_library()->sendDescribePrepared
#define PQsendPrepare          postgresql_library()->sendPrepare
#define PQsendQueryParams      postgresql_library()->sendQueryParams
#define PQsendQueryPrepared    postgresql_library()->sendQueryPrepared
#define PQsetErrorVerbosity    postgresql_library()->setErrorVerbosity
#define PQsetNoticeReceiver    postgresql_library()->setNoticeReceiver
#define PQsetSingleRowMode     postgresql_library()->setSingleRowMode
#define PQsocket               postgresql_library()->socket
#define PQstatus               postgresql_library()->status
#define PQtransactionStatus    postgresql_library()->transactionStatus
