/* Memory that a start needed and what follows does not: given back to the system. */
#pragma once

/* The free pieces of the heap, and what is mapped of files and was never written to: the program, its
 * libraries, its tables. Of the latter the pages that are used again come back by themselves, from the cache
 * of the system, a microsecond each; a start touches thousands of them and a running server a few hundred.
 * Any thread, while others run. */
void spare_give_back(void);
