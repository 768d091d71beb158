"""Pictures inside the page: each one embedded once, within a limit, and said where one is left out."""

import base64
import hashlib
import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1_000_000
WIDEST_FRAME = 480  # pixels; the style sheet shrinks to as much what has no words in it
LARGEST_PICTURE = 4 * MEGABYTE
ALL_PICTURES = 12 * MEGABYTE


@dataclass(frozen=True)
class Picture:
    """A picture's place on the page. Without a `data_uri` it stands elsewhere (`same_as`) or was `left_out`."""

    name: str
    caption: str
    anchor: str = ""
    data_uri: str = ""
    width: int = 0  # pixels
    height: int = 0
    same_as: str = ""
    left_out: str = ""

    @property
    def is_wide(self) -> bool:
        """Whether it has words beside the frame, which must stay readable."""
        return self.width > WIDEST_FRAME


class PictureShelf:
    """Hands out the pictures of one page. One that the page already holds is linked to, not embedded again.

    folder: where the page lies, from which pictures that are left out are linked.
    """

    def __init__(self, folder: Path, largest: int = LARGEST_PICTURE, all_together: int = ALL_PICTURES) -> None:
        self._folder = folder
        self._largest = largest
        self._room = all_together
        self._anchors: dict[str, str] = {}
        self.left_out: list[str] = []

    def place(self, path: Path, caption: str) -> Picture | None:
        """The picture for one place of the page, None where there is no such file."""
        name = os.path.relpath(path, self._folder)
        try:
            about = path.stat()
            if not stat.S_ISREG(about.st_mode):  # reading a pipe would wait for ever
                return None
            if about.st_size > self._largest:
                return self._left_out(name, caption, self._too_large(about.st_size))
            data = path.read_bytes()
        except OSError:
            return None
        digest = hashlib.sha256(data).hexdigest()[:12]
        if digest in self._anchors:
            return Picture(name, caption, same_as=self._anchors[digest])
        trouble = self._why_not(data)
        if trouble:
            return self._left_out(name, caption, trouble)
        return self._embedded(name, caption, data, digest)

    def _left_out(self, name: str, caption: str, trouble: str) -> Picture:
        self.left_out.append(f"{name} is not embedded: {trouble}")
        return Picture(name, caption, left_out=trouble)

    def _why_not(self, data: bytes) -> str:
        if not _media_type(data):
            return "it is no whole GIF or PNG"
        if len(data) > self._room:
            return f"{len(data) / MEGABYTE:.1f} MB more would make the page too large"
        return ""

    def _too_large(self, size: int) -> str:
        return f"{size / MEGABYTE:.1f} MB is more than the {self._largest / MEGABYTE:g} MB that a picture may take"

    def _embedded(self, name: str, caption: str, data: bytes, digest: str) -> Picture:
        self._room -= len(data)
        anchor = self._anchors[digest] = f"picture-{digest}"
        uri = f"data:{_media_type(data)};base64,{base64.b64encode(data).decode('ascii')}"
        width, height = _size(data)
        return Picture(name, caption, anchor, uri, width, height)


def _media_type(data: bytes) -> str:
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) > 13:
        return "image/gif"
    return "image/png" if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) > 33 else ""


def _size(data: bytes) -> tuple[int, int]:
    # The sizes stand at fixed places of both headers; opening the files with Pillow would only cost its import.
    width, height = struct.unpack("<HH", data[6:10]) if data.startswith(b"GIF") else struct.unpack(">II", data[16:24])
    return width, height
