"""The door to Word files: pictures within limits, a language, and tables that Word accepts wherever they stand."""

import base64
import io

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image

from toolkit_portal.core import docx as door
from toolkit_portal.core.docx import WordFile


def image(size=(300, 10), kind="PNG"):
    content = io.BytesIO()
    Image.new("RGB", size, "#6b3f69").save(content, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(content.getvalue()).decode()}"


def opened(file):
    return docx.Document(io.BytesIO(file.content()))


def test_wide_picture_is_no_wider_than_60_millimetres_and_keeps_its_shape():
    file = WordFile(title="A letter")
    file.picture(image(), alt="Logo of Dale")
    (shape,) = opened(file).inline_shapes
    assert round(shape.width.mm) == 60
    assert round(shape.width / shape.height) == 30


@pytest.mark.parametrize(("limit", "value"), [("LARGEST_IMAGE_PIXELS", 2_999), ("LARGEST_IMAGE_BYTES", 9)])
def test_picture_beyond_a_limit_is_left_out(monkeypatch, limit, value):
    monkeypatch.setattr(door, limit, value)
    file = WordFile(title="A letter")
    file.picture(image(), alt="Logo")
    assert len(opened(file).inline_shapes) == 0


def test_picture_of_another_kind_than_it_says_is_left_out():
    file = WordFile(title="A letter")
    file.picture(image(kind="JPEG").replace("jpeg", "png"), alt="Logo")
    assert len(opened(file).inline_shapes) == 0


def test_language_is_that_of_the_whole_file():
    file = opened(WordFile(title="List", language="pl"))
    assert file.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "pl"
    assert file.core_properties.language == "pl"


def test_tables_never_touch_nor_end_the_file():
    file = WordFile(title="Two tables")
    for _ in range(2):
        file.table(["A", "B"], [["1", "2"]], description="Numbers", widths=(50, 50))
    blocks = [block.tag for block in opened(file).element.body]
    assert blocks == [qn("w:tbl"), qn("w:p"), qn("w:tbl"), qn("w:p"), qn("w:sectPr")]


def test_row_with_too_few_cells_is_refused():
    file = WordFile(title="A table")
    with pytest.raises(ValueError, match="zip"):
        file.table(["A", "B"], [["1"]], description="Numbers", widths=(50, 50))


def test_long_title_fits_what_word_takes():
    assert len(opened(WordFile(title="T" * 900, author="A" * 900)).core_properties.title) == 255


def test_a_compact_file_has_smaller_type_and_margins_and_the_same_styles():
    usual, compact = opened(WordFile(title="One page")), opened(WordFile(title="One page", compact=True))
    for name in ("Heading 1", "Heading 2", "Quote", "Table Text"):
        assert compact.styles[name].font.size < usual.styles[name].font.size
    assert compact.sections[0].top_margin < usual.sections[0].top_margin
    assert compact.sections[0].left_margin == usual.sections[0].left_margin
