/* How the server is reached: the port of the configuration, and the certificate that it shows. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "api/tls.h"
#include "cmd/doctor.h"
#include "loop/listen.h"

void doctor_look_at_certificate(struct doctor *doctor)
{
    enum { SOON_S = 14 * 86400, DAY_S = 86400 };
    const struct config *config = doctor->config;
    struct tls *tls = NULL;
    struct err err = {0};
    if (!config || !config->tls.certificate)
        return;
    api_prepare_tls();
    if (tls_new(config->tls.certificate, config->tls.key, clock_system(), &tls, &err) < 0) {
        doctor_finds(doctor, FINDING_PROBLEM, "certificate",
                     "mend the files that tls: names; the server does not start without", "%s", err.text);
        return;
    }
    int64_t left_s = tls_until_s(tls) - clock_wall_us(clock_system()) / US_PER_S;
    const char *advice = "renew it in the same file: the server takes it without a restart";
    if (left_s <= 0)
        doctor_finds(doctor, FINDING_PROBLEM, "certificate", advice,
                     "%s has expired %lld days ago: alerts that come over TLS are not sent to it",
                     config->tls.certificate, (long long)(-left_s / DAY_S));
    else
        doctor_finds(doctor, left_s < SOON_S ? FINDING_NOTE : FINDING_WELL, "certificate",
                     left_s < SOON_S ? advice : NULL, "%s is good for %lld days", config->tls.certificate,
                     (long long)(left_s / DAY_S));
    tls_free(tls);
}

void doctor_look_at_port(struct doctor *doctor)
{
    struct err err = {0};
    int fd = -1;
    if (!doctor->config)
        return;
    if (listen_open(doctor->config->listen, &fd, &err) == 0)
        close(fd);
    else
        doctor_finds(doctor, FINDING_PROBLEM, "port",
                     "`ss -ltnp` tells which program has it: end that, or give another address (listen:)",
                     "%s", err.text);
}
