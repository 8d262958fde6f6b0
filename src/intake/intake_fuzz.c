/* The first byte picks the format, the rest is the body. What is taken must keep the promises of
 * engine/alert.h.
 */
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "intake/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void keep_promises(const struct label *labels, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        must(*labels[i].name && *labels[i].value);
        must(utf8_valid(labels[i].value, strlen(labels[i].value)));
        must(i == 0 || strcmp(labels[i - 1].name, labels[i].name) < 0);
    }
}

static void check(void *context, const struct alert_batch *batch, int64_t received_us)
{
    (void)context;
    (void)received_us;
    for (size_t i = 0; i < batch->n_alerts; i++) {
        must(batch->alerts[i].n_labels > 0);
        keep_promises(batch->alerts[i].labels, batch->alerts[i].n_labels);
        keep_promises(batch->alerts[i].annotations, batch->alerts[i].n_annotations);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct json_document *document = json_document_new();
    struct intake_body body = {.format = &intake_formats[data[0] % 8], .received_us = 1};
    struct err err;
    char *bytes = heap_alloc(size - 1); /* as long as the body, so that reading past it is seen */
    memcpy(bytes, data + 1, size - 1);
    body.bytes = bytes;
    body.n_bytes = size - 1;
    intake_each_batch(&body, document, check, NULL, &err);
    heap_free_(&bytes);
    json_document_free(document);
    return 0;
}
