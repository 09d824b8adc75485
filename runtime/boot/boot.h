// boot.h - the start-up as one story: boot.S calls check, args, osinit, schedinit; the
// main goroutine begins in runtime_main.
#ifndef RT0_BOOT_BOOT_H
#define RT0_BOOT_BOOT_H

#include "runtime/os/os.h"
#include "runtime/runtime.h"

// ---- check.c, args.c ----------------------------------------------------------------

void check(void);
int32_t checkASM(void);
void args(int32_t c, char **v);

typedef struct {
	char **array;
	intptr_t len;
} StringSlice;

extern StringSlice argslice, envs;

void goargs(void);
void goenvs(void);
const char *gogetenv(const char *name);

// ---- schedinit.c --------------------------------------------------------------------

extern const char __rt0_version[];
extern const char *buildVersion;

void schedinit(void);
void msigsave(M *mp);

// ---- relocate.c -----------------------------------------------------------------------

void relocate(void);

// ---- module.c: the binary's own tables ----------------------------------------------

typedef struct {
	uintptr_t text, etext;       // all code
	uintptr_t rttext, ertext;    // the runtime's
	uintptr_t libctext, elibctext;
	uintptr_t entry;
	uint32_t abi;
} ModuleData;

typedef struct {
	ModuleData **array;
	intptr_t len;
} ModulesSlice;

extern ModuleData firstmoduledata;
extern ModulesSlice modulesSlice;

void moduledataverify(void);
void modulesinit(void);
void typelinksinit(void);
void itabsinit(void);
void relroinit(void);

// ---- random.c -----------------------------------------------------------------------

void fastrandinit(void);
void getRandomData(uint8_t *r, uintptr_t n);

// ---- cpu.c --------------------------------------------------------------------------

void cpuinit(void);

// ---- debugvars.c --------------------------------------------------------------------

extern const char *debugtrace; // behind "trace=" in GODEBUG, or NULL

void parsedebugvars(void);

// ---- gc.c ---------------------------------------------------------------------------

void gcenable(void);
void bgsweep(void *c);
void forcegchelper(void *unused);

// ---- gocompat.c: results that nothing reads -----------------------------------------

extern bool useAeshash;
extern uint8_t aeskeysched[128];
extern uintptr_t hashkey[4];

void gcinit(void);
int32_t readgogc(void);
void alginit(void);

// ---- main.c -------------------------------------------------------------------------

typedef struct {
	uintptr_t state; // 0 not begun, 1 in progress, 2 done
} InitTask;

extern const FuncVal mainPC;
extern InitTask runtime_inittask, main_inittask;

void doInit(InitTask *t, void (*run)(void));
void runtime_main(void *ctxt);

#endif
