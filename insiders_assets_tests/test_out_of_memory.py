"""A command that finds no memory ends with one line, from its first import on."""

from __future__ import annotations

import builtins
import sys

import pytest

from insiders_assets import cli
from insiders_assets.out_of_memory import TOO_LITTLE_MEMORY, is_of_memory

NO_ROOM = ImportError("libquadmath.so.0.0.0: failed to map segment from shared object")


def wrapped(error: Exception) -> Exception:
    """An error as numpy tells what it met as it was imported."""
    told = ImportError("IMPORTANT: PLEASE READ THIS FOR ADVICE ON HOW TO SOLVE THIS ISSUE!")
    told.__cause__ = error
    return told


@pytest.mark.parametrize(
    ("error", "of_memory"),
    [
        (MemoryError(), True),
        (wrapped(NO_ROOM), True),
        (OSError(12, "Cannot allocate memory"), True),
        (SystemError("error return without exception set"), True),
        (ImportError("No module named numpy"), False),
        (RuntimeError("failed to map segment"), False),
    ],
)
def test_a_lack_of_memory_is_told_from_other_errors(error: Exception, of_memory: bool) -> None:
    assert is_of_memory(error) is of_memory


@pytest.mark.parametrize("error", [MemoryError(), wrapped(NO_ROOM), ImportError("No module named numpy")])
def test_an_import_that_finds_no_memory_before_there_is_a_command_is_one_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def failing(name: str, *words: object, **named: object) -> object:
        if name == "insiders_assets.cli.app":
            raise error
        return real(name, *words, **named)

    monkeypatch.setattr(sys, "argv", ["insiders", "doctor"])
    monkeypatch.setattr("insiders_assets.cli.stopping.end_when_asked", lambda *_: None)
    monkeypatch.setattr(builtins, "__import__", failing)
    with pytest.raises(SystemExit if is_of_memory(error) else ImportError) as ended:
        cli.main()
    monkeypatch.undo()
    if is_of_memory(error):
        assert ended.value.code == 1
        assert capsys.readouterr().err == f"insiders: {TOO_LITTLE_MEMORY}\n"
