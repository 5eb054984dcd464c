"""Whether the home can be written and the landing zone be read."""

from __future__ import annotations

import pwd
import stat
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING
from uuid import uuid4

from insiders_assets.cli import rejected_files
from insiders_assets.cli.doctor.finding import Finding, fine, look, mend
from insiders_assets.places import S3Path
from insiders_assets.storage.home_format import require_format
from insiders_assets.storage.landing import MAPPING
from insiders_assets.storage.private import ROOMS, made_here
from insiders_assets.storage.upkeep import damaged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insiders_assets.storage.stores import Stores


def home(stores: Stores) -> Iterator[Finding]:
    """Yield whether a file can be written, read and deleted here, and who else may read."""
    folder = stores.home
    if isinstance(folder, Path) and not folder.exists():
        yield look("home", f"{folder} is not there yet", "it is made by the first run: insiders run")
        return
    # A room may lie elsewhere, or belong to somebody else.
    rooms = [folder / name for name in ROOMS if (folder / name).is_dir()] if isinstance(folder, Path) else []
    for room in (folder, *rooms):
        probe = room / f".doctor-{uuid4().hex}"
        try:
            probe.write_bytes(b"well")
            same = probe.read_bytes() == b"well"
            probe.unlink()
        except OSError as error:
            said = f"{room} cannot be written ({error.strerror or error})"
            yield mend("home", said, "give this user write permission, or choose another INSIDERS_HOME")
            return
        if not same:
            yield mend("home", f"{room} does not give back what is written", "look at the store behind it")
            return
    yield fine("home", f"{folder} can be read and written")
    if isinstance(folder, Path):
        yield from _of_others(folder)
    if not isinstance(folder, S3Path) and folder.stat().st_mode & (stat.S_IROTH | stat.S_IXOTH):
        said = f"everybody on this machine may look into {folder}, where customers' data lie"
        yield look("home", said, f"chmod o-rwx {folder}")


def _of_others(folder: Path) -> Iterator[Finding]:
    """Yield a finding if files belong to another user than the home does, as after a command given by ``sudo``."""
    owner = folder.stat().st_uid
    others = [path for path in made_here(folder) if path.lstat().st_uid != owner]
    if others:
        what = "1 file or folder belongs" if not others[1:] else f"{len(others):,} files and folders belong"
        said = f"{what} to another user than {folder} does, such as {others[0]} (of {_name(others[0].lstat().st_uid)})"
        yield mend(
            "home", said, f"sudo chown -hR {_name(owner)} {quote(str(folder))}, and give no command by sudo"
        )


def _name(user: int) -> str:
    """Return a user's name, or number where there is no name."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def form(stores: Stores) -> Iterator[Finding]:
    """Check whether this version knows the form of home and warehouse."""
    require_format(stores)
    yield from ()


def files(stores: Stores) -> Iterator[Finding]:
    """Check whether everything that was written to be read again is what was written."""
    found = damaged(stores)
    for path in found:
        yield mend(
            "files",
            f"{path} is not what was written",
            "make it again: insiders run --force, or look at the disk",
        )
    stores.publication.latest_report()
    if not found:
        yield fine("files", "what is read again is what was written")


def landing(stores: Stores) -> Iterator[Finding]:
    """List what is there, and read the smallest export."""
    zone = stores.landing
    listing = zone.listing()
    exports = {name: signature.size for name, signature in listing.items() if name != MAPPING}
    if not exports:
        yield look("landing zone", f"{zone.location} holds no exports", "put exports into it")
        return
    name = min(exports, key=exports.__getitem__)
    with zone.fetch(name) as path:
        try:
            path.open("rb").close()
        except OSError as error:
            said = f"{name} cannot be read ({error.strerror or error})"
            yield mend("landing zone", said, "give this user read permission")
            return
    newest = max(signature.arrived_at for signature in listing.values())
    yield fine(
        "landing zone",
        f"{zone.location} holds {len(exports):,} exports, the newest from {newest:%Y-%m-%d %H:%M} UTC",
    )
    if refused := stores.transactions.set_aside():
        are, first = "is" if len(refused) == 1 else "are", refused[0]
        said = f"{len(refused):,} of them {are} set aside whole: {first.name}: {first.set_aside}"
        yield look("landing zone", said, f"look with: {rejected_files.inspecting(stores)}")
