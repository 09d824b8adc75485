# flags.mk - arm64: the options of its compilers.

# Libgcc's outline atomics would ask getauxval which instructions there are, before there is
# anything that answers.
ARCHNEEDED = -mno-outline-atomics -mno-omit-leaf-frame-pointer -mbranch-protection=none
ARCHPIE =
# No compiler makes functions check their stack: every goroutine starts on a segment.
NOSPLIT = yes
# objcopy loses relocations that lead to numbers: rtcc links these with the program.
HOSTEDNUMBERS =
