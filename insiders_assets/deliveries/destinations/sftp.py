"""An SFTP server: the files of a folder, written under another name first and renamed once they are whole.

The server is known by its key, in ``known_hosts`` of the home or of the user: another key, or none, ends the connection
before anything is said to it.
"""

from __future__ import annotations

import io
import logging
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from insiders_assets.deliveries.destinations.destination import DownError
from insiders_assets.deliveries.destinations.folder import files, is_of, left_over
from insiders_assets.deliveries.forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import paramiko

    from insiders_assets.deliveries.changes import Batch
    from insiders_assets.deliveries.model import DestinationRules

UNKNOWN, CHANGED = "unknown_host_key", "changed_host_key"
"""What is said of a server's key, with its kind and fingerprint behind it."""
PORT = 22
_Done = TypeVar("_Done")


class SftpDestination:
    """Writes files; that a file is there under its name is the acknowledgement.

    Args:
        rules: Where to, by which form, and how long an answer may take.
        hosts: Text of files ``known_hosts``.
        password: Of the user, or of the key if there is one; empty for none.
        key: The user's private key as text; empty for none.
    """

    def __init__(self, rules: DestinationRules, hosts: str, password: str, key: str) -> None:
        self._rules, self._hosts, self._password, self._key = rules, hosts, password, key
        self._form = FORMS[rules.form]
        parts = urlsplit(rules.location)
        self._host, self._port = parts.hostname or "", parts.port or PORT
        self._user = unquote(parts.username or "")
        self._folder = unquote(parts.path).rstrip("/").removeprefix("/~/") or "."
        self._client: paramiko.SSHClient | None = None
        self._sftp: paramiko.SFTPClient | None = None

    def send(self, batch: Batch) -> Mapping[str, str]:
        """See :meth:`Destination.send`; a batch that is sent again replaces its own files by the same."""
        folder = f"{self._folder}/{batch.delivery}"

        def written(sftp: paramiko.SFTPClient) -> Mapping[str, str]:
            _make(sftp, folder)
            for name, content in files(batch, self._form.name).items():
                _replace(sftp, folder, name, content)
            return {}

        return self._with(written)

    def erase(self, delivery: str, records: Collection[Mapping[str, object]], before: int) -> int:
        """See :meth:`Destination.erase`: their rows leave every earlier file that is still there."""
        folder = f"{self._folder}/{delivery}"

        def erased(sftp: paramiko.SFTPClient) -> int:
            changed = 0
            try:
                names = sorted(sftp.listdir(folder))
            except FileNotFoundError:
                return 0
            for name in names:
                if not is_of(name, before):
                    continue
                with sftp.open(f"{folder}/{name}", "rb") as file:
                    content = file.read()
                if (kept := left_over(content, self._form, records)) != content:
                    _replace(sftp, folder, name, kept)
                    changed += 1
            return changed

        return self._with(erased)

    def close(self) -> None:
        """See :meth:`Destination.close`."""
        if self._client is not None:
            with suppress(Exception):  # whatever is wrong with it, it is over
                self._client.close()
        self._client = self._sftp = None

    def _with(self, work: Callable[[paramiko.SFTPClient], _Done]) -> _Done:
        """Do something on the server; a connection that failed is not used again.

        Raises:
            DownError: The server cannot be reached, is not the one that is known, or does not take it.
        """
        try:
            with _clear_errors(self._is_connected):
                return work(self._connected())
        except DownError:
            self.close()
            raise

    def _is_connected(self) -> bool:
        transport = self._client.get_transport() if self._client else None
        return transport is not None and transport.is_active()

    def _connected(self) -> paramiko.SFTPClient:
        if self._sftp is not None:
            return self._sftp
        import paramiko

        class Known(paramiko.MissingHostKeyPolicy):
            """Nobody is taken for the server who is not known to be it."""

            def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:  # noqa: ARG002
                raise DownError(f"{UNKNOWN} {key.get_name()} {key.fingerprint}")

        logging.getLogger("paramiko").setLevel(
            logging.CRITICAL
        )  # what goes wrong is said in a word, no traceback
        self._client = client = paramiko.SSHClient()
        known_hosts(self._hosts, client.get_host_keys())
        client.set_missing_host_key_policy(Known())
        key = private_key(self._key, self._password) if self._key else None
        seconds = self._rules.timeout
        client.connect(
            self._host, self._port, self._user, password=self._password or None, pkey=key, allow_agent=False,
            look_for_keys=False, timeout=seconds, banner_timeout=seconds, auth_timeout=seconds, channel_timeout=seconds,
        )  # fmt: skip
        self._sftp = client.open_sftp()
        channel = self._sftp.get_channel()
        if channel is not None:
            channel.settimeout(seconds)
        return self._sftp


def private_key(text: str, password: str) -> paramiko.PKey:
    """Return a private key of whatever kind.

    Args:
        text: The content of its file.
        password: What opens it; empty for a key that is open.

    Raises:
        ValueError: It is none, or the password does not open it.
    """
    import paramiko

    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with suppress(paramiko.SSHException, ValueError, IndexError):
            return kind.from_private_key(io.StringIO(text), password=password or None)
    raise ValueError("no private key")


def known_hosts(text: str, keys: paramiko.HostKeys) -> None:
    """Take in the lines of a file ``known_hosts``; a line that is none is passed over, as ``ssh`` does.

    Args:
        text: The lines.
        keys: Where to.
    """
    from paramiko.hostkeys import HostKeyEntry

    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith(
            ("#", "@")
        ):  # of certificates and revoked keys nobody is known
            continue
        with suppress(Exception):
            entry = HostKeyEntry.from_line(line.strip(), number)
            for host in entry.hostnames if entry else ():
                keys.add(host, entry.key.get_name(), entry.key)


@contextmanager
def _clear_errors(is_connected: Callable[[], bool]) -> Iterator[None]:
    """Say in a word what went wrong."""
    import paramiko

    try:
        yield
    except paramiko.BadHostKeyException as error:
        raise DownError(f"{CHANGED} {error.key.get_name()} {error.key.fingerprint}") from None
    except paramiko.AuthenticationException:
        raise DownError("not_signed_in") from None
    except TimeoutError:
        raise DownError("timeout") from None
    except (paramiko.SSHException, EOFError, ConnectionError):
        raise DownError("unreachable") from None
    except (OSError, paramiko.SFTPError) as error:
        raise DownError("not_writable" if is_connected() else "unreachable") from error


def _make(sftp: paramiko.SFTPClient, folder: str) -> None:
    """Make a folder, and those that it is in."""
    try:
        if stat.S_ISDIR(sftp.stat(folder).st_mode or stat.S_IFDIR):
            return
    except FileNotFoundError:
        parent = folder.rpartition("/")[0]
        if parent:
            _make(sftp, parent)
    sftp.mkdir(folder)


def _replace(sftp: paramiko.SFTPClient, folder: str, name: str, content: bytes) -> None:
    """Write a file that nobody sees under its name before it is whole."""
    beside, final = f"{folder}/.{name}.part", f"{folder}/{name}"
    sftp.putfo(io.BytesIO(content), beside, len(content), confirm=True)
    try:
        sftp.posix_rename(beside, final)
    except (
        OSError
    ):  # a server that cannot replace a file: it is there already, and holds the same, or is not there
        with suppress(FileNotFoundError):
            sftp.remove(final)
        sftp.rename(beside, final)
