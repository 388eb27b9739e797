"""The folder a trial keeps everything in: data, secrets, logs. Only its owner may read it."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from matcher.domain.errors import SetupError

# The kernel allows 107 bytes for a socket's path on Linux and 103 on macOS; PostgreSQL's is the longest name.
_LONGEST_SOCKET_PATH = 103
_LONGEST_SOCKET_NAME = "/.s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder at `path`, made and ready."""

    path: Path

    @classmethod
    def prepare(cls, path: Path) -> Home:
        """Make the folder. Raises SetupError if it cannot be written."""
        home = cls(path)
        try:
            for folder in (path, home.path / "log"):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Nobody else reads it; who may pass through may still: as root, PostgreSQL's own user must.
            path.chmod(0o700 | (path.stat().st_mode & 0o011))
            (path / "written").touch()
            (path / "written").unlink()
        except OSError as error:
            raise SetupError(
                f"The folder {path} cannot be written ({error.strerror}). "
                "Set GRITBIN_HOME to a folder of yours, like GRITBIN_HOME=/tmp/gritbin ./run"
            ) from error
        return home

    def log(self, name: str) -> Path:
        """Where the program `name` writes what it has to say."""
        return self.path / "log" / f"{name}.log"

    def turn_over_logs(self) -> None:
        """Begin new logs; the last ones are kept as `.log.old`."""
        for log in (self.path / "log").glob("*.log"):
            log.replace(log.with_suffix(".log.old"))

    def secret(self, name: str) -> str:
        """The secret `name`: made the first time, the same ever after."""
        file = self.path / f"secret-{name}"
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
                new.write(secrets.token_urlsafe(32))
        except FileExistsError:
            file.chmod(0o600)
        return file.read_text()

    def sockets(self) -> Path:
        """A folder for sockets whose path is short enough for them: here, or among the temporary files."""
        folder = self.path / "sockets"
        if len(f"{folder}{_LONGEST_SOCKET_NAME}".encode()) > _LONGEST_SOCKET_PATH:
            mark = hashlib.sha256(str(self.path).encode()).hexdigest()[:12]
            folder = Path(tempfile.gettempdir()) / f"gritbin-{os.getuid()}-{mark}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or (os.getuid() and folder.stat().st_uid != os.getuid()):
            raise SetupError(f"The folder {folder} belongs to someone else. Set GRITBIN_HOME to a shorter path.")
        folder.chmod(0o700)
        return folder
