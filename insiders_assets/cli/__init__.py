"""The command line. Results go to standard output, progress and problems to standard error."""

import sys


def main() -> None:
    """Run a command: see :func:`insiders_assets.cli.app.main`.

    The commands are imported in here, so that whoever asks them to stop meanwhile is heard as at any later moment.
    """
    from insiders_assets.cli.stopping import GRACE, end_when_asked, stopped

    try:
        end_when_asked(None if sys.argv[1:2] == ["ui"] else GRACE)  # whose services get longer to end
        from insiders_assets.nothing_new import said_again

        if said_again(sys.argv[1:]):
            return
        from insiders_assets.cli.app import main as begin

        begin()
    except KeyboardInterrupt:
        stopped()
    except (
        MemoryError,
        ImportError,
        SystemError,
        OSError,
    ) as error:  # of what is imported before there is a command
        from insiders_assets.out_of_memory import TOO_LITTLE_MEMORY, is_of_memory

        if not is_of_memory(error):
            raise
        sys.stderr.write(f"insiders: {TOO_LITTLE_MEMORY}\n")
        sys.exit(1)


__all__ = ["main"]
