"""Office files that do something by themselves: macros, objects of other programs, files fetched from elsewhere."""

import re
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

from toolkit_portal.core.archives import check_archive
from toolkit_portal.core.uploads import UploadError

_MOST_PART = 60 * 1024 * 1024
_SAVE_AS_PDF = "Save it as a PDF and send that."
_MACROS = f"The file holds macros, which are small programs. {_SAVE_AS_PDF}"
_OBJECTS = f"The file holds other files or objects of other programs inside. {_SAVE_AS_PDF}"
_ELSEWHERE = f"The file fetches something from elsewhere when it is opened. {_SAVE_AS_PDF}"
_DAMAGED = f"The file is damaged or not what Office programs write. {_SAVE_AS_PDF}"

_MACRO_PARTS = re.compile(
    r"vbaproject|vbadata|/macrosheets/|/dialogsheets/|^basic/.|^scripts/.|/customui|^customui", re.IGNORECASE
)
_OBJECT_PARTS = re.compile(
    r"/embeddings/|/activex/|/ctrlprops/|oleobject"
    r"|\.(?:exe|dll|com|scr|msi|jar|class|js|jse|vbs|vbe|wsf|hta|bat|cmd|ps1|lnk|html?|php|docm|xlsm|dotm|xlam)$",
    re.IGNORECASE,
)
_OUTSIDE_PARTS = re.compile(
    r"^xl/externallinks/|^xl/(?:connections|querytables)|^xl/webextensions/", re.IGNORECASE
)
_MACRO_TYPES = re.compile(r"macroenabled|vbaproject|ms-office\.activex", re.IGNORECASE)
_OBJECT_TYPES = re.compile(r"oleobject|sun\.star\.oleobject|application/x-msdownload", re.IGNORECASE)
_FIELDS = re.compile(r"\b(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT)\b", re.IGNORECASE)
_AWAY = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)
# Elements of OpenDocument that are loaded with the document. Plain links aren't.
_LOADED = frozenset(
    {"image", "object", "object-ole", "plugin", "applet", "floating-frame", "section-source", "table-source",
     "cell-range-source", "background-image", "fill-image", "database-source", "dde-source", "dde-connection-decl"}
)  # fmt: skip
_ALWAYS_REFUSED = frozenset({"dde-source", "dde-connection-decl", "applet", "plugin"})


def check_office_file(file: BinaryIO | Any, kind: str) -> None:
    """Raises UploadError, in words for the sender, for a docx, xlsx, odt or ods that isn't only a document.

    Rewinds the file. Its parts are bounded by the limits of toolkit_portal.core.archives.
    """
    names = check_archive(file)
    if len(names) != len(set(map(str.casefold, names))):
        raise UploadError(_DAMAGED)
    for name in names:
        flat = name.replace("\\", "/")
        if flat.startswith("/") or ".." in flat.split("/"):
            raise UploadError(_DAMAGED)
        for pattern, fault in (
            (_MACRO_PARTS, _MACROS),
            (_OBJECT_PARTS, _OBJECTS),
            (_OUTSIDE_PARTS, _ELSEWHERE),
        ):
            if pattern.search(flat):
                raise UploadError(fault)
    try:
        with zipfile.ZipFile(file) as archive:
            if kind in {"docx", "xlsx"}:
                _check_office_xml(archive, names)
            else:
                _check_open_document(archive, names)
    except (zipfile.BadZipFile, expat.ExpatError, OSError, RuntimeError, ValueError, EOFError) as fault:
        if isinstance(fault, UploadError):
            raise
        raise UploadError(_DAMAGED) from None
    finally:
        file.seek(0)


def _check_office_xml(archive: zipfile.ZipFile, names: tuple[str, ...]) -> None:
    if "[Content_Types].xml" not in names:
        raise UploadError(_DAMAGED)
    for _, values, _ in _elements(archive, "[Content_Types].xml"):
        stated = values.get("ContentType", "")
        if _MACRO_TYPES.search(stated):
            raise UploadError(_MACROS)
        if _OBJECT_TYPES.search(stated):
            raise UploadError(_OBJECTS)
    for name in names:
        if name.casefold().endswith(".rels"):
            for element, values, _ in _elements(archive, name):
                outside = values.get("TargetMode", "").casefold() == "external" or _AWAY.match(
                    values.get("Target", "")
                )
                if (
                    element == "Relationship"
                    and outside
                    and not values.get("Type", "").endswith("/hyperlink")
                ):
                    raise UploadError(_ELSEWHERE)
        elif name.startswith("word/") and name.endswith(".xml") and name.count("/") == 1:
            _check_fields(archive, name)


def _check_fields(archive: zipfile.ZipFile, name: str) -> None:
    """Refuses fields of Word that run or fetch something. A field's words may be split into many runs."""
    said: list[str] = []
    for element, values, words in _elements(archive, name):
        said.append(values.get("instr", "") if element == "fldSimple" else "")
        if element == "instrText":
            said.append(words)
    if _FIELDS.search("".join(said)):
        raise UploadError(_ELSEWHERE)


def _check_open_document(archive: zipfile.ZipFile, names: tuple[str, ...]) -> None:
    if "META-INF/manifest.xml" not in names:
        raise UploadError(_DAMAGED)
    for _, values, _ in _elements(archive, "META-INF/manifest.xml"):
        if _OBJECT_TYPES.search(values.get("media-type", "")):
            raise UploadError(_OBJECTS)
    for name in names:
        if not name.endswith(("content.xml", "styles.xml", "settings.xml")):
            continue
        for element, values, _ in _elements(archive, name):
            if element == "event-listener":
                raise UploadError(_MACROS)
            if element == "object-ole":
                raise UploadError(_OBJECTS)
            if element in _ALWAYS_REFUSED or (element in _LOADED and _AWAY.match(values.get("href", ""))):
                raise UploadError(_ELSEWHERE)


def _elements(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Each element of an XML part: its name, its values and its own words, without namespaces.

    Raises UploadError for a part that declares entities or a type of its own, or is too large.
    """
    info = archive.getinfo(name)
    if info.file_size > _MOST_PART:
        raise UploadError("The file is too large to be looked through. Send a shorter one, or a PDF.")
    found: list[tuple[str, dict[str, str], list[str]]] = []
    open_elements: list[list[str]] = []

    def refuse(*args: Any) -> None:
        raise UploadError(_DAMAGED)

    def begin(element: str, values: dict[str, str]) -> None:
        words: list[str] = []
        open_elements.append(words)
        local = {key.rpartition(" ")[2]: value for key, value in values.items()}
        found.append((element.rpartition(" ")[2], local, words))

    def finish(element: str) -> None:
        open_elements.pop()

    def text(data: str) -> None:
        if open_elements:
            open_elements[-1].append(data)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, finish, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    with archive.open(name) as part:
        while chunk := part.read(256 * 1024):
            parser.Parse(chunk, False)
            yield from (
                (one, values, "".join(words)) for one, values, words in _finished(found, open_elements)
            )
    parser.Parse(b"", True)
    yield from ((one, values, "".join(words)) for one, values, words in found)


def _finished(found: list, open_elements: list) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """Takes out of found what is read to its end; what is still open stays for the next part."""
    still = {id(words) for words in open_elements}
    done = [each for each in found if id(each[2]) not in still]
    found[:] = [each for each in found if id(each[2]) in still]
    yield from done
