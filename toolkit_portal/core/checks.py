"""System checks of the ground floor: what the machine must have before the portal can do its work."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning, register

# Debian package, the shared library that it brings, and what is lost without it.
NEEDED_LIBRARIES = (
    ("libpango-1.0-0", "libpango-1.0.so.0"),
    ("libpangoft2-1.0-0", "libpangoft2-1.0.so.0"),
)
SUBSET_LIBRARY = ("libharfbuzz-subset0", "libharfbuzz-subset.so.0")
# Debian package, files of which one does, the check's id. People's names come in every script, and fonts-noto-core
# holds no Chinese, Japanese or Korean; WenQuanYi Micro Hei has all three in 5 MB, Noto's own take 90.
NEEDED_FONTS = (
    ("fonts-noto-core", ("NotoSans-Regular.*",), "pdf.W002"),
    ("fonts-wqy-microhei", ("wqy-microhei.*", "NotoSansCJK*"), "pdf.W003"),
)
FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
)


@register("pdf")
def pdf_libraries(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Return a message for each system library or font that PDFs lack, with the command that installs it.

    Without Pango there is no PDF at all (an error); without harfbuzz-subset PDFs take half as long again,
    without Noto Sans they look different, and without fonts of their script names come out as empty boxes
    (warnings).
    """
    messages: list[CheckMessage] = [
        Error(
            f"PDFs can't be made: the system library {package} is missing.",
            hint=_install(package),
            id="pdf.E001",
        )
        for package, library in NEEDED_LIBRARIES
        if not library_found(library)
    ]
    package, library = SUBSET_LIBRARY
    if not library_found(library):
        messages.append(
            Warning(
                f"PDFs take half as long again: the system library {package} is missing.",
                hint=_install(package),
                id="pdf.W001",
            )
        )
    messages += [
        Warning(
            f"PDFs may lack letters: the fonts of {package} are missing.", hint=_install(package), id=check_id
        )
        for package, files, check_id in NEEDED_FONTS
        if not any(font_found(file) for file in files)
    ]
    return messages


def library_found(name: str) -> bool:
    """Whether the shared library ``name`` can be loaded."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def font_found(pattern: str) -> bool:
    """Whether a file of that name (with * as usual) is among the installed fonts."""
    return any(next(Path(folder).expanduser().rglob(pattern), None) is not None for folder in FONT_FOLDERS)


def _install(package: str) -> str:
    return f"On Debian and Ubuntu: apt-get install {package}"
