"""Folders and files on this machine or on S3, by the few words of ``pathlib`` that the platform needs.

Region, endpoint (``AWS_ENDPOINT_URL``) and credentials of S3 come from the environment or the machine's role, as for
every tool of AWS; nothing of them is ever a setting of ours.

This sits directly on boto3. s3fs holds boto3 back by its own pin, and cloudpathlib keeps copies that it compares by a
time of whole seconds: a pointer replaced twice within one would be read as it was before.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets.errors import InsidersError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEME = "s3://"
SHA256 = "sha256"
"""The name under which an object's checksum is noted with it."""
MISSING = {"404", "NoSuchKey", "NotFound"}


@dataclass(frozen=True)
class Status:
    """What is known of an object without reading it.

    Attributes:
        st_size: Its size in bytes.
        sha256: The SHA-256 of its content in hex, noted as it was uploaded; empty of what something else has put there.
    """

    st_size: int
    sha256: str = ""


@dataclass(frozen=True, order=True)
class S3Path:
    """An object, or everything below a prefix, in a bucket.

    Every write is one request that S3 applies whole or not at all, and every read asks S3 anew: nothing is cached.
    Whatever S3 refuses, but that there is no such object, is an :class:`InsidersError`.

    Attributes:
        bucket: The bucket's name.
        key: The object's key, or the prefix without a slash at its end.
    """

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}".rstrip("/")

    def __truediv__(self, name: str) -> S3Path:
        return S3Path(self.bucket, f"{self.key}/{name}".strip("/"))

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition("/")[2]

    @property
    def parent(self) -> S3Path:
        """The prefix that this is below."""
        return S3Path(self.bucket, self.key.rpartition("/")[0])

    def absolute(self) -> S3Path:
        """Itself: there is no other kind."""
        return self

    def exists(self) -> bool:
        """Return whether there is an object of this key or below it."""
        return self.is_file() or self.is_dir()

    def is_file(self) -> bool:
        """Return whether there is an object of this key."""
        try:
            self.stat()
        except FileNotFoundError:
            return False
        return True

    def is_dir(self) -> bool:
        """Return whether there is any object below this prefix."""
        with self._clear_errors("read"):
            found = _client().list_objects_v2(Bucket=self.bucket, Prefix=self._prefix, MaxKeys=1)
            return bool(found.get("KeyCount", len(found.get("Contents", ()))))
        return False

    def stat(self) -> Status:
        """Return its size, and what its content was as it was uploaded.

        Raises:
            FileNotFoundError: There is no such object.
        """
        with self._clear_errors("read"):
            found = _client().head_object(Bucket=self.bucket, Key=self.key)
            return Status(found["ContentLength"], found["Metadata"].get(SHA256, ""))
        raise FileNotFoundError(str(self))

    def iterdir(self) -> Iterator[S3Path]:
        """Yield everything one level below."""
        with self._clear_errors("read"):
            pages = _client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=self._prefix, Delimiter="/"):
                for found in page.get("CommonPrefixes", ()):
                    yield S3Path(self.bucket, found["Prefix"].rstrip("/"))
                for found in page.get("Contents", ()):
                    yield S3Path(self.bucket, found["Key"])

    def sizes(self) -> dict[str, int]:
        """Return the size of every object below this prefix, by its name relative to it."""
        with self._clear_errors("read"):
            pages = _client().get_paginator("list_objects_v2")
            return {
                found["Key"][len(self._prefix) :]: found["Size"]
                for page in pages.paginate(Bucket=self.bucket, Prefix=self._prefix)
                for found in page.get("Contents", ())
            }
        return {}

    def read_bytes(self) -> bytes:
        """Return its content.

        Raises:
            FileNotFoundError: There is no such object.
        """
        with self._clear_errors("read"):
            return bytes(_client().get_object(Bucket=self.bucket, Key=self.key)["Body"].read())
        raise FileNotFoundError(2, "there is no such object", str(self))

    def read_text(self, encoding: str = "utf-8") -> str:
        """Return its content as text; see :meth:`read_bytes`."""
        return self.read_bytes().decode(encoding)

    def write_bytes(self, content: bytes) -> None:
        """Replace it."""
        with self._clear_errors("written"):
            _client().put_object(Bucket=self.bucket, Key=self.key, Body=content, **_type_of(self.name))

    def upload(self, file: Path) -> None:
        """Replace it by a file of this machine; a large one is sent in parts and appears when all are there."""
        with file.open("rb") as content:
            noted = {"Metadata": {SHA256: hashlib.file_digest(content, "sha256").hexdigest()}}
        with self._clear_errors("written"):
            _client().upload_file(str(file), self.bucket, self.key, ExtraArgs=_type_of(self.name) | noted)

    def download(self, file: Path) -> None:
        """Copy it to a file of this machine.

        Raises:
            FileNotFoundError: There is no such object.
        """
        with self._clear_errors("read"):
            _client().download_file(self.bucket, self.key, str(file))
            return
        raise FileNotFoundError(2, "there is no such object", str(self))

    def copy_from(self, source: S3Path) -> None:
        """Replace it by another object, within S3."""
        with self._clear_errors("written"):
            _client().copy({"Bucket": source.bucket, "Key": source.key}, self.bucket, self.key)

    def server_time(self) -> str | None:
        """Return what S3 takes for now, as its answers say it; None if it does not say."""
        with self._clear_errors("read"):
            found = _client().list_objects_v2(Bucket=self.bucket, Prefix=self._prefix, MaxKeys=1)
            return found["ResponseMetadata"]["HTTPHeaders"].get("date")
        return None

    def unlink(self, missing_ok: bool = False) -> None:  # noqa: ARG002 - S3 does not say
        """Delete it; S3 does not mind if it is not there."""
        with self._clear_errors("written"):
            _client().delete_object(Bucket=self.bucket, Key=self.key)

    @property
    def _prefix(self) -> str:
        return f"{self.key}/" if self.key else ""

    @contextmanager
    def _clear_errors(self, doing: str) -> Iterator[None]:
        """Turn what S3 answers into one clear line; that there is no such object ends the block, quietly."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            answer = error.response.get("Error", {})
            if answer.get("Code") in MISSING:
                return
            raise InsidersError(
                f"cannot be {doing} ({answer.get('Message') or answer.get('Code')})",
                where=str(self),
                hint="check the bucket's name and what this user or role may do in it",
            ) from None
        except (BotoCoreError, Boto3Error) as error:
            raise InsidersError(
                f"cannot be {doing} ({error})",
                where=str(self),
                hint="check AWS_REGION, AWS_ENDPOINT_URL and the credentials in the environment",
            ) from None


Place = Path | S3Path
"""A folder or a file, wherever it is."""


def place(location: str | Path | S3Path) -> Place:
    """Return the place at a location: a path, or ``s3://bucket/prefix``.

    Raises:
        UsageError: It names no bucket.
    """
    if isinstance(location, S3Path) or not str(location).startswith(SCHEME):
        return location if isinstance(location, S3Path) else Path(location)
    bucket, _, key = str(location).removeprefix(SCHEME).partition("/")
    parts = [part for part in key.split("/") if part]
    if not bucket or ".." in parts:
        raise UsageError("is no place in a bucket", where=str(location), hint="write s3://bucket/prefix")
    return S3Path(bucket, "/".join(parts))


def named_in(home: str, location: str) -> Place:
    """Return the place that a file in a home names: a relative one is in the home.

    Raises:
        UsageError: It names no bucket, or leaves its bucket.
    """
    return place(location if location.startswith((SCHEME, "/")) else f"{home.rstrip('/')}/{location}")


def is_kept(path: Place) -> bool:
    """Return whether a file is there that a person may keep in a home, and without which things go on otherwise.

    Raises:
        UsageError: Something is in its place that is no file: a link that leads nowhere is not the same as no file.
    """
    if path.is_file():
        return True
    if isinstance(path, Path) and os.path.lexists(path):
        raise UsageError("is no file", where=str(path), hint="put the file there, or take away what is")
    return False


def readable(path: Place) -> str:
    """Return the path in the form in which polars opens it, by itself, wherever it is."""
    return str(path)


def sizes(folder: Place) -> dict[str, int]:
    """Return the size of every file below a folder, by its name relative to it; nothing if there is no folder."""
    if isinstance(folder, S3Path):
        return folder.sizes()
    return dict(_sizes(str(folder), ""))


def _sizes(folder: str, prefix: str) -> Iterator[tuple[str, int]]:
    """Names and sizes, straight from the system: ``rglob`` takes five times as long, and this runs at every ingest."""
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir(follow_symlinks=False):
                    yield from _sizes(entry.path, f"{prefix}{entry.name}/")
                elif entry.is_file():
                    yield prefix + entry.name, entry.stat().st_size
    except FileNotFoundError:
        return


def _type_of(name: str) -> dict[str, Any]:
    """Return the content type, so that a browser shows a report instead of saving it."""
    import mimetypes

    found, _ = mimetypes.guess_type(name)
    return {"ContentType": found} if found else {}


def _client() -> Any:
    """Return the client for the environment as it is now."""
    names = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_REGION")
    return _client_for(os.getpid(), *(os.environ.get(name) for name in names))


@cache
def _client_for(*_environment: object) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3", config=Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10)
    )
