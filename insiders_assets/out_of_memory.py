"""Errors that say that no memory was left: nobody's defect, whatever was being done."""

from __future__ import annotations

import errno

TOO_LITTLE_MEMORY = (
    "this machine has too little memory for the command, or its limit (ulimit -v, or a container's) is too low; give "
    "it more, and give the command again"
)
_OF_THREADS = ("can't start new thread", "Resource temporarily unavailable")
"""What Python and polars say when no memory is left for the stack of a thread."""


_OF_LIBRARIES = ("failed to map segment", "cannot allocate memory", "error return without exception set")
"""What the system and Python say, in an error of an import, when there is no room for a library."""


def is_of_memory(error: BaseException | None) -> bool:
    """Return whether an error, or one that it followed from, is that no memory was left."""
    while error is not None:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        if is_memory_error(type(error).__name__, str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def is_memory_error(name: str, text: str) -> bool:
    """Return whether an error is of memory that is known by its class's name and its text alone."""
    kind = name.rpartition(".")[2]
    if kind in {"RuntimeError", "PanicException"}:
        return any(phrase in text for phrase in _OF_THREADS)
    if kind in {"ImportError", "SystemError"}:
        return any(phrase in text.lower() for phrase in _OF_LIBRARIES)
    return kind in {"MemoryError", "_ArrayMemoryError"}
