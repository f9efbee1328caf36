"""Archives read by a second process, beside the one that writes down what was read.

Reading an archive and writing it down each keep a processor busy, and of the threads of one process
only one runs Python at a time. The reader is this program once more: it is given the paths, and
gives Pages through a pipe, which holds it back when the writer is slower. It holds nothing that
anybody could miss: killed at any moment, or left behind by a killed writer, it ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from bot.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from bot.model.posts import Page
    from bot.sources.base import Progress

WORTH_IT = 4 << 20
"""Bytes of archives from which on a second process saves more time than its start takes."""

_MAIN = "from bot.sources.beside import main; main()"
_OURS = "CROSSTIE"
_PIPE = 1 << 20
"""Bytes that fit into the pipe, where the system lets us say: the reader need not wait for them."""
_SIZE = 8
"""Bytes before each page that say how long it is; zero stands for the end."""


class Beside:
    """Archives, as `bot.sources.archive.Archives` reads them, read by a second process.

    The first reading of `paths` begins at once; another one when it is asked for.
    """

    def __init__(self, format_: str, latest: datetime, paths: Sequence[Path]) -> None:
        self._arguments = (format_, latest.isoformat())
        self._paths = tuple(paths)
        self._running: list[subprocess.Popen[bytes]] = []
        self._begun: subprocess.Popen[bytes] | None = self._start(self._paths)
        # Not before: the reader does not wait until this process has loaded its part.
        from bot.sources.base import Progress

        self.progress: Progress = Progress()

    def pages(self, paths: Sequence[Path]) -> Iterator[Page]:
        """Everything that can be read in the files and folders, in their order.

        Raises:
            SourceError: the reader ended too soon; the pages that it gave are right.
        """
        from bot.sources.pages import page_of

        process, self._begun = self._begun, None
        if process is None or self._paths != tuple(paths):
            process = self._start(paths)
        pipe = process.stdout
        assert pipe is not None  # noqa: S101 as _start made it
        while size := int.from_bytes(_exactly(pipe, _SIZE, process)):
            page, files, bytes_read = page_of(_exactly(pipe, size, process))
            self.progress.files, self.progress.bytes_read = files, bytes_read
            yield page

    def close(self) -> None:
        """Ends every reader that is still running."""
        for process in self._running:
            process.kill()
            with process:  # waits for it, and closes the pipe
                pass
        self._running.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, paths: Sequence[Path]) -> subprocess.Popen[bytes]:
        # It finds this very package, whatever folder it is started in, and learns no secret.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
        environment["PYTHONPATH"] = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
        process = subprocess.Popen(  # noqa: S603 ourselves
            [sys.executable, "-P", "-c", _MAIN, *self._arguments, *map(str, paths)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            pipesize=_PIPE,
        )
        self._running.append(process)
        return process


def beside(format_: str, latest: datetime, paths: Sequence[Path]) -> Beside | None:
    """The archives, read by a second process; None where that saves no time."""
    if _processors() < 2 or size_of(paths) < WORTH_IT:
        return None
    try:
        return Beside(format_, latest, paths)
    except OSError:  # the machine starts no more processes: one will do
        return None


def size_of(paths: Sequence[Path]) -> int:
    """How many bytes there are to read, as far as that can be told."""
    total = 0
    for path in paths:
        files = path.rglob("*") if path.is_dir() else (path,)
        for file in files:
            with suppress(OSError):
                total += file.stat().st_size
    return total


def _processors() -> int:
    """How many this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _exactly(pipe: IO[bytes], size: int, process: subprocess.Popen[bytes]) -> bytes:
    read = pipe.read(size)
    if len(read) < size:
        raise SourceError(
            f"the process that reads the archives ended too soon (exit code {process.wait()}); "
            "what was taken in until then stays, so run the same import again"
        )
    return read


def main() -> None:
    """The reader: writes every page to standard output, each after its size."""
    import gc
    import signal
    from datetime import datetime

    from bot.sources.archive import Archives
    from bot.sources.pages import bytes_of

    # Ctrl-C reaches both; the writer ends, and with it the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Few circles, many small values: looking for the one among the others takes a fifth.
    gc.freeze()
    gc.set_threshold(2_000_000, 50, 50)
    format_, latest, *paths = sys.argv[1:]
    archives = Archives(format_, datetime.fromisoformat(latest))
    pipe = sys.stdout.buffer
    try:
        for page in archives.pages(map(Path, paths)):
            progress = archives.progress
            told = bytes_of(page, progress.files, progress.bytes_read)
            pipe.write(len(told).to_bytes(_SIZE) + told)
            pipe.flush()
        pipe.write(bytes(_SIZE))
        pipe.flush()
    except BrokenPipeError:  # the writer has ended, and nobody is left to be told
        os._exit(1)
