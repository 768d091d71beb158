"""What the child puts around itself before it looks at the program: limits, a filter for system calls, a lifeline.

The filter is a list of what is allowed, not of what is forbidden: computing, reading requests, writing answers. No file
can be opened, no process started, nothing sent, whatever the kernel learns later on.
"""

import ctypes
import os
import platform
import struct
import sys

# What the kernel calls the machine's architecture (linux/audit.h). System calls have other numbers on each.
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# Allowed with one value of one argument (its place, the value): read and readv from 0, write to 1, sched_setaffinity of
# itself, madvise for large pages, which numpy asks for.
ALLOWED_WITH = {
    "x86_64": {0: (0, 0), 19: (0, 0), 1: (0, 1), 203: (0, 0), 28: (2, 14)},
    "aarch64": {63: (0, 0), 65: (0, 0), 64: (0, 1), 122: (0, 0), 233: (2, 14)},
}
ALLOWED = {
    # Memory: mmap, mprotect, munmap, brk, mremap. Signals of its own: rt_sigprocmask, rt_sigreturn,
    # restart_syscall, sigaltstack. Python's own lock: sched_yield, futex. Time: nanosleep, gettimeofday, clock_gettime,
    # clock_getres, clock_nanosleep. The end and chance: exit, exit_group, getrandom.
    "x86_64": (9, 10, 11, 12, 25, 14, 15, 219, 131, 24, 202, 35, 96, 228, 229, 230, 60, 231, 318),
    "aarch64": (222, 226, 215, 214, 216, 135, 139, 128, 132, 124, 98, 101, 169, 113, 114, 115, 93, 94, 278),
}
# The instructions of a filter (linux/bpf_common.h), where the fields of a call lie (linux/seccomp.h), what it may say.
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000  # REFUSE is the error EPERM
CAPABILITIES_VERSION = 0x20080522  # of capset(2)
OTHER_ABI = 0x40000000  # the x32 calls of x86_64, which have numbers from here on
SET_DEATH_SIGNAL, NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER_MODE = 1, 38, 22, 2  # of prctl(2)

Instruction = tuple[int, int, int, int]  # what, where to go if true, if false (instructions to skip), a number


def limit(cpu_s: int, memory_mb: int) -> None:
    """Bound processor time and address space; no files are written, no cores dumped, no processes made."""
    import resource

    # At the soft limit a signal says what it was about; the hard one kills without a word.
    bounds = {"CPU": (cpu_s, cpu_s + 1), "AS": memory_mb << 20, "FSIZE": 0, "NOFILE": 64, "CORE": 0, "NPROC": 0}
    for name, bound in bounds.items():
        number = getattr(resource, f"RLIMIT_{name}", None)
        if number is not None:
            resource.setrlimit(number, bound if isinstance(bound, tuple) else (bound, bound))


def hold_the_lifeline(pipe: int) -> None:
    """Have the kernel kill this process as soon as nobody holds the other end of `pipe`.

    The parent never reads from it; it closes when the parent closes it or dies, however it dies. The usual way, a death
    signal, comes already when the parent's thread ends that started this process; sandlock sets one, so it is undone.
    """
    import fcntl
    import signal

    if hasattr(fcntl, "F_SETSIG"):  # Linux; elsewhere a child that waits for requests sees their end
        fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
        ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, ctypes.c_ulong(0))


def confine() -> None:
    """Install the filter, for good, and see that it holds. Raises OSError where it can't be had."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in ARCHITECTURES:
        raise OSError(f"no filter of system calls is known for {sys.platform} on {machine}")
    program = b"".join(struct.pack("<HBBI", *instruction) for instruction in filter_of(machine))
    _give_up_privileges()
    _install(program)
    try:
        os.lstat("/")
    except PermissionError:
        return
    raise OSError("the filter of system calls doesn't hold")


def filter_of(machine: str) -> list[Instruction]:
    """The filter for one architecture: an allowed call goes through, any other fails with EPERM."""
    lines: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, OTHER_ABI),
        (RETURN, 0, 0, KILL),
    ]
    for number, (place, value) in ALLOWED_WITH[machine].items():
        lines += [(EQUAL, 0, 4, number), (LOAD, 0, 0, ARGUMENTS + 8 * place), (EQUAL, 0, 1, value)]
        lines += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE)]
    for number in ALLOWED[machine]:
        lines += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    return [*lines, (RETURN, 0, 0, REFUSE)]


def _give_up_privileges() -> None:
    """Root in a container is often still root; what it may do more than others goes."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("<Ii", CAPABILITIES_VERSION, 0)
    if libc.capset(ctypes.create_string_buffer(header), ctypes.create_string_buffer(24)):
        raise OSError(ctypes.get_errno(), "its privileges can't be given up")


def _install(program: bytes) -> None:
    class Filter(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))

    libc = ctypes.CDLL(None, use_errno=True)
    held = ctypes.create_string_buffer(program, len(program))
    form = Filter(len(program) // 8, ctypes.addressof(held))
    zero = ctypes.c_ulong(0)
    if libc.prctl(NO_NEW_PRIVILEGES, ctypes.c_ulong(1), zero, zero, zero):
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    if libc.prctl(SET_SECCOMP, ctypes.c_ulong(FILTER_MODE), ctypes.byref(form), zero, zero):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls")
