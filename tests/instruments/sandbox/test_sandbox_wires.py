"""What goes over the wires: frames from the target, the spec to the launcher, the table of processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.instruments.sandbox import processes
from assay.instruments.sandbox.frames import BrokenProtocol, FrameReader
from assay.instruments.sandbox.spec import Spec, read_spec, write_spec

VALUES = st.recursive(st.none() | st.booleans() | st.integers(-(1 << 60), 1 << 60) | st.text(), st.lists, max_leaves=5)
FRAMES = st.lists(st.dictionaries(st.text(), VALUES, max_size=3), max_size=5)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def framed(value: object) -> bytes:
    """As the probe writes it."""
    body = json.dumps(value).encode()
    return len(body).to_bytes(4, "big") + body


@given(frames=FRAMES, step=st.integers(1, 9))
def test_frames_arrive_whole_however_they_were_cut(frames: list[dict[str, object]], step: int) -> None:
    """A pipe knows no frames."""
    stream = b"".join(map(framed, frames))
    reader = FrameReader(len(stream))
    read = [frame for at in range(0, len(stream), step) for frame in reader.read(stream[at : at + step])]
    assert read == frames
    assert not reader.is_inside_a_frame


@given(data=st.binary(max_size=64))
def test_any_bytes_are_frames_or_a_broken_protocol(data: bytes) -> None:
    """Nothing else comes out, whatever a target writes."""
    reader = FrameReader(1000)
    with suppress(BrokenProtocol):
        assert all(isinstance(frame, dict) for frame in reader.read(data))


def test_a_length_is_refused_before_its_bytes_arrive() -> None:
    """Nobody waits for 4 GiB, nor for one byte more than 16 MiB."""
    for length in ((16 << 20) + 1, (1 << 32) - 1):
        with pytest.raises(BrokenProtocol, match=f"a frame of {length} bytes"):
            list(FrameReader(1 << 40).read(length.to_bytes(4, "big")))


@given(argv=st.lists(TEXTS), variables=st.dictionaries(TEXTS, TEXTS), readable=st.lists(TEXTS), place=TEXTS)
def test_a_spec_arrives_as_it_was_written(
    argv: list[str], variables: dict[str, str], readable: list[str], place: str
) -> None:
    """Empty texts and line ends included."""
    spec = Spec(
        level=2,
        argv=argv,
        environment=variables,
        tree=place,
        tree_path=place,
        readable=readable,
        scratch=place,
        time_limit_s=0.1,
        memory_bytes=1,
        processes=2,
        file_bytes=3,
        scratch_bytes=4,
        owner=5,
        network=bool(readable),
        writable=tuple(readable),
    )
    assert vars(read_spec(write_spec(spec))) == vars(spec)


def test_a_kernel_that_does_not_list_children_is_asked_otherwise() -> None:
    """Both ways give the same family."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.pid in processes.find_descendants(os.getpid())
        assert processes._scan_for_children()(os.getpid()) == processes._children(os.getpid())
        tasks, resident = processes.count_tasks_and_memory([child.pid], enough=0)
        assert tasks == 1
        assert resident > 100_000
