"""A landing zone on S3 or anything that speaks its language.

Region, endpoint (``AWS_ENDPOINT_URL``) and credentials come from the environment or the machine's role, as for every
tool of AWS; nothing of them is ever a setting of ours.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.places import SCHEME, S3Path
from insiders_assets.storage.atomic_write import write_text
from insiders_assets.storage.landing.s3_listing import Lister
from insiders_assets.storage.landing.zone import (
    MAPPING,
    FileSignature,
    is_export,
    mapping_file_text,
    mapping_signature,
    own_places,
)
from insiders_assets.unfinished import working_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insiders_assets.places import Place

GONE = {"404", "NoSuchKey", "NotFound", "412", "PreconditionFailed"}
"""What S3 says of an object that is no longer the one that was listed."""


class S3LandingZone:
    """Exports under a prefix of a bucket.

    Args:
        location: ``s3://bucket/prefix``.
        mapping: The mapping file, if it is not the one under the prefix; a local path.
        home: The home, whose own objects are no exports.
    """

    def __init__(self, location: str, mapping: Path | None = None, home: Place | None = None) -> None:
        bucket, _, prefix = location.removeprefix(SCHEME).partition("/")
        if not bucket:
            raise UsageError("names no bucket", where=location, hint="write s3://bucket/prefix")
        self._bucket, self._mapping = bucket, mapping
        self._prefix = prefix.rstrip("/") + "/" if prefix.strip("/") else ""
        self._home = home if isinstance(home, S3Path) and home.bucket == bucket else None

    @property
    def location(self) -> str:
        """The prefix."""
        return f"{SCHEME}{self._bucket}/{self._prefix}"

    @property
    def skipped(self) -> dict[str, str]:
        """Nothing: a bucket holds objects and nothing else."""
        return {}

    def listing(self) -> dict[str, FileSignature]:
        """See :meth:`insiders_assets.storage.landing.zone.LandingZone.listing`; one request per thousand objects."""
        found: dict[str, FileSignature] = {}
        mapping: FileSignature | None = None
        own = own_places(self._prefix, self._home.key) if self._home else frozenset()
        ours = tuple(f"{name}/" for name in own)
        with self._explained():
            for entry in self._lister.entries():
                name = entry["Key"][len(self._prefix) :]
                if name in own or name.startswith(ours):
                    continue
                if name == MAPPING:
                    mapping = _signature(entry)
                elif name and not name.endswith("/") and is_export(name):
                    found[name] = _signature(entry)
        if self._mapping:
            mapping = mapping_signature(self._mapping)
        if found and mapping:
            found[MAPPING] = mapping
        return dict(sorted(found.items()))

    @contextmanager
    def fetch(self, name: str) -> Iterator[Path]:
        """See :meth:`insiders_assets.storage.landing.zone.LandingZone.fetch`; the object is copied for as long.

        Where it is no longer there, the path leads nowhere.
        """
        if name == MAPPING and self._mapping:
            yield self._mapping
            return
        with working_folder() as folder:
            path = folder / name.rsplit("/", 1)[-1]
            with self._explained(missing_is_fine=True):
                self._client.download_file(self._bucket, self._prefix + name, str(path))
            yield path

    def has_changed(self, name: str, signature: FileSignature) -> bool:
        """See :meth:`insiders_assets.storage.landing.zone.LandingZone.has_changed`."""
        if name == MAPPING and self._mapping:
            return False
        with self._explained(missing_is_fine=True):
            head = self._client.head_object(Bucket=self._bucket, Key=self._prefix + name)
            return (head["ContentLength"], head["ETag"]) != (signature.size, signature.version)
        return True

    def mapping_place(self) -> str:
        """See :meth:`insiders_assets.storage.landing.zone.LandingZone.mapping_place`."""
        return str(self._mapping) if self._mapping else self.location + MAPPING

    def mapping_text(self) -> str | None:
        """See :meth:`insiders_assets.storage.landing.zone.LandingZone.mapping_text`."""
        with self.fetch(MAPPING) as path:
            return mapping_file_text(path)

    def write_mapping(self, text: str) -> None:
        """See :meth:`insiders_assets.storage.landing.zone.LandingZone.write_mapping`."""
        if self._mapping:
            write_text(self._mapping, text)
            return
        with self._explained():
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + MAPPING, Body=text.encode())

    @cached_property
    def _lister(self) -> Lister:
        return Lister(self._client, self._bucket, self._prefix)

    @cached_property
    def _client(self) -> Any:
        import boto3
        import botocore.session

        session = botocore.session.get_session()
        # Every object of a listing has a date: read by the usual parser, dates are three quarters of its cost.
        session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_date)
        return boto3.Session(botocore_session=session).client("s3")

    @contextmanager
    def _explained(self, *, missing_is_fine: bool = False) -> Iterator[None]:
        """Turn what S3 answers into one clear line."""
        from boto3.exceptions import S3TransferFailedError
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if missing_is_fine and code in GONE:
                return
            raise InsidersError(
                f"the landing zone cannot be read ({error.response.get('Error', {}).get('Message') or code})",
                where=self.location,
                hint="check the bucket's name and what its reader is allowed to do",
            ) from None
        except (BotoCoreError, S3TransferFailedError) as error:
            raise InsidersError(
                f"the landing zone cannot be reached ({error})",
                where=self.location,
                hint="check AWS_REGION, AWS_ENDPOINT_URL and the credentials in the environment",
            ) from None


def _date(text: Any) -> datetime:
    """Return a date that S3 writes: ISO in listings, otherwise in headers."""
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        from botocore.utils import parse_timestamp

        return cast(datetime, parse_timestamp(text))


def _signature(entry: dict[str, Any]) -> FileSignature:
    return FileSignature(entry["Size"], entry["ETag"], int(entry["LastModified"].timestamp()) * 10**9)
