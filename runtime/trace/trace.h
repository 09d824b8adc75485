// trace.h - the execution trace: what event.c and trace.c share.
//
// event.c is an archive member of its own (the Makefile's MEMBERS): what it sees of the rest
// are names of the form __rt0_..., and it is in programs that ask for it. trace.c is in
// every archive's rt0.o, and is linked if event.c is.
#ifndef RT0_TRACE_TRACE_H
#define RT0_TRACE_TRACE_H

#include "runtime/runtime.h"

// ---- the file: a header, then blocks; docs/trace.md ---------------------------------

enum { TraceVersion = 1 };

typedef struct {
	char magic[8]; // "rt0trace"
	uint32_t version;
	uint32_t pid;
} TraceHeader;

enum { BlockEvents = 1, BlockName = 2, BlockEnd = 3, BlockReason = 4 };

typedef struct {
	uint32_t kind;
	uint32_t n;  // events; bytes of the text, which are filled up to 16
	uint64_t id; // M; pc that the text names; events lost; WaitReason that it names
} TraceBlock;

typedef struct {
	int64_t time; // nanotime's
	uint64_t what; // 48 bits of argument, a TraceKind, 8 bits of detail
} TraceRecord;

// ---- buffers --------------------------------------------------------------------------

enum {
	MaxTraceBufs = 4096, // as many bits as there are in freebufs
	TraceBufSize = 16 << 10,
	TraceBufLen = Stress ? 16 : TraceBufSize / 16 - 2, // events
};

struct TraceBuf {
	TraceBuf *link; // on full
	uint64_t unused;
	TraceBlock head; // and what follows: as it is written
	TraceRecord events[TraceBufSize / 16 - 2];
};

typedef struct {
	TraceBuf *bufs;    // all of them: address space, until they are used
	TraceBuf *full;    // for the writer, newest first; through link
	uint32_t writer;   // WriterBusy or WriterAsleep; a futex
	uint64_t lost;     // events for which there was no buffer
	uint64_t freebufs[MaxTraceBufs / 64]; // a bit for each of bufs
} TraceState;

enum { WriterBusy = 0, WriterAsleep = 1 };

// Weak, here and below: rt0.o must not ask for event.o.
extern TraceState __rt0_trace WEAK;

// ---- event.c --------------------------------------------------------------------------

WEAK void __rt0_tracegive(TraceBuf *b); // to the writer
WEAK void __rt0_tracewake(void);        // the writer

// ---- trace.c --------------------------------------------------------------------------

int __rt0_tracestart(const char *path);
int __rt0_tracestop(void);
void __rt0_traceenv(const char *value);
void __rt0_traceexit(void);
void __rt0_tracedie(void);

#endif
