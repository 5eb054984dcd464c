"""An SFTP server over a folder: it may be cut off in the middle of a file, and need not know how to replace one."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import paramiko
from paramiko import SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface

USER, PASSWORD = "insiders", "planted-pass"


class Server:
    """A server on a port of its own.

    Args:
        folder: What it serves, as ``/``.

    Attributes:
        key: By which it is known.
        trusted: The key of the user, if they have one.
        cut_after: Bytes written in a connection after which it is cut off; None for never.
        replaces: Whether it knows how to rename over a file that is there.
        is_full: Whether it takes no file.
        signed_in: How often somebody signed in.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, paramiko.ECDSAKey.generate()
        self.trusted: paramiko.PKey | None = None
        self.cut_after: int | None = None
        self.replaces, self.is_full, self.signed_in = True, False, 0
        self._transports: list[paramiko.Transport] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def known(self) -> str:
        """Its line in ``known_hosts``."""
        return f"[127.0.0.1]:{self.port} {self.key.get_name()} {self.key.get_base64()}\n"

    def stop(self) -> None:
        self._listening.close()
        for transport in self._transports:
            transport.close()

    def cut(self) -> None:
        """End every connection, as a network that goes away."""
        for transport in self._transports:
            transport.sock.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", SFTPServer, Folder, self)
            self._transports.append(transport)
            with suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=SignIn(self))


class SignIn(paramiko.ServerInterface):
    """Who may sign in."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def _answer(self, is_right: bool) -> int:
        self._server.signed_in += is_right
        return paramiko.AUTH_SUCCESSFUL if is_right else paramiko.AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        return self._answer((username, password) == (USER, PASSWORD))

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._answer(username == USER and key == self._server.trusted)

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class Folder(SFTPServerInterface):
    """The folder, by the words of SFTP."""

    def __init__(self, _signed_in: SignIn, owner: Server) -> None:
        self._owner, self._written = owner, 0

    def _path(self, name: str) -> Path:
        return self._owner.folder / self.canonicalize(name).lstrip("/")

    def list_folder(self, path: str) -> Any:
        return self._done(
            lambda: [SFTPAttributes.from_stat(each.stat(), each.name) for each in self._path(path).iterdir()]
        )

    def stat(self, path: str) -> Any:
        return self._done(lambda: SFTPAttributes.from_stat(self._path(path).stat()))

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        if self._owner.is_full and flags & os.O_WRONLY:
            return paramiko.SFTP_PERMISSION_DENIED

        def opened() -> Opened:
            handle = Opened(flags)
            descriptor = os.open(self._path(path), flags, 0o600)
            handle.readfile = handle.writefile = os.fdopen(
                descriptor, "wb" if flags & os.O_WRONLY else "rb", 0
            )
            handle.folder = self
            return handle

        return self._done(opened)

    def taken(self, data: bytes) -> bytes:
        """What of some bytes still arrives: half of those in whose midst the connection is cut off."""
        self._written += len(data)
        if self._owner.cut_after is None or self._written < self._owner.cut_after:
            return data
        self._owner.cut()
        return data[: len(data) // 2]

    def remove(self, path: str) -> int:
        return self._done(lambda: self._path(path).unlink())

    def rename(self, oldpath: str, newpath: str) -> int:
        if self._path(newpath).exists():
            return paramiko.SFTP_FAILURE
        return self._done(lambda: self._path(oldpath).rename(self._path(newpath)) and None)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        if not self._owner.replaces:
            return paramiko.SFTP_OP_UNSUPPORTED
        return self._done(lambda: self._path(oldpath).replace(self._path(newpath)) and None)

    def mkdir(self, path: str, attr: Any) -> int:
        return self._done(lambda: self._path(path).mkdir())

    @staticmethod
    def _done(work: Any) -> Any:
        try:
            found = work()
        except OSError as error:
            return SFTPServer.convert_errno(error.errno or 0)
        return paramiko.SFTP_OK if found is None else found


class Opened(SFTPHandle):
    """An open file."""

    folder: Folder

    def write(self, offset: int, data: bytes) -> int:
        return super().write(offset, self.folder.taken(data))

    def stat(self) -> Any:
        return SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server over a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()
