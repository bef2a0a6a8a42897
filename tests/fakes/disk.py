"""A disk that fails: the system itself refuses what a process writes, or makes safe. Nothing of ours is replaced."""

import ctypes
import errno
import platform
import resource
from collections.abc import Iterator
from contextlib import contextmanager

_CALLS = {"x86_64": (74, 75, 317), "aarch64": (82, 83, 277)}  # fsync, fdatasync, seccomp
_LOAD, _EQUALS, _RETURN = 0x20, 0x15, 0x06  # instructions of Linux's packet filter (BPF)
_FAIL, _ALLOW = 0x00050000, 0x7FFF0000
_NO_NEW_PRIVILEGES, _SET_FILTER, _ALL_THREADS = 38, 1, 1


@contextmanager
def files_that_end_after(octets: int) -> Iterator[None]:
    """The system refuses every write beyond this place of any file (EFBIG), as a failing disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class _Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("then", ctypes.c_ubyte), ("other", ctypes.c_ubyte), ("k", ctypes.c_uint32)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction))]


def syncs_can_fail() -> bool:
    """Whether this system lets `syncs_that_fail` work."""
    return platform.system() == "Linux" and platform.machine() in _CALLS


def syncs_that_fail() -> None:
    """From now on every fsync of this process, in all its threads, is answered with EIO. Cannot be taken back.

    Raises OSError where the system does not allow it.
    """
    fsync, fdatasync, seccomp = _CALLS[platform.machine()]
    program = (_Instruction * 5)(
        _Instruction(_LOAD, 0, 0, 0),  # the number of the system call
        _Instruction(_EQUALS, 1, 0, fsync),
        _Instruction(_EQUALS, 0, 1, fdatasync),
        _Instruction(_RETURN, 0, 0, _FAIL | errno.EIO),
        _Instruction(_RETURN, 0, 0, _ALLOW),
    )
    system = ctypes.CDLL(None, use_errno=True)
    system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if system.syscall(seccomp, _SET_FILTER, _ALL_THREADS, ctypes.byref(_Program(5, program))):
        raise OSError(ctypes.get_errno(), "a filter of system calls is not allowed here")
