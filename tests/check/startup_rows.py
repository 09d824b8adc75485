"""The state that must hold after each step of the start-up, as gdb expressions.

A line of ROWS is: the row of the tables T1.A to T1.F of the start-up's specification,
where it is looked at, and what must be true there.

    check           on the first thread's first arrival at check, at its first instruction
    procresize:ret  when that call has returned
    M1:mstart       on the first arrival of the thread whose M has the id 1
    other:schedule  on the first arrival of any thread but the first
    rt_main[1]      the same, but only when GOMAXPROCS is 1; [4], [>1] likewise

    each A..B: X    X holds for every $i from A to B
    let $x = X      not a check: remembers X for the lines below

    entry           the program's first instruction
    $arg0 ... $arg4, $result, $back     a call's arguments, result, return address
    $top            the caller's stack pointer
    $running        the word with the running G, while m0's thread is stopped

The lines of ROWS are for amd64; those that name no register are for all. ARM64 has what
is different there.

Variables that gdb does not have are set by startup.py, from the kernel's files: $N the
number of Ps asked for; at the entry $argc, $envc, $elfentry, $AT_..., $vdsolo, $vdsohi,
$intel, $cpuid1, $has_..., $nproc, $hugepage, $blocked and $ignored (the signals); at
every stop $tid, $threads, $SigBlk, $SigCgt. $inside(pc, "f"): pc lies in f; $zero(&x):
all bytes of x are 0.
"""

ROWS = r"""
# ---- T1.A: the entry and rt0_go
let entry             $E = (long)$sp
1   entry             $E % 16 == 0
1   entry             *(long*)$E == $argc
1   entry             $elfentry == $entry && $pc == $elfentry
1   entry             $fs_base == 0 && $threads == 1
2   _rt0_amd64        (long)$rsp == $E
3   rt0_go            $arg0 == *(long*)$E && $arg1 == $E+8 && (long)$sp == $E
4   needtls           (long)$rsp == (($E-39) & ~15) && (long)$rsp == $E-48
4   needtls           *(int*)($rsp+16) == $argc && *(long*)($rsp+24) == $E+8
5   needtls           g0.stack.hi == $E-48 && g0.stack.hi - g0.stack.lo == 0xff98
5   needtls           g0.stackguard0 == g0.stack.lo && g0.stackguard1 == g0.stack.lo
5   needtls           g0.goid == 0 && g0.atomicstatus == 0 && g0.m == 0
5   needtls           $zero(&g0.sched)
6   needtls           isIntel == $intel && lfenceBeforeRdtsc == $intel
7   needtls           (processorVersionInfo & 0x0fff3fff) == $cpuid1
8   needtls           _cgo_init == 0
8   settls            $arg0 == (long)&m0.tls
9   ok                $fs_base == (long)&m0.tls[1]
10  ok                m0.tls[0] == 0x123
11  check             $fs_base == (long)&m0.tls[1] && $running == (long)&g0
11  check             m0.g0 == &g0 && g0.m == &m0
12  check             ($eflags & 0x400) == 0
13  check             $top == g0.stack.hi
13  args              $inside($back, "rt0_go")
14  args              (int)$arg0 == *(int*)$E && $arg1 == $E+8
14  sysargs           argc == *(int*)$E && (long)argv == $E+8
15  sysauxv           $arg0 == $E + 8*(1 + $argc+1 + $envc+1) && *(long*)($arg0-8) == 0
16  osinit            (long)startupRandomData == $AT_RANDOM && physPageSize == $AT_PAGESZ
16  osinit            physPageSize == 4096
17  osinit            vdsoClockgettimeSym >= $vdsolo && vdsoClockgettimeSym <= $vdsohi
17  osinit            (vdsoClockgettimeSym != 0) == ($AT_SYSINFO_EHDR != 0)
18  schedinit         argc == *(int*)$E && (long)argv == $E+8 && ncpu >= 1
19  sched_getaffinity $arg0 == 0 && $arg1 == 8192
19  schedinit         ncpu == $nproc
20  schedinit         physHugePageSize == $hugepage
21  schedinit         $top == g0.stack.hi

# ---- T1.B: schedinit
24  schedinit         $running == (long)&g0
25  tracebackinit     sched.maxmcount == 10000
26  moduledataverify  skipPC == (long)&goexit+1
27  stackinit         firstmoduledata.text == (long)&__text_start
27  stackinit         firstmoduledata.etext == (long)&__text_end
27  stackinit         firstmoduledata.text <= firstmoduledata.rttext
27  stackinit         firstmoduledata.rttext < firstmoduledata.ertext
27  stackinit         firstmoduledata.entry == $entry
28  mallocinit        $zero(&stackpool.free) && $zero(&stackLarge.free)
29  fastrandinit      mcache0 != 0
let fastrandinit      $mcache0 = mcache0
let mcommoninit       $seed = fastrandseed
30  mcommoninit       fastrandseed == *(long*)startupRandomData
31  mcommoninit       $arg0 == (long)&m0 && $arg1 == -1
32  mpreinit          m0.id == 0 && sched.mnext == 1 && sched.lock.key != 0
33  mpreinit          (m0.fastrand[0] | m0.fastrand[1]) != 0
34  stackalloc        $running == (long)&g0 && (long)$sp < g0.stack.hi
34  cpuinit           m0.gsignal->stack.hi - m0.gsignal->stack.lo >= 32768
34  cpuinit           m0.gsignal->stack.hi - m0.gsignal->stack.lo >= $AT_MINSIGSTKSZ+16384
34  cpuinit           m0.gsignal->m == &m0 && m0.gsignal->atomicstatus == 0
34  cpuinit           m0.gsignal->stackguard0 == m0.gsignal->stack.lo + 928
34  cpuinit           m0.gsignal->stackguard1 == m0.gsignal->stack.lo + 928
35  cpuinit           allm == &m0 && m0.alllink == 0 && sched.lock.key == 0
36  alginit           x86.HasAES == $has_aes && x86.HasADX == $has_adx
36  alginit           x86.HasAVX == $has_avx && x86.HasAVX2 == $has_avx2
36  alginit           x86.HasBMI1 == $has_bmi1 && x86.HasBMI2 == $has_bmi2
36  alginit           x86.HasERMS == $has_erms && x86.HasFMA == $has_fma
36  alginit           x86.HasPCLMULQDQ == $has_pclmulqdq && x86.HasPOPCNT == $has_popcnt
36  alginit           x86.HasSSE2 == $has_sse2 && x86.HasSSE3 == $has_pni
36  alginit           x86.HasSSSE3 == $has_ssse3
36  alginit           x86.HasSSE41 == $has_sse4_1 && x86.HasSSE42 == $has_sse4_2
37  modulesinit       useAeshash == ($has_aes && $has_ssse3 && $has_sse4_1)
37  modulesinit       useAeshash != $zero(&aeskeysched)
37  modulesinit       each 0..3: useAeshash || (hashkey[$i] & 1)
38  typelinksinit     modulesSlice.len == 1 && modulesSlice.array[0] == &firstmoduledata
39  itabsinit         $inside($back, "schedinit")
40  msigsave          $arg0 == (long)&m0
41  sigprocmask       (int)$arg0 == 2 && $arg1 == 0 && $arg2 == (long)&m0.sigmask
41  goargs            m0.sigmask == initSigmask && initSigmask == $blocked
41  goargs            $SigBlk == $blocked
42  goenvs            argslice.len == argc && argslice.array == argv
43  parsedebugvars    envs.len == $envc && envs.array == argv + argc + 1
44  gcinit            debug.cgocheck == 1 && debug.invalidptr == 1
44  gcinit            debug.schedtrace == 0 && debug.scheddetail == 0
44  gcinit            traceback_cache == 4
45  procresize        memstats.triggerRatio == 0.875 && gcpercent == 100
45  procresize        heapminimum == 4194304 && memstats.heap_marked == 2236962
46  procresize        sched.lastpoll != 0
47  procresize        (int)$arg0 == $N
48  procresize        gomaxprocs == 0 && sched.lock.key != 0
48  procresize:ret    $result == 0
49  procresize:ret    each 0..$N-1: allp[$i]->id == $i && allp[$i]->mcache != 0
49  procresize:ret    allp[0]->mcache == $mcache0
50  procresize:ret    m0.p == allp[0] && allp[0]->m == &m0 && allp[0]->status == 1
51  procresize:ret    sched.npidle == gomaxprocs-1
51  procresize:ret[1] sched.pidle == 0
51  procresize:ret[>1] sched.pidle == allp[1] && allp[$N-1]->link == 0
51  procresize:ret    each 1..$N-2: allp[$i]->link == allp[$i+1]
51  procresize:ret    each 1..$N-1: allp[$i]->status == 0 && allp[$i]->m == 0
52  procresize:ret    gomaxprocs == $N && allplen == $N && mcache0 == 0
52  procresize:ret    stealOrder.count == $N && stealOrder.coprimes[0] == 1
52  procresize:ret[1] stealOrder.ncoprimes == 1
52  procresize:ret[4] stealOrder.ncoprimes == 2 && stealOrder.coprimes[1] == 3
53  newproc           buildVersion[0] != 0 && sched.lock.key == 0 && m0.locks == 0

# ---- T1.C: newproc(runtime_main)
let newproc           $ret = $back
54  newproc           (long)$rsp == g0.stack.hi-24
54  newproc           *(int*)($rsp+8) == 0 && *(long*)($rsp+16) == (long)&mainPC
54  newproc           *(long*)&mainPC == (long)&runtime_main && $inside($ret, "rt0_go")
55  newproc1          $running == (long)&g0
55  newproc1          (long)$sp < g0.stack.hi && (long)$sp > g0.stack.lo
56  newproc1          m0.locks == 0
56  gfget             m0.locks == 1
57  gfget:ret         $result == 0 && allp[0]->gFree.n == 0
let casgstatus        $g = (G*)$arg0
58  casgstatus        (int)$arg1 == 0 && (int)$arg2 == 6 && $g->atomicstatus == 0
58  casgstatus        $g->stack.hi - $g->stack.lo == 2048
58  casgstatus        $g->stackguard0 == $g->stack.lo + 928 && $g->stackguard1 == -1UL
58  casgstatus        *(long*)$g->stack.lo == 0
59  gostartcallfn     allglen == 1 && allgs[0] == $g && $g->atomicstatus == 6
60  gostartcallfn     $g->stktopsp == $g->stack.hi-32
61  saveAncestors     $g->sched.sp == $g->stack.hi-40 && $g->sched.sp % 16 == 8
61  saveAncestors     *(long*)$g->sched.sp == (long)&goexit+1
61  saveAncestors     $g->sched.pc == (long)&runtime_main
61  saveAncestors     $g->sched.ctxt == &mainPC && $g->sched.g == $g
62  runqput           $g->gopc == $ret && $g->startpc == (long)&runtime_main
62  runqput           sched.ngsys == 0 && $g->ancestors == 0 && !$g->issystem
63  runqput           $g->atomicstatus == 1 && $g->goid == 1 && $g->m == 0
63  runqput           allp[0]->goidcache == 2 && allp[0]->goidcacheend == 17
63  runqput           sched.goidgen == 16
64  runqput           $arg0 == (long)allp[0] && $arg1 == (long)$g && (char)$arg2 == 1
64  newproc:ret       allp[0]->runnext == $g
64  newproc:ret       allp[0]->runqhead == 0 && allp[0]->runqtail == 0
65  newproc:ret       mainStarted == 0 && $threads == 1
56  newproc:ret       m0.locks == 0
22  newproc:ret       (long)$sp == g0.stack.hi-16
22  mstart            $top == g0.stack.hi
let mstart            $next = $back
23  mstart            *(unsigned char*)$next == 0xe8
23  mstart            $next + 5 + *(int*)($next+1) == (long)&abort

# ---- T1.D: mstart to gogo on the first M
66  mstart            g0.stack.lo != 0
66  mstart1           g0.stackguard0 == g0.stack.lo + 928
66  mstart1           g0.stackguard1 == g0.stack.lo + 928
67  mstart1           $running == (long)m0.g0 && m0.g0 == &g0
68  asminit           $inside(g0.sched.pc, "mstart") && g0.sched.pc > (long)&mstart
68  asminit           g0.stack.lo < g0.sched.sp && g0.sched.sp < g0.stack.hi
68  asminit           g0.sched.sp % 16 == 0 && g0.sched.g == &g0 && g0.sched.ctxt == 0
69  asminit           $inside($back, "mstart1")
70  sigaltstack       $arg0 == 0 && $arg1 != 0
70  signalstack       $arg0 == (long)&m0.gsignal->stack
70  minitSignalMask   m0.newSigstack == 1
71  gettid            $SigBlk == ($blocked & ~$unblockable)
72  mstartm0          m0.procid == $tid
73  schedule          signalsOK == 1 && $SigCgt == $caught
74  schedule          m0.mstartfn == 0 && m0.nextp == 0 && m0.p == allp[0]
75  schedule          m0.locks == 0 && m0.lockedg == 0 && m0.incgo == 0
76  checkTimers       $arg0 == (long)allp[0] && allp[0]->numTimers == 0
77  runqget           allp[0]->schedtick % 61 == 0 && sched.runqsize == 0
77  execute           $arg0 == (long)$g && (char)$arg1 == 1 && allp[0]->runnext == 0
78  gogo              m0.curg == $g && $g->m == &m0 && $g->atomicstatus == 2
78  gogo              $g->waitsince == 0 && $g->preempt == 0
78  gogo              $g->stackguard0 == $g->stack.lo + 928
78  gogo              allp[0]->schedtick == 0 && $arg0 == (long)&$g->sched
79  runtime_main      (long)$sp == $g->stack.hi-40 && $g->sched.sp == 0
79  runtime_main      $back == (long)&goexit+1 && $arg0 == (long)&mainPC
79  runtime_main      m0.curg == $g && $g->atomicstatus == 2 && allp[0]->schedtick == 0

# ---- T1.E: runtime_main, on the main goroutine
80  runtime_main      $running == (long)$g
81  newm              maxstacksize == 1000000000
82  newm              mainStarted == 1
83  newm              $running == (long)&g0 && $g->sched.pc == (long)&systemstack_switch
83  newm              $arg0 == (long)&sysmon && $arg1 == 0 && $arg2 == -1
83  newm              $g->stack.lo < $g->sched.sp && $g->sched.sp < $g->stack.hi
83  newm              g0.stack.lo < (long)$sp && (long)$sp < g0.stack.hi
83  lockOSThread      $running == (long)$g && $g->sched.sp == 0
let newm1             $m = (M*)$arg0
84  newm1             $m->id == 1 && sched.mnext == 2
84  newm1             $m->g0->stack.hi - $m->g0->stack.lo >= 64 << 10 && $m->g0->m == $m
84  newm1             $m->mstartfn == sysmon && $m->nextp == 0
84  newm1             $m->sigmask == initSigmask
84  newm1             allm == $m && $m->alllink == &m0
84  newm1             $m->gsignal->stack.hi - $m->gsignal->stack.lo >= 32768
85  clone             (int)$arg0 == 0x50f00 && $arg1 == $m->g0->stack.hi && $arg1 % 16 == 0
85  clone             $arg2 == (long)$m && $arg3 == (long)$m->g0 && $arg4 == (long)&mstart
85  clone             ($SigBlk | 1<<4) == ~(1UL<<8 | 1UL<<18)
85  lockOSThread      $SigBlk == ($blocked & ~$unblockable)
86  M1:mstart         $fs_base == (long)&$m->tls[1] && $m->tls[0] == (long)$m->g0
86  M1:mstart         $m->procid == $tid && $tid != m0.procid && $m->g0->m == $m
86  M1:mstart         (long)$sp == $m->g0->stack.hi-8
87  M1:sysmon         $m->g0->stackguard0 == $m->g0->stack.lo + 928
87  M1:sysmon         $m->newSigstack == 1 && $m->procid == $tid && $m->p == 0
87  M1:sysmon         $SigBlk == ($blocked & ~$unblockable)
88  M1:usleep         sched.nmsys == 1 && $m->p == 0 && (int)$arg0 == 20
89  doInit            m0.lockedInt == 1 && m0.lockedg == $g && $g->lockedm == &m0
90  doInit            $arg0 == (long)&runtime_inittask && runtime_inittask.state == 0
90  doInit:ret        runtime_inittask.state == 2 && allglen == 2
90  doInit:ret        allgs[1]->goid == 2 && allgs[1]->startpc == (long)&forcegchelper
91  gcenable          runtimeInitTime > 0
92  rt_chan_recv      allglen == 4 && m0.p->goidcache == 5 && sched.ngsys == 3
92  rt_chan_recv      allgs[2]->goid == 3 && allgs[2]->startpc == (long)&bgsweep
92  rt_chan_recv      allgs[3]->goid == 4 && allgs[3]->startpc == (long)&bgscavenge
93  notesleep[1]      $arg0 == (long)&m0.park && m0.p == 0 && sched.mnext == 3
93  notesleep[1]      sched.nmidlelocked == 1 || $g->atomicstatus == 1
94  other:startlockedm[1]  $arg0 == (long)$g && $g->lockedm == &m0 && $g->atomicstatus == 1
95  gcenable:ret      memstats.enablegc == 1 && m0.lockedInt == 1 && $tid == m0.procid
95  rt_main[1]        each 1..3: allgs[$i]->atomicstatus == 4
95  rt_main[1]        allgs[1]->waitreason == WaitReasonForceGCIdle
95  rt_main[1]        allgs[2]->waitreason == WaitReasonGCSweepWait
95  rt_main[1]        allgs[3]->waitreason == WaitReasonGCScavengeWait
96  rt_chan_close     main_init_done != 0 && $arg0 == (long)main_init_done
97  rt_chan_close     main_inittask.state == 2
98  rt_main           m0.lockedInt == 0 && m0.lockedg == 0 && $g->lockedm == 0
99  rt_main           mainStarted == 1 && sched.nmsys <= 1 && allglen == 4
99  rt_main           sched.ngsys == 3 && m0.curg == $g && $g->atomicstatus == 2
99  rt_main           (int)$arg0 == argc && $arg1 == (long)argv && $top % 16 == 0
99  rt_main[1]        allp[0]->schedtick == 4 && allp[0]->syscalltick == 0
99  rt_main[1]        allp[0]->runqhead == 2 && allp[0]->runqtail == 2
99  rt_main[1]        allp[0]->runnext == 0 && sched.npidle == 0 && sched.nmspinning == 0
99  rt_main[1]        allp[0]->goidcache == 5 && sched.goidgen == 16
99  rt_main[1]        sched.mnext == $threads && ($threads == 3 || $threads == 4)

# ---- T1.F: leaving
101 exit              runningPanicDefers == 0
102 exit              panicking == 0
103 exit              (int)$arg0 == 0 && m0.curg == $g && $tid == m0.procid
"""

# With musl linked in: the lines here replace those for their row and place.
MUSL = r"""
4   needtls
5   needtls
6   needtls
7   needtls
8   needtls
8   settls
4   x_cgo_init        (long)$rsp == $E-48-8 && $inside(*(long*)$rsp, "rt0_go")
4   x_cgo_init        *(int*)($rsp+24) == $argc && *(long*)($rsp+32) == $E+8
5   x_cgo_init        g0.stack.hi == $E-48 && g0.stack.hi - g0.stack.lo == 0xff98
5   x_cgo_init        g0.stackguard0 == g0.stack.lo && g0.stackguard1 == g0.stack.lo
5   x_cgo_init        g0.goid == 0 && g0.atomicstatus == 0 && g0.m == 0
5   x_cgo_init        $zero(&g0.sched)
6   x_cgo_init        isIntel == $intel && lfenceBeforeRdtsc == $intel
7   x_cgo_init        (processorVersionInfo & 0x0fff3fff) == $cpuid1
8   x_cgo_init        $rdi == (long)&g0 && $rsi == (long)&setg_gcc && $rdx == 0 && $rcx == 0
8   x_cgo_init        $fs_base == 0 && m0.tls[0] == 0
8   ok                g0.stack.hi == $E-48 && g0.stack.hi - g0.stack.lo >= 0x3f000
8   ok                g0.stackguard0 == g0.stack.lo+928 && g0.stackguard1 == g0.stack.lo+928
9   ok                $fs_base != 0 && *(long*)$fs_base == $fs_base && $fs_base % 8 == 0
10  ok                *(long*)($fs_base-8) == 0 && (long)$rsp == g0.stack.hi
11  check             *(long*)($fs_base-8) == (long)&g0 && *(long*)($fs_base+0x70) == g0.stackguard0
11  check             m0.g0 == &g0 && g0.m == &m0
58  casgstatus        $esi == 0 && $edx == 6 && $g->atomicstatus == 0
58  casgstatus        $g->stack.hi - $g->stack.lo == 48 << 10 && $g->segment.lo == 0
58  casgstatus        $g->stackguard0 == $g->stack.lo + 32768 && $g->stackguard1 == -1UL
73  schedule          signalsOK == 1 && $SigCgt == ($caught & ~(1L << 33))
78  gogo              m0.curg == $g && $g->m == &m0 && $g->atomicstatus == 2
78  gogo              $g->waitsince == 0 && $g->preempt == 0
78  gogo              $g->stackguard0 == $g->stack.lo + 32768
78  gogo              allp[0]->schedtick == 0 && $rdi == (long)&$g->sched
84  newm1             $m->id == 1 && sched.mnext == 2
84  newm1             $m->g0->stack.hi == 0 && $m->g0->m == $m
84  newm1             $m->mstartfn == sysmon && $m->nextp == 0
84  newm1             $m->sigmask == initSigmask
84  newm1             allm == $m && $m->alllink == &m0
84  newm1             $m->gsignal->stack.hi - $m->gsignal->stack.lo >= 32768
85  clone
85  x_cgo_thread_start ((CgoThreadStart*)$rdi)->g == $m->g0 && (long)$rsp < g0.stack.hi
85  x_cgo_thread_start ((CgoThreadStart*)$rdi)->fn == &mstart && (long)$rsp > g0.stack.lo
86  M1:mstart         *(long*)($fs_base-8) == (long)$m->g0 && *(long*)$fs_base == $fs_base
86  M1:mstart         $m->procid == 0 && $tid != m0.procid && $m->g0->m == $m
86  M1:mstart         (long)$rsp < $m->g0->stack.hi && (long)$rsp > $m->g0->stack.hi-256
86  M1:mstart         $m->g0->stack.hi - $m->g0->stack.lo == (256 << 10) - (4 << 10)
101 exit
102 exit
103 exit
101 _Exit             runningPanicDefers == 0
102 _Exit             panicking == 0
103 _Exit             $edi == 0 && m0.curg == $g && $tid == m0.procid
"""

# On arm64 the lines here replace those. Its rt0_go asks the processor nothing and has no stub of Go's before it.
ARM64 = r"""
1   entry             $E % 16 == 0 && *(long*)$E == $argc && $threads == 1
1   entry             $elfentry == $entry && $pc == $elfentry
2   _rt0_amd64
4   needtls           (long)$sp == $E-32
4   needtls           *(int*)($sp+8) == $argc && *(long*)($sp+16) == $E+8
5   needtls           g0.stack.hi == $E-32 && g0.stack.hi - g0.stack.lo == 0x10000
5   needtls           g0.stackguard0 == g0.stack.lo && g0.stackguard1 == g0.stack.lo
5   needtls           g0.goid == 0 && g0.atomicstatus == 0 && g0.m == 0
5   needtls           $zero(&g0.sched)
6   needtls
7   needtls
8   settls            $arg0 == (long)&__m0_tp && m0.tls[0] == (long)&__m0_tp
9   ok                *(long*)&__m0_tp == 0 && $running == 0
9   ok                (long)&__m0_tls_block >= (long)&__m0_tp + 16
10  ok
11  check             $running == (long)&g0
11  check             m0.g0 == &g0 && g0.m == &m0
11  check             g0.stackguard0 == g0.stack.lo + 928 && m0.guard == g0.stackguard0
11  check             g0.stackguard1 == g0.stack.lo + 928
12  check
36  alginit           arm64.HasFP == $has_fp && arm64.HasASIMD == $has_asimd
36  alginit           arm64.HasAES == $has_aes && arm64.HasPMULL == $has_pmull
36  alginit           arm64.HasSHA1 == $has_sha1 && arm64.HasSHA2 == $has_sha2
36  alginit           arm64.HasCRC32 == $has_crc32 && arm64.HasATOMICS == $has_atomics
37  modulesinit       useAeshash == $has_aes && useAeshash != $zero(&aeskeysched)
37  modulesinit       each 0..3: useAeshash || (hashkey[$i] & 1)
26  moduledataverify  skipPC == (long)&goexit+4
54  newproc           (long)$sp == g0.stack.hi
54  newproc           (int)$arg0 == 0 && $arg1 == (long)&mainPC
54  newproc           *(long*)&mainPC == (long)&runtime_main && $inside($ret, "rt0_go")
58  casgstatus        (int)$arg1 == 0 && (int)$arg2 == 6 && $g->atomicstatus == 0
58  casgstatus        $g->stack.hi - $g->stack.lo == 64 << 20
58  casgstatus        $g->stackguard0 == $g->stack.lo + 928 && $g->stackguard1 == -1UL
58  casgstatus        *(long*)$g->stack.lo == 0
61  saveAncestors     $g->sched.sp == $g->stack.hi-32 && $g->sched.sp % 16 == 0
61  saveAncestors     *(long*)($g->sched.sp-24) == (long)&goexit+4
61  saveAncestors     $g->sched.pc == (long)&runtime_main
61  saveAncestors     $g->sched.ctxt == &mainPC && $g->sched.g == $g
22  newproc:ret       (long)$sp == g0.stack.hi
23  mstart            (*(unsigned*)$next >> 26) == 0x25
23  mstart            $next + ((int)(*(unsigned*)$next << 6) >> 4) == (long)&abort
79  runtime_main      (long)$sp == $g->stack.hi-32 && $g->sched.sp == 0
79  runtime_main      $back == (long)&goexit+4 && $arg0 == (long)&mainPC
79  runtime_main      m0.curg == $g && $g->atomicstatus == 2 && allp[0]->schedtick == 0
86  M1:mstart         *(long*)($m->tls[0]+8) == (long)$m->g0
86  M1:mstart         $m->procid == $tid && $tid != m0.procid && $m->g0->m == $m
86  M1:mstart         (long)$sp == $m->g0->stack.hi
86  M1:mstart1        $x0 == (long)$m->g0 && $x2 == (long)$m
"""

# What other values in the environment must do, looked at when schedinit is done:
# (row, variable, value, expression).
SETTINGS_AMD64 = [
    (36, "GODEBUG", "cpu.avx2=off", "x86.HasAVX2 == 0"),
    (36, "GODEBUG", "cpu.all=off", "x86.HasAES == 0 && x86.HasAVX == 0"),
    (36, "GODEBUG", "cpu.nosuch=off,cpu.sse42=off", "x86.HasSSE42 == 0"),
]
SETTINGS_ARM64 = [
    (36, "GODEBUG", "cpu.sha2=off", "arm64.HasSHA2 == 0 && arm64.HasSHA1 == $has_sha1"),
    (36, "GODEBUG", "cpu.all=off", "arm64.HasAES == 0 && arm64.HasATOMICS == 0"),
    (36, "GODEBUG", "cpu.nosuch=off,cpu.crc32=off", "arm64.HasCRC32 == 0"),
]
SETTINGS = [
    (37, "GODEBUG", "cpu.aes=off", "useAeshash == 0 && $zero(&aeskeysched)"),
    (37, "GODEBUG", "cpu.aes=off", "each 0..3: hashkey[$i] & 1"),
    (37, "GODEBUG", "cpu.aes=off", "hashkey[0] != hashkey[1]"),
    (44, "GODEBUG", "schedtrace=7,cgocheck=0", "debug.schedtrace == 7"),
    (44, "GODEBUG", "schedtrace=7,cgocheck=0", "debug.cgocheck == 0"),
    (44, "GODEBUG", "nosuch=1,invalidptr=x,,=", "debug.invalidptr == 1"),
    (44, "GOTRACEBACK", "system", "traceback_cache == 10"),
    (45, "GOGC", "off", "gcpercent == -1"),
    (45, "GOGC", "50", "gcpercent == 50 && heapminimum == 2097152"),
    (45, "GOGC", "many", "gcpercent == 100 && heapminimum == 4194304"),
    (47, "GOMAXPROCS", "", "gomaxprocs == ncpu"),
    (47, "GOMAXPROCS", "0007", "gomaxprocs == 7 && sched.npidle == 6"),
    (47, "GOMAXPROCS", "3000", "gomaxprocs == 3000 && allp[2999]->id == 2999"),
]

# Rows whose state is deliberately not the documented one; ROWS has our version of it.
DEVIATIONS = {
    15: "no /proc/self/auxv fallback: the kernel always gives a static program its auxv",
    26: "skipPC is goexit+1: the traceback ends there",
    34: "gsignal has max(32 KiB, AT_MINSIGSTKSZ + 16 KiB): vector state makes frames big",
    39: "typelinks are verified only: one module has nothing to unify",
    40: "itablinks are verified only: a C program has no interface tables",
    47: "no ceiling of 1024",
    49: "no defer pools: C has no defer",
    53: "no write barrier to turn on",
    55: "newproc calls newproc1 without systemstack: C frames need no switch",
    84: "g0 of a cloned M has 64 KiB: C frames are bigger than Go's",
    85: "no execLock: the interface has no exec",
    90: "runtime_inittask also makes sure that descriptors 0 to 2 are open",
}

# Rows that are not looked at here, and why.
ELSEWHERE = {
    100: "no race detector",
    104: "unreachable: exit does not return",
}

# On arm64, besides.
NOT_ARM64 = {
    2: "no _rt0_amd64: the entry has argc and argv in registers, for rt0_go",
    6: "no CPUID, whose maker is asked",
    7: "no CPUID",
    10: "no probe of the thread pointer: msr cannot fail",
    12: "no direction flag",
}

# What of a row an emulator's stub for a debugger does not show, and why.
NOT_EMULATED = {
    17: "the vDSO's clock: there is no vDSO",
    71: "a mask that was inherited: masks are the emulator's variables, not the kernel's",
    73: "/proc/self/status: it shows the emulator's handlers",
    85: "the mask after clone: so is that",
    86: "the order of the new thread's calls: its trace does not tell threads apart",
    87: "the mask: so is that",
}
