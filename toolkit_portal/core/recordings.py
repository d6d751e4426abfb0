"""Sound recordings, told by what is in them, and told apart from videos, which come in the same containers."""

import re
import struct
from typing import BinaryIO

# The description of the tracks: a phone's memo of two hours has one of about 400 kB.
_MOST_DESCRIPTION = 8 * 1024 * 1024
_WEBM_START = 64 * 1024
_MP3_SECOND_BYTES = frozenset({0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2})
_HANDLER = re.compile(rb"hdlr.{8}(.{4})", re.DOTALL)


def recording_kind(file: BinaryIO, head: bytes) -> str:
    """ "mp3", "m4a", "wav", "ogg", "webm", "video", or "" for anything else. head is the start; rewinds the file."""
    if head.startswith(b"ID3") or _is_mp3_frame(head):
        return "mp3"
    if head[:4] == b"RIFF":
        return {b"WAVE": "wav", b"AVI ": "video"}.get(head[8:12], "")
    if head.startswith(b"OggS"):
        if b"\x80theora" in head:
            return "video"
        return (
            "ogg"
            if any(mark in head for mark in (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC"))
            else ""
        )
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return _webm_kind(file)
    if head[4:8] == b"ftyp":
        return _mp4_kind(file)
    return ""


def _is_mp3_frame(head: bytes) -> bool:
    """Whether a frame of MPEG layer III begins here: a rate of bits and of samples that exist."""
    return (
        len(head) > 3
        and head[0] == 0xFF
        and head[1] in _MP3_SECOND_BYTES
        and head[2] >> 4 not in (0, 15)
        and (head[2] >> 2) & 3 != 3
    )


def _webm_kind(file: BinaryIO) -> str:
    file.seek(0)
    start = file.read(_WEBM_START)
    file.seek(0)
    if b"webm" not in start[:64] and b"matroska" not in start[:64]:
        return ""
    if re.search(rb"V_(?:VP8|VP9|AV1|MPEG|THEORA)", start):
        return "video"
    return "webm" if re.search(rb"A_(?:OPUS|VORBIS)", start) else ""


def _mp4_kind(file: BinaryIO) -> str:
    """What the tracks of an MP4 are. Its boxes are passed over by the sizes they state."""
    try:
        description = _box(file, b"moov")
    finally:
        file.seek(0)
    tracks = set(_HANDLER.findall(description))
    if b"vide" in tracks:
        return "video"
    return "m4a" if b"soun" in tracks else ""


def _box(file: BinaryIO, wanted: bytes) -> bytes:
    """The content of the first such box of the outermost level; empty where there is none or it is too large."""
    end, at = file.seek(0, 2), 0
    for _ in range(1000):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return b""
        size, name = struct.unpack(">I4s", head[:8])
        start = 8
        if size == 1 and len(head) == 16:
            size, start = struct.unpack(">Q", head[8:])[0], 16
        elif size == 0:
            size = end - at
        if size < start or at + size > end:
            return b""
        if name == wanted:
            file.seek(at + start)
            return file.read(size - start) if size <= _MOST_DESCRIPTION else b""
        at += size
    return b""
