// spawn.h - starting a program in a process of its own; os/spawn.c.
#ifndef RT0_OS_SPAWN_H
#define RT0_OS_SPAWN_H

#include "runtime/os/os.h"

// How the child gets its copy of a descriptor.
typedef enum {
	SpawnAsItIs,
	SpawnBlocking, // its description is made blocking, for others that share it too
	SpawnReopened, // a pipe: gets a blocking description of its own, if possible
	SpawnChanged,  // a result: the mode of the description has been changed
} SpawnMode;

typedef struct {
	// The program: a path; or with search several, each terminated, and an empty one.
	const char *path;
	char *const *argv, *const *env;
	const char *dir; // NULL: the parent's

	// The child's descriptor i is a copy of fd[i], or closed if that is < 0. The
	// child changes these arrays.
	int32_t *fd;
	uint8_t *mode; // SpawnMode
	int32_t nfd;

	bool search;
	bool missing;  // a descriptor that is not open is closed in the child
	bool session, group;
	bool defaults; // all signals get their default dispositions
	Sigset mask, ignored;
	const uint32_t *uid, *gid; // NULL: unchanged

	// Results.
	int64_t error; // of the child, before or in execve
	int32_t pidfd; // -1: the kernel has none
} Spawn;

enum { SpawnStack = 8 << 10 };

// Starts s's program. Returns its process id, or a negative errno. stack: the end of
// SpawnStack bytes for the child, which nobody else uses until this returns. The thread
// waits until the child has executed the program.
int64_t spawn(Spawn *s, uintptr_t stack);

#endif
