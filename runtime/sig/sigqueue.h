// sigqueue.h - from signal handlers to the goroutine that passes signals on.
#ifndef RT0_SIG_SIGQUEUE_H
#define RT0_SIG_SIGQUEUE_H

#include "runtime/os/os.h"

void wakereceiver(void);
bool sigsend(uint32_t sig);
Sigset signal_recv(void);
uint32_t signal_count(uint32_t sig); // how many have come; takes them
bool signalidle(void);

#endif
