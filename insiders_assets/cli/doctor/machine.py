"""What the machine has to offer: versions, settings, space and the time."""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets import __version__
from insiders_assets.cli.doctor.finding import Finding, fine, mend
from insiders_assets.cli.options import require_rules
from insiders_assets.errors import InsidersError
from insiders_assets.places import S3Path, sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insiders_assets.storage.stores import Stores

LEAST_SPACE = 1 << 30
"""Bytes that must be free, however small the lake is."""
TIMES_LAKE = 2
"""A table is written beside the one before: as much as the lake holds, and as much again for what is new."""
SKEW = timedelta(seconds=60)
"""How wrong a clock may be; S3 refuses requests at fifteen minutes."""


def versions(_stores: Stores) -> Iterator[Finding]:
    """Check whether Python and every library are of a version that was asked for."""
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    python = ".".join(map(str, sys.version_info[:3]))
    wrong = []
    for line in requires("insiders-assets") or ():
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            if not wanted.specifier.contains(version(wanted.name), prereleases=True):
                wrong.append(f"{wanted.name} {version(wanted.name)}")
        except PackageNotFoundError:
            wrong.append(f"{wanted.name} is missing")
    if wrong:
        hint = "install what requirements.lock says: make install"
        yield mend("versions", f"{', '.join(wrong)} is not what this version was made for", hint)
    else:
        yield fine("versions", f"insiders {__version__} on Python {python}, every library as asked for")


def settings(stores: Stores) -> Iterator[Finding]:
    """Check whether settings that belong together are given together."""
    given = stores.settings
    require_rules(given)
    pairs = (
        ("INSIDERS_ALERT_EMAIL_TO", given.alert_email_to, "INSIDERS_SMTP_URL", given.smtp_url),
        (
            "INSIDERS_ALERT_SLACK_CHANNEL",
            given.alert_slack_channel,
            "INSIDERS_SLACK_TOKEN",
            given.slack_token,
        ),
    )
    halves = [
        (has, lacks) if bool(one) else (lacks, has)
        for has, one, lacks, other in pairs
        if bool(one) != bool(other)
    ]
    for has, lacks in halves:
        yield mend("settings", f"{has} is set and {lacks} is not: nobody is alerted", f"set {lacks}, too")
    if not halves:
        yield fine("settings", "every setting can be read")


def space(stores: Stores) -> Iterator[Finding]:
    """Check whether there is room for another refresh."""
    home = stores.home
    lake = sum(sizes(stores.lake_folder).values())
    needed = max(LEAST_SPACE, TIMES_LAKE * lake)
    folders = {"temporary files": Path(tempfile.gettempdir())}
    if not isinstance(home, S3Path):
        folders["the home"] = next(
            folder for folder in (home.absolute(), *home.absolute().parents) if folder.exists()
        )
    for what, folder in folders.items():
        free = shutil.disk_usage(folder).free
        said = f"{free / 1e9:,.1f} GB are free for {what} in {folder}"
        if free < needed:
            yield mend("space", f"{said}, {needed / 1e9:,.1f} GB may be needed", "make room there")
        else:
            yield fine("space", said)


def clock(stores: Stores) -> Iterator[Finding]:
    """Check whether this machine's time is that of those it talks to, and later than what has happened."""
    wrong = False
    for who, offset in _offsets(stores):
        if abs(offset) > SKEW:
            wrong = True
            way = "ahead of" if offset > timedelta() else "behind"
            seconds = abs(offset).total_seconds()
            yield mend(
                "clock", f"this machine is {seconds:,.0f} s {way} {who}", "let it follow a time server"
            )
    latest = stores.warehouse.latest_refresh()
    if latest and latest["published_at"] - datetime.now(UTC).replace(tzinfo=None) > SKEW:
        wrong = True
        said = f"the last refresh was published in the future, at {latest['published_at']} UTC"
        yield mend("clock", said, "let this machine follow a time server")
    if not wrong:
        yield fine("clock", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")


def _offsets(stores: Stores) -> Iterator[tuple[str, timedelta]]:
    """Return how far this machine's clock is ahead of others'.

    Of those that do not answer, another examination tells.
    """
    if isinstance(stores.home, S3Path):
        answered = stores.home.server_time()
        if answered:
            yield "S3", datetime.now(UTC) - parsedate_to_datetime(answered)
    try:
        now = stores.warehouse.server_time()
    except InsidersError:
        return
    if now:
        yield "PostgreSQL", datetime.now(UTC) - now
