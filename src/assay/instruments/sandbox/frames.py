"""Frames as the target writes them: 4 bytes big-endian length, then UTF-8 JSON, an object."""

from __future__ import annotations

import json
from collections.abc import Iterator

from assay.values.lab import Frame

_HEADER_BYTES = 4
_LARGEST_FRAME_BYTES = 16 << 20


class BrokenProtocol(Exception):
    """The target wrote something that is no frame, or too much."""


class FrameReader:
    """Cuts a stream of untrusted bytes into frames; holds one frame at most."""

    def __init__(self, total_bytes: int) -> None:
        self._left = total_bytes
        self._total = total_bytes
        self._pending = bytearray()

    def read(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that `data` completes.

        Raises:
            BrokenProtocol: a length beyond 16 MiB, no JSON object, or more bytes than the whole run may write.
        """
        self._pending += data
        while len(self._pending) >= _HEADER_BYTES:
            length = int.from_bytes(self._pending[:_HEADER_BYTES], "big")
            end = _HEADER_BYTES + length
            if length > _LARGEST_FRAME_BYTES:
                raise BrokenProtocol(f"a frame of {length} bytes")
            if end > self._left:
                raise BrokenProtocol(f"more than {self._total} bytes of frames")
            if end > len(self._pending):
                return
            body = bytes(self._pending[_HEADER_BYTES:end])
            del self._pending[:end]
            self._left -= end
            yield _parse(body)

    @property
    def is_inside_a_frame(self) -> bool:
        """Did the stream stop before the end of a frame?"""
        return bool(self._pending)


def _parse(body: bytes) -> Frame:
    try:
        frame = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BrokenProtocol(f"a frame that is no JSON: {type(error).__name__}") from error
    if not isinstance(frame, dict):
        raise BrokenProtocol("a frame that is no object")
    return frame
