// foreign.h - threads that are not the runtime's: foreign.c.
#ifndef RT0_HOSTED_FOREIGN_H
#define RT0_HOSTED_FOREIGN_H

void foreigninit(void);
// The calling thread is one of the runtime's: pthread_exit must not end it.
void watchthread(void);

#endif
