# flags.mk - amd64: the options of its compilers.

ARCHNEEDED = -mno-red-zone -fcf-protection=none
# Functions begin as indirect branch tracking wants.
ARCHPIE = -fcf-protection=branch
# A part of the link of hosted/.
HOSTEDNUMBERS = -T hosted/numbers.ld
