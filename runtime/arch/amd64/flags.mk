# flags.mk - amd64: what its compilers are told.

ARCHNEEDED = -mno-red-zone -fcf-protection=none
# Functions begin as indirect branch tracking wants.
ARCHPIE = -fcf-protection=branch
