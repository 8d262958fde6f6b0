#include "ledger/answers.h"

#include "ledger/ledger_priv.h"

int ledger_answers(const struct ledger_place *place, bool writer, size_t n_readers, struct err *err)
{
    struct db *opened[LEDGER_ANSWERS_MOST];
    size_t n = 0;
    int result = 0;
    must(n_readers < LEDGER_ANSWERS_MOST);
    for (size_t i = writer ? 0 : 1; i <= n_readers && result == 0; i++) {
        result = db_open(place->store, place->password, i == 0 ? DB_WRITER : DB_READER, &opened[n], err);
        n += result == 0;
    }
    for (size_t i = 0; i < n; i++)
        db_close(opened[i]);
    return result;
}
