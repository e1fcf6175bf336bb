"""A figure drawn once: the PNG and the SVG of a run are made of the same drawing, with the same layout.

In the SVG text is text, and each data mark has an id (`{figure}-marca-{n}`) and, when its row has one, the key of its row in `data-clave`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

FONT = "DejaVu Sans"  # ships with matplotlib: the text measures the same everywhere
PNG_DPI = 300
_FALLBACK = "'DejaVu Sans', Verdana, sans-serif"  # Verdana is as wide; any other common face is narrower, so that text never grows
_SVG_NS, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_HREF, _METADATA, _DEFS = f"{{{_LINK}}}href", f"{{{_SVG_NS}}}metadata", f"{{{_SVG_NS}}}defs"
_SHAPES = frozenset(f"{{{_SVG_NS}}}{tag}" for tag in ("path", "use", "text", "image"))
_KEYS = (("accion",), ("elemento",), ("donante", "receptor"), ("banda_ejecucion", "banda_resultado"), ("codigo",))
_ORDER = {"geom_rect": (), "geom_point": ("shape",), "geom_text": ("group",), "geom_segment": ("group",)}
"""By what each geometry sorts the rows of a panel before it draws them; of the others no mark is a row."""
_ARTIST, _MARK = "artista-", "marca-"
_COMPRESS = 3  # half the time of the usual 6, and hardly larger
_PROLOG = '<?xml version="1.0" encoding="utf-8"?>\n'


class Drawn:
    """The drawing of a plot; whatever is asked of it, and in whatever order, plotnine draws once.

    Args:
        name: of the figure: what the ids of its SVG begin with.
        plot: the plotnine object, which is left as it was.
    """

    def __init__(self, name: str, plot: Any) -> None:
        self._name, self._plot = name, plot
        self._pngs: dict[int, bytes] = {}

    def png(self, dpi: int = PNG_DPI) -> bytes:
        """The drawing as PNG, without transparency."""
        if dpi not in self._pngs:
            self._pngs[dpi] = self._png(dpi)
        return self._pngs[dpi]

    @cached_property
    def svg(self) -> str:
        """The drawing as an SVG file."""
        return f"{_PROLOG}{self.inline}\n"

    @cached_property
    def inline(self) -> str:
        """The drawing as an SVG element: many may stand in one page, for no two share an id."""
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        target = BytesIO()
        figure, marks = self._figure
        with _fixed():
            _undo_dpi(figure)
            canvas: Any = FigureCanvasSVG(figure)
            canvas.print_svg(target)  # `savefig` would draw it twice, the first time only to measure
        return _named(target.getvalue(), self._name, marks)

    def _png(self, dpi: int) -> bytes:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from PIL import Image

        figure, _ = self._figure
        with _fixed():
            _undo_dpi(figure)
            figure.set_dpi(dpi)
            canvas: Any = FigureCanvasAgg(figure)
            canvas.draw()
            seen = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("RGB")
        target = BytesIO()
        seen.save(target, format="png", dpi=(dpi, dpi), compress_level=_COMPRESS)
        return target.getvalue()

    @cached_property
    def _figure(self) -> tuple[Any, dict[str, list[str]]]:
        """The matplotlib figure, laid out at the resolution of print, and the keys of the marks of each of its artists by id."""
        from copy import deepcopy

        import matplotlib as mpl

        plot = deepcopy(self._plot)
        sources = [_source(layer, plot) for layer in plot.layers]
        with _fixed():
            figure = plot.draw()
            figure.set_dpi(PNG_DPI)
            with mpl.rc_context({"text.hinting": "none"}):  # text as wide as in a browser; in the PNG it is 1 % narrower
                figure.get_layout_engine().execute(figure)
            figure.set_layout_engine("none")
        marks = {}
        for number, (artist, keys) in enumerate(_marks(plot, sources)):
            artist.set_gid(f"{_ARTIST}{number}")
            marks[f"{_ARTIST}{number}"] = keys
        return figure, marks


def _fixed() -> Any:
    """What makes the same drawing give the same bytes."""
    import matplotlib as mpl

    mpl.use("Agg")
    return mpl.rc_context({"svg.hashsalt": "presupuesto-link", "svg.fonttype": "none", "font.family": FONT})


def _undo_dpi(figure: Any) -> None:
    """Plotnine fits the keys of a legend to the first resolution they are drawn with, and to no other."""
    for box in figure.findobj(lambda artist: hasattr(artist, "_dpi_corrected")):
        box._dpi_corrected = False


def _source(layer: Any, plot: Any) -> Any:
    """The frame that a layer draws."""
    own = getattr(layer, "_data", None)
    return own if hasattr(own, "columns") else plot.data


def _marks(plot: Any, sources: list[Any]) -> Iterator[tuple[Any, list[str]]]:
    """Each artist of a layer with the keys of its marks; none when they are not one per row."""
    for layer, source in zip(plot.layers, sources, strict=True):
        artists = [artist for ax in plot.axs for artist in _of_layer(ax, layer.zorder)]
        counts = [_count(artist) for artist in artists]
        keys = _keys(layer, source)
        if len(keys) != sum(counts):
            keys = [""] * sum(counts)
        start = 0
        for artist, count in zip(artists, counts, strict=True):
            yield artist, keys[start : start + count]
            start += count


def _of_layer(ax: Any, zorder: int) -> list[Any]:
    return [artist for artist in (*ax.lines, *ax.patches, *ax.collections, *ax.texts) if artist.get_zorder() == zorder]


def _count(artist: Any) -> int:
    """How many marks an artist draws."""
    if not hasattr(artist, "get_paths"):
        return 1
    return max(len(artist.get_paths()), len(artist.get_offsets()))


def _keys(layer: Any, source: Any) -> list[str]:
    """The key of each row of a layer, in the order in which plotnine draws them; none without a key."""
    columns = next((list(names) for names in _KEYS if source is not None and set(names) <= set(source.columns)), None)
    order = next((_ORDER[kind.__name__] for kind in type(layer.geom).__mro__ if kind.__name__ in _ORDER), None)
    if columns is None or order is None:
        return []
    rows = layer.data.sort_values(["PANEL", *order], kind="stable").index  # plotnine numbers the rows of the frame anew
    if not rows.is_unique or rows.max() >= len(source):
        return []
    return [" ".join(row) for row in source[columns].iloc[rows].astype(str).itertuples(index=False)]


def _named(svg: bytes, name: str, marks: dict[str, list[str]]) -> str:
    """The SVG with its marks named, its other ids made its own, and nothing that says how it was made."""
    ET.register_namespace("", _SVG_NS)
    ET.register_namespace("xlink", _LINK)
    root = ET.fromstring(svg)
    for extra in root.findall(_METADATA):
        root.remove(extra)
    _name_marks(root, marks)
    used = {value for element in root.iter() for value in _referred(element)}
    for element in root.iter():
        own = element.attrib.pop("id", "")
        if own in used or own.startswith(_MARK):
            element.set("id", f"{name}-{own}")
        for attribute, value in element.attrib.items():
            element.set(attribute, _made_own(attribute, value, name))
    root.set("style", "text-rendering: geometricPrecision")  # no letter is rounded to whole pixels, which would make lines longer
    return ET.tostring(root, encoding="unicode")


def _name_marks(root: ET.Element, marks: dict[str, list[str]]) -> None:
    """Number the marks, and say the key of those that have one: each shape of its own, or the whole artist when it draws them as one."""
    number = 0
    for group in list(root.iter()):
        keys = marks.get(group.get("id", ""))
        if keys is None:
            continue
        shapes = list(_shapes(group))
        single = len(keys) == 1 or len(shapes) != len(keys)
        named = [(group, keys[0] if len(keys) == 1 else "")] if single else list(zip(shapes, keys, strict=True))
        del group.attrib["id"]
        for mark, key in named:
            number += 1
            mark.set("id", f"{_MARK}{number}")
            if key:
                mark.set("data-clave", key)


def _made_own(attribute: str, value: str, name: str) -> str:
    """A reference that stays within the figure, and a family of letters that any browser has."""
    if attribute == _HREF:
        return f"#{name}-{value[1:]}"
    return value.replace("url(#", f"url(#{name}-").replace(f"'{FONT}'", _FALLBACK)


def _shapes(group: ET.Element) -> Iterator[ET.Element]:
    """The shapes of a group, definitions apart."""
    for child in group:
        if child.tag in _SHAPES:
            yield child
        elif child.tag != _DEFS:
            yield from _shapes(child)


def _referred(element: ET.Element) -> Iterable[str]:
    """The ids that an element refers to."""
    for attribute, value in element.attrib.items():
        if attribute == _HREF:
            yield value[1:]
        elif "url(#" in value:
            yield value.partition("url(#")[2].partition(")")[0]
