"""Files that people hand in: what is taken, what is refused, and what is left of an image."""

import io
import struct
import warnings
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from toolkit_portal.core.spreadsheets import Sheet, write_xlsx
from toolkit_portal.core.uploads import UploadError, check_upload, clean_image, private_name

PLACE = "53.2584, -1.9111"


def picture(kind: str = "PNG", *, size=(60, 40), mode="RGB", colour="teal", **options) -> io.BytesIO:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    out.seek(0)
    return out


def claimed_png(width: int, height: int) -> io.BytesIO:
    """A PNG of a few bytes that says it has very many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b""))


def opened(result: tuple[bytes, str]) -> Image.Image:
    content, kind = result
    image = Image.open(io.BytesIO(content))
    image.load()
    assert image.format == kind.upper()
    return image


def test_the_kind_is_told_by_content_whatever_the_name_says():
    png = SimpleUploadedFile("logo.csv", picture().getvalue(), content_type="text/csv")
    assert check_upload(png, kinds={"png", "csv"}, max_bytes=10_000) == "png"
    assert png.read(4) == b"\x89PNG"
    assert check_upload(io.BytesIO(b"name,kind\n"), kinds={"csv"}, max_bytes=100) == "csv"
    book = io.BytesIO()
    write_xlsx(book, [Sheet("S", ["h"], [])])
    assert check_upload(book, kinds={"xlsx"}, max_bytes=100_000) == "xlsx"
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert check_upload(document, kinds={"docx"}, max_bytes=100_000) == "docx"


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script>", b"\n  <!DOCTYPE HTML>", b"<svg onload=1/>", b"<?xml version='1.0'?><svg/>",
        b"\xef\xbb\xbf<svg/>", "\ufeff<html>".encode("utf-16"), b"<!-- x --><svg/>", b"<SCRIPT>x", b"<?php x",
    ],
)  # fmt: skip
def test_pages_and_drawings_that_can_run_are_never_text(content):
    with pytest.raises(UploadError, match="a web page or drawing"):
        check_upload(io.BytesIO(content), kinds={"csv", "png", "jpeg", "pdf"}, max_bytes=10_000)


def test_what_is_refused_is_named_with_what_would_be_taken():
    with pytest.raises(UploadError, match=r"^The file is a PDF\. Choose a JPEG image or a PNG image\.$"):
        check_upload(io.BytesIO(b"%PDF-1.7"), kinds={"png", "jpeg"}, max_bytes=100)
    with pytest.raises(UploadError, match="is a program"):
        check_upload(io.BytesIO(b"MZ\x90"), kinds={"csv"}, max_bytes=100)
    with pytest.raises(UploadError, match="is empty"):
        check_upload(io.BytesIO(), kinds={"csv"}, max_bytes=100)


def test_a_file_too_large_is_refused_before_it_is_read():
    class NeverRead(io.BytesIO):
        def read(self, *args):
            raise AssertionError("read before its size was checked")

    with pytest.raises(UploadError, match=r"has 2 MB; the most is 500 kB"):
        check_upload(NeverRead(bytes(2 * 1024 * 1024)), kinds={"csv"}, max_bytes=500 * 1024)


def test_an_archive_that_would_unpack_to_too_much_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(30 * 1024 * 1024))
    with pytest.raises(UploadError, match="unpack to far more"):
        check_upload(out, kinds={"docx"}, max_bytes=10**6)


@pytest.mark.parametrize(("kind", "made"), [("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "png")])
def test_an_image_is_made_anew_within_its_largest_side(kind, made):
    result = clean_image(picture(kind, size=(300, 100)), max_side=150)
    assert result[1] == made
    image = opened(result)
    assert image.size == (150, 50)
    assert all(
        abs(have - want) < 6 for have, want in zip(image.getpixel((75, 25))[:3], (0, 128, 128), strict=True)
    )


def test_a_small_image_is_not_enlarged():
    assert opened(clean_image(picture(size=(20, 10)), max_side=800)).size == (20, 10)


def test_place_camera_comments_and_profiles_are_gone():
    exif = Image.Exif()
    exif[0x010E] = PLACE
    exif.get_ifd(0x8825)[1] = "N"
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Where", PLACE)
    notes.add_itxt("Long", PLACE, zip=False)
    jpeg = picture("JPEG", exif=exif, comment=PLACE.encode(), icc_profile=PLACE.encode())
    png = picture("PNG", exif=exif, pnginfo=notes, icc_profile=PLACE.encode())
    webp = picture("WEBP", exif=exif, xmp=PLACE.encode())
    for file in (jpeg, png, webp):
        assert PLACE.encode() in file.getvalue() or b"iCCP" in file.getvalue()
        content, _ = result = clean_image(file, max_side=800)
        image = opened(result)
        assert PLACE.encode() not in content
        assert not image.getexif()
        assert not {"exif", "comment", "icc_profile", "xmp", "Where", "Long"} & set(image.info)


def test_what_is_hidden_behind_an_image_is_gone():
    polyglot = io.BytesIO(picture("PNG").getvalue() + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in clean_image(polyglot, max_side=800)[0]


def test_a_photo_taken_sideways_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(clean_image(picture("JPEG", size=(60, 40), exif=exif), max_side=800)).size == (40, 60)


@pytest.mark.parametrize(
    ("mode", "colour"), [("RGBA", (0, 128, 128, 0)), ("LA", (90, 0)), ("P", 0), ("1", 1), ("I;16", 9)]
)
def test_transparency_is_kept_and_every_colour_mode_is_read(mode, colour):
    image = opened(clean_image(picture(mode=mode, colour=colour), max_side=30))
    assert image.size == (30, 20)
    assert image.mode == ("RGBA" if "A" in mode else "RGB")
    if "A" in mode:
        assert image.getpixel((5, 5))[3] == 0


def test_a_cmyk_jpeg_becomes_rgb():
    assert opened(clean_image(picture("JPEG", mode="CMYK", colour=(0, 0, 0, 0)), max_side=30)).mode == "RGB"


@pytest.mark.parametrize("size", [(5000, 4000), (12_000, 12_000), (60_000, 60_000)])
def test_too_many_pixels_are_refused_without_decoding(size):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(UploadError, match="too many"):
            clean_image(claimed_png(*size), max_side=800)
    with pytest.raises(UploadError, match="too many"):
        clean_image(claimed_png(*size), max_side=800)


@pytest.mark.parametrize("kind", ["GIF", "BMP"])
def test_other_kinds_of_image_are_refused(kind):
    with pytest.raises(UploadError, match="Choose a JPEG image, a PNG image or a WebP image"):
        clean_image(picture(kind), max_side=800)


@given(st.sampled_from(["PNG", "JPEG", "WEBP"]), st.data())
def test_damaged_images_raise_nothing_but_upload_errors(kind, data):
    content = bytearray(picture(kind, size=(16, 16)).getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(10, len(content))) :]
    try:
        assert clean_image(io.BytesIO(content), max_side=8)[1] in ("png", "jpeg")
    except UploadError as fault:
        assert str(fault).endswith(".")


def test_stored_names_are_random_and_keep_nothing_of_the_persons_name():
    names = {private_name("logos/", "png") for _ in range(50)}
    assert len(names) == 50
    assert all(len(name) == len("logos/.png") + 32 and name.startswith("logos/") for name in names)
