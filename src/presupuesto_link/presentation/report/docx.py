"""The report as a Word document: styles, contents, repeated headings, pictures that are described, and the same bytes each time."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from presupuesto_link.presentation.report.blocks import Block, Drawing, Paragraph, Points, Report
from presupuesto_link.presentation.telling.views import Cell, TableView
from presupuesto_link.presentation.telling.words import unbroken
from presupuesto_link.presentation.theme import HEAD, HEX, LETTER, TEXT_ON, WARNING
from presupuesto_link.presentation.workbook.book_parts import CREATED

_LANGUAGE, _FONT = "es-PE", "Arial"  # its measures are the same in every program
_TEXT_CM, _TABLE_PT, _NARROW_PT, _NOTE_PT = 17.0, 8.0, 7.0, 9.0
_AIR_PT = 1.5  # above and below what a cell says
_MANY = 6  # columns from which the letter is smaller
_PAD_CM, _LONGEST = 0.44, 16  # of a cell, and letters of what is never broken
_BOLD_EM, _LETTER_EM = 0.64, 0.52  # the width of a letter
_CM_PER_PT = 0.0352778
_MOST_CM = 21.0  # a picture never takes more than a page
_PICTURE_DPI = 200
_FIXED = (1980, 1, 1, 0, 0, 0)


def write_docx(report: Report, path: Path) -> None:
    """Write the report.

    Args:
        report: what is told.
        path: the `.docx`; replaced if it exists.

    Raises:
        OSError: the file cannot be written.
    """
    from docx import Document

    document = Document()
    _set_up(document, report)
    _cover(document, report)
    for section in report.sections:
        document.add_heading(section.title, 1)
        for block, after in zip(section.blocks, (*section.blocks[1:], None), strict=True):
            _add(document, block)
            if isinstance(block, Paragraph) and isinstance(after, TableView | Drawing):
                document.paragraphs[-1].paragraph_format.keep_with_next = True
    saved = BytesIO()
    document.save(saved)
    path.write_bytes(_with_fixed_times(saved.getvalue()))


def _set_up(document: Any, report: Report) -> None:
    """A4, language, fonts, what every page says, and properties without today's date."""
    from docx.shared import Cm, Pt

    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(10.5)
    _child(normal.element.get_or_add_rPr(), "w:lang", val=_LANGUAGE)
    for level, size in ((0, 22), (1, 15)):
        style = document.styles["Title" if level == 0 else f"Heading {level}"]
        style.font.name, style.font.size = _FONT, Pt(size)
    said = document.core_properties
    said.title, said.author, said.language, said.comments = report.title, "presupuesto-link", _LANGUAGE, report.banner
    said.created = said.modified = CREATED
    if report.banner:
        head = page.header.paragraphs[0].add_run(report.banner)
        head.bold, head.font.size = True, Pt(_NOTE_PT)
        head.font.color.rgb = _rgb(WARNING)
    foot = page.footer.paragraphs[0]
    foot.add_run(f"{report.subtitle}. Página ").font.size = Pt(_NOTE_PT)
    _field(foot, "PAGE")


def _cover(document: Any, report: Report) -> None:
    document.add_heading(report.title, 0)
    document.add_paragraph(report.subtitle, style="Subtitle")
    for term, text in report.facts:
        line = document.add_paragraph()
        line.add_run(f"{term}: ").bold = True
        line.add_run(unbroken(text))
    document.add_heading("Contenido", 1)
    contents = document.add_paragraph()
    _field(contents, r'TOC \o "1-1" \h \z', [section.title for section in report.sections])
    document.add_page_break()


def _add(document: Any, block: Block) -> None:
    writers: dict[type, Callable[[Any, Any], None]] = {Paragraph: _paragraph, Points: _points, TableView: _table, Drawing: _drawing}
    writers[type(block)](document, block)


def _paragraph(document: Any, block: Paragraph, style: str | None = None) -> None:
    from docx.shared import Pt

    line = document.add_paragraph(style=style)
    if block.lead:
        line.add_run(unbroken(f"{block.lead} " if block.text else block.lead)).bold = True
    run = _keyed(line, unbroken(block.text), block.facts)
    if block.note:
        run.italic, run.font.size = True, Pt(_NOTE_PT)


def _points(document: Any, block: Points) -> None:
    """Numbers are written, not left to the style, which would go on counting from one list to the next."""
    for number, item in enumerate(block.items, start=1):
        if block.numbered:
            _paragraph(document, Paragraph(item.text, f"{number}. {item.lead}", item.note))
        else:
            _paragraph(document, item, "List Bullet")


def _table(document: Any, view: TableView) -> None:
    from docx.shared import Cm, Pt

    size = _size(view)
    caption = document.add_paragraph(style="Caption")
    caption.add_run(unbroken(view.caption))
    caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=len(view.headers), style="Table Grid")
    table.autofit = False
    for place, head in enumerate(view.headers):
        _write(table.rows[0].cells[place], Cell(head), False, size, bold=True)
        _shade(table.rows[0].cells[place], HEAD)
    _child(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader", val="true")
    for row in view.rows:
        cells = table.add_row().cells
        for place, cell in enumerate(row.cells):
            _write(cells[place], cell, place in view.numeric, size)
    widths = [Cm(width) for width in _widths(view)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        _child(row._tr.get_or_add_trPr(), "w:cantSplit", val="true")
        for place, width in zip(row.cells, widths, strict=True):
            place.width = width
    document.add_paragraph().paragraph_format.space_after = Pt(4)


def _widths(view: TableView) -> list[float]:
    """Centimetres of each column: first what cannot be broken, then the rest by how much text there is, long texts counting less and less."""
    least, wants = [], []
    bold, letter = (width * _size(view) * _CM_PER_PT for width in (_BOLD_EM, _LETTER_EM))
    for place, head in enumerate(view.headers):
        cells = [row.cells[place] for row in view.rows]
        whole = place in view.numeric
        strong = [*head.split(), *(f"RR {cell.text}" for cell in cells if cell.color and whole)]
        words = [word for cell in cells for word in ([cell.text] if whole else f"{cell.text} {cell.detail}".split())]
        texts = [text for cell in cells for text in (cell.text, cell.detail)]
        least.append(_PAD_CM + max(bold * _reach(strong), letter * _reach(words)))
        wants.append(letter * _room(max(map(len, texts), default=0)))
    spare = max(0.0, _TEXT_CM - sum(least))
    more = [max(0.0, want - low) for want, low in zip(wants, least, strict=True)]
    given = [low + spare * extra / (sum(more) or 1) for low, extra in zip(least, more, strict=True)]
    return [_TEXT_CM * width / sum(given) for width in given]


def _reach(texts: list[str]) -> int:
    """Letters of the longest of what is not to be broken."""
    return min(_LONGEST, max(map(len, texts), default=4))


def _size(view: TableView) -> float:
    return _NARROW_PT if len(view.headers) > _MANY else _TABLE_PT


def _room(length: int) -> float:
    return length if length <= _LONGEST else _LONGEST + 3 * (length - _LONGEST) ** 0.7


def _write(place: Any, cell: Cell, right: bool, size: float, bold: bool = False) -> None:
    """The text of a cell with its colour and the letter of its colour, and what it says below."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    line = place.paragraphs[0]
    line.paragraph_format.space_before, line.paragraph_format.space_after = (Pt(_AIR_PT), Pt(0 if cell.detail else _AIR_PT))
    if right:
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    letter = LETTER.get(cell.color, "")
    text = f"{letter} {cell.text}" if letter and cell.text != letter else cell.text
    run = _keyed(line, text.replace(" ", "\u00a0") if right else unbroken(text), (cell.fact,) if cell.fact else cell.facts)
    run.font.size, run.bold = Pt(size), bold or bool(cell.color)
    if cell.color:
        _shade(place, HEX[cell.color])
        run.font.color.rgb = _rgb(TEXT_ON[cell.color])
    if cell.detail:
        below = place.add_paragraph()
        below.paragraph_format.space_after = Pt(_AIR_PT)
        said = below.add_run(unbroken(cell.detail))
        said.font.size, said.italic = Pt(size - 0.5), True
        if cell.color:
            said.font.color.rgb = _rgb(TEXT_ON[cell.color])


def _drawing(document: Any, block: Drawing) -> None:
    from docx.shared import Cm

    figure = block.figure
    width = min(_TEXT_CM, figure.width_cm, figure.width_cm * _MOST_CM / figure.height_cm)
    document.add_picture(BytesIO(figure.drawn.png(_PICTURE_DPI)), width=Cm(width))
    shape = document.inline_shapes[-1]._inline.docPr
    shape.set("descr", figure.alt)
    shape.set("title", figure.title)


def _shade(place: Any, colour: str) -> None:
    _child(place._tc.get_or_add_tcPr(), "w:shd", val="clear", color="auto", fill=colour.removeprefix("#"))


def _child(parent: Any, tag: str, **attributes: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    parent.append(element)


def _field(line: Any, code: str, shown: list[str] | None = None) -> None:
    """A field that Word works out (a page number, the contents), with what is shown until it does."""
    _begin(line, code)
    for number, text in enumerate(shown or ["1"]):
        run = line.add_run(text)
        if shown and number < len(shown) - 1:
            run.add_break()
    _mark(line, "end")


def _keyed(line: Any, text: str, facts: tuple[str, ...]) -> Any:
    """A text with the keys of the facts whose values it shows: the code of a field that nothing works out, which Alt+F9 shows."""
    if not facts:
        return line.add_run(text)
    _begin(line, f"ADDIN hecho {' '.join(facts)}")
    run = line.add_run(text)
    _mark(line, "end")
    return run


def _begin(line: Any, code: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    _mark(line, "begin")
    told = OxmlElement("w:instrText")
    told.set(qn("xml:space"), "preserve")
    told.text = code
    line.add_run()._r.append(told)
    _mark(line, "separate")


def _mark(line: Any, kind: str) -> None:
    _child(line.add_run()._r, "w:fldChar", fldCharType=kind)


def _rgb(colour: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor.from_string(colour.removeprefix("#"))


def _with_fixed_times(document: bytes) -> bytes:
    """The same document with the same time in each of its parts."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(document)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _FIXED), old.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()
