"""Files that people hand in: checked by content before they are read, images made anew, names at random."""

import io
import secrets
from collections.abc import Collection
from typing import Any, BinaryIO

from PIL import Image, ImageOps

from toolkit_portal.core.file_kinds import NAMES, ArchiveError, file_kind

# A JPEG is decoded at a smaller scale; the others take four bytes a pixel at once.
MOST_JPEG_PIXELS = 50_000_000
MOST_PIXELS = 16_000_000
MOST_IMAGE_BYTES = 10 * 1024 * 1024
_IMAGE_KINDS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP", "gif": "GIF"}
_USUAL_KINDS = frozenset({"png", "jpeg", "webp"})
_IMAGE_WORDS = "Choose a PNG, JPEG or WebP image."


class UploadError(ValueError):
    """The file can't be taken. The message says why and what would be, fit to show as it is."""


def check_upload(file: BinaryIO | Any, *, kinds: Collection[str], max_bytes: int) -> str:
    """The kind of a file, one of ``kinds`` (keys of file_kinds.NAMES; "csv" means any plain text).

    Looks at the size, then at the first 4 kB and an archive's directory; name and stated type are not
    believed. HTML, SVG and other markup are never text. The file is rewound. Raises UploadError.
    """
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    if size == 0:
        raise UploadError("The file is empty.")
    if size > max_bytes:
        raise UploadError(f"The file has {_size(size)}; the most is {_size(max_bytes)}.")
    try:
        kind = file_kind(file)
    except ArchiveError as fault:
        raise UploadError(str(fault)) from None
    if kind == "text" and "csv" in kinds:
        kind = "csv"
    if kind not in kinds:
        allowed = [NAMES.get(known, "a CSV table") for known in sorted(kinds)]
        wanted = allowed[0] if len(allowed) == 1 else f"{', '.join(allowed[:-1])} or {allowed[-1]}"
        raise UploadError(f"The file is {NAMES[kind]}. Choose {wanted}.")
    return kind


def _size(size: int) -> str:
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} kB"
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0") + " MB"


def clean_image(
    file: BinaryIO | Any,
    max_side: int,
    *,
    max_bytes: int = MOST_IMAGE_BYTES,
    kinds: Collection[str] = _USUAL_KINDS,
) -> tuple[bytes, str]:
    """An image made anew from its pixels, and its kind, "png" or "jpeg".

    Turned upright, at most ``max_side`` pixels high and wide, without place, camera, comments or anything
    else that came with the pixels; of several frames the first. JPEG stays JPEG, everything else becomes PNG.
    kinds may add "gif". Raises UploadError, before decoding when the pixels are too many.
    """
    kind = check_upload(file, kinds=kinds, max_bytes=max_bytes)
    try:
        with Image.open(file, formats=[_IMAGE_KINDS[kind]]) as image:
            width, height = image.size
            if width * height > (MOST_JPEG_PIXELS if kind == "jpeg" else MOST_PIXELS):
                raise UploadError(
                    f"The image has {width:,} by {height:,} pixels, which is too many. Make it smaller first."
                )
            image.draft("RGB", (max_side, max_side))
            upright = ImageOps.exif_transpose(image)
            if upright.mode not in ("L", "RGB", "RGBA"):
                # Palettes would shrink without smoothing.
                upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            upright.thumbnail((max_side, max_side))
            return _made_anew(upright, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UploadError("The image has too many pixels. Make it smaller first.") from None
    except UploadError:
        raise
    except Exception:
        # Image decoders raise errors of every kind on damaged files, struct.error and IndexError among them.
        raise UploadError(f"The image is damaged and can't be read. {_IMAGE_WORDS}") from None


def _made_anew(image: Image.Image, kind: str) -> tuple[bytes, str]:
    if kind == "jpeg":
        mode, made = "RGB", "jpeg"
    else:
        mode, made = ("RGBA" if image.has_transparency_data else "RGB"), "png"
    pixels = Image.new(mode, image.size)
    pixels.paste(image.convert(mode))
    out = io.BytesIO()
    if made == "jpeg":
        pixels.save(out, "JPEG", quality=88, optimize=True)
    else:
        pixels.save(out, "PNG", optimize=True)
    return out.getvalue(), made


def private_name(prefix: str, ext: str) -> str:
    """A name for storage that nobody can guess: prefix, 32 random hexadecimal digits, a dot and ``ext``."""
    return f"{prefix}{secrets.token_hex(16)}.{ext}"
