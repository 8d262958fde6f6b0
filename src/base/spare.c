#include "base/spare.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Only what may not be written to: else a page may differ from the file, and would be lost. What the loader
 * writes once, and then protects, is in a part that may. */
static int segments_give_back(struct dl_phdr_info *object, size_t n_bytes, void *unused)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)n_bytes, (void)unused;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || part->p_flags & PF_W)
            continue;
        uintptr_t from = (object->dlpi_addr + part->p_vaddr) & ~(page - 1);
        uintptr_t until = (object->dlpi_addr + part->p_vaddr + part->p_filesz) & ~(page - 1);
        if (from < until)
            madvise((void *)from, until - from, MADV_DONTNEED);
    }
    return 0;
}

void spare_give_back(void)
{
    malloc_trim(0);
    dl_iterate_phdr(segments_give_back, NULL);
}
