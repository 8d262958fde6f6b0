#include <stddef.h>

#include "courier/courier_priv.h"

const struct channel channels[] = {
    {"webhook", webhook_receiver, webhook_prepare, webhook_judge},
    {"email", email_receiver, email_prepare, email_judge},
    {NULL, NULL, NULL, NULL},
};
