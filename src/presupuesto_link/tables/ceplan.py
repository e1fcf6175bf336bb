"""The operational plan (POI) as typed tables: what each operational activity is, and its monthly programme and follow-up.

Every export is read for whatever its columns hold, so that a complete one gives the same tables as its parts. A blank is null.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.findings import Finding
from presupuesto_link.sources.ceplan import TITLES, Month, RawExport, months_of, unread
from presupuesto_link.tables.contract import raise_problems
from presupuesto_link.tables.gasto import FLOAT_NOISE, FRACTION, WIDTHS
from presupuesto_link.tables.numbers import MONEY, NumberStyle, detect_style, known_sum, not_numbers, number, plain
from presupuesto_link.wording import plural

VERSIONS = {"CS": "consistente", "RE": "reprogramado", "SE": "seguimiento"}
AOI_KEY = ("anio", "aoi")
_AOI = {name: pl.String for name in TITLES if name not in ("anio", "activo", "generica")}
AOI_SCHEMA = {"anio": pl.Int16, **_AOI, "activo": pl.Boolean}
PHYSICAL_SCHEMA = {"anio": pl.Int16, "aoi": pl.String, "ubigeo": pl.String, "version": pl.String, "mes": pl.Int8, "cantidad": pl.Float64}
FINANCIAL_SCHEMA = {"anio": pl.Int16, "aoi": pl.String, "generica": pl.String, "version": pl.String, "mes": pl.Int8, "monto_soles": MONEY}
_CODED = ("oei", "aei", "programa", "producto", "actividad", "centro_costo", "activo")
"""What must be one thing for each activity."""
_SAID = ("nombre", "unidad_medida", "centro_costo_nombre")
_SIX = 6


@dataclass(frozen=True)
class Poi:
    """The operational plan.

    Attributes:
        aoi: key `AOI_KEY`: `centro_costo` (its code), `centro_costo_nombre`, `nombre`, `unidad_medida`, `oei`, `aei`, `programa` (the
            category), `producto`, `actividad`,
            `ubigeo` (null when there are several), `activo`; null when no export gives it or they disagree (which is a finding).
        fisica: key `anio, aoi, ubigeo, version, mes`: `cantidad` in its own unit.
        financiera: key `anio, aoi, generica, version, mes`: exact `monto_soles`, of all the rows of the key.
        exportaciones: key `archivo`: `tipo`, `filas`, `aoi` (how many).
        findings: what is wrong with the exports.
    """

    aoi: pl.DataFrame
    fisica: pl.DataFrame
    financiera: pl.DataFrame
    exportaciones: pl.DataFrame
    findings: tuple[Finding, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """The years of its activities."""
        return tuple(self.aoi["anio"].unique().sort().to_list())


def read_poi(exports: Sequence[RawExport]) -> Poi:
    """The exports of a plan as one.

    Raises:
        InputDataError: a cell that is not a year, an amount, a quantity or SI/NO; or two files that give the same part of the plan.
    """
    rows = [_attributes(export) for export in exports]
    known = [frame.filter(pl.col("aoi").is_not_null()) for frame in rows]
    if not sum(frame.height for frame in known):
        raise InputDataError(
            Problem(
                ", ".join(e.raw.name for e in exports), "ninguna fila con código de AOI", "al menos una", "vuelva a exportar de CEPLAN V.01"
            )
        )
    physical = [_long(export, frame, financial=False) for export, frame in zip(exports, rows, strict=True)]
    money = [_long(export, frame, financial=True) for export, frame in zip(exports, rows, strict=True)]
    raise_problems([*_twice(money, exports), *_differing(physical, exports)])
    aoi, disagreeing = _united(known)
    given = pl.DataFrame(
        {
            "archivo": [e.raw.name for e in exports],
            "tipo": [e.kind for e in exports],
            "filas": [e.raw.frame.height for e in exports],
            "aoi": [frame.select(AOI_KEY).n_unique() for frame in known],
        }
    )
    found = [
        f
        for export, frame in zip(exports, rows, strict=True)
        for f in (*_unnamed(export, frame), *_repeated(export), *_totals(export), *_unread(export))
    ]
    return Poi(aoi, _quantities(physical), _amounts(money), given, (*found, *disagreeing))


def plan_code(column: str) -> pl.Expr:
    """`AEI 1.2`, `aei.01.02 Nombre` → `AEI.01.02`; what is not such a code stays, in upper case; a blank is null."""
    text = pl.col(column).str.strip_chars().str.to_uppercase()
    parts = text.str.extract_groups(r"^(OEI|AEI)[\s.]*(\d+)(?:[\s.]+(\d+))?").struct
    second = pl.when(parts[2].is_not_null()).then(pl.concat_str(pl.lit("."), parts[2].str.pad_start(2, "0"))).otherwise(pl.lit(""))
    code = pl.concat_str(parts[0], pl.lit("."), parts[1].str.pad_start(2, "0"), second)
    return pl.coalesce(code, pl.when(text != "").then(text)).alias(column)


def aoi_code(column: str) -> pl.Expr:
    """An activity's code without spaces, in upper case; a blank is null."""
    text = pl.col(column).str.replace_all(r"\s", "").str.to_uppercase()
    return pl.when(text != "").then(text).alias(column)


def _attributes(export: RawExport) -> pl.DataFrame:
    """One row per row of the export: `fila` and the columns of `TITLES`, typed; `aoi` is null where the row names none."""
    cells = export.raw.frame.select("fila", *(_cell(export, column) for column in TITLES))
    frame = cells.with_columns(
        pl.col("anio").str.extract(r"((?:19|20)\d{2})").cast(pl.Int16, strict=False),
        aoi_code("aoi"),
        plan_code("oei"),
        plan_code("aei"),
        *(_padded(column, WIDTHS[column]) for column in ("programa", "producto", "actividad")),
        _padded("ubigeo", _SIX),
        pl.col("activo")
        .str.to_uppercase()
        .str.replace("Í", "I")
        .replace_strict({"SI": True, "NO": False}, default=None, return_dtype=pl.Boolean),
    )
    wrong_year = frame.filter(pl.col("aoi").is_not_null(), pl.col("anio").is_null())["fila"].to_list()
    wrong_state = cells.filter(pl.col("activo").is_not_null() & frame["activo"].is_null())["fila"].to_list()
    raise_problems(
        [
            *(
                Problem(
                    f"{export.raw.path}, fila {row}, columna {export.title('anio')}",
                    "no es un año",
                    "el año del POI, como 2024",
                    "corrija la celda",
                )
                for row in wrong_year
            ),
            *(
                Problem(f"{export.raw.path}, fila {row}, columna {export.title('activo')}", "no es SI ni NO", "SI o NO", "corrija la celda")
                for row in wrong_state
            ),
        ]
    )
    return frame


def _cell(export: RawExport, column: str) -> pl.Expr:
    title = export.title(column)
    if title is None:
        return pl.lit(None, pl.String).alias(column)
    return pl.when(pl.col(title) != "").then(pl.col(title)).alias(column)


def _padded(column: str, width: int) -> pl.Expr:
    """A code as `gasto` writes it: the leading cell of digits (`42.0`, `42 - Riego`), with its zeros."""
    code = pl.col(column).str.extract(r"^(\d+)(?:\.0)?(?:\D|$)")
    return pl.coalesce(code.str.pad_start(width, "0"), pl.col(column)).alias(column)


def _long(export: RawExport, rows: pl.DataFrame, financial: bool) -> pl.DataFrame:
    """The monthly cells of an export: `fila`, its key, `version`, `mes` and `valor`. The year's total is left out."""
    titles = _month_titles(export, financial)
    months = {title: month for title, month in titles.items() if month.month}
    kind = MONEY if financial else pl.Float64
    columns = pl.DataFrame(
        {"titulo": list(months), "version": [VERSIONS[m.version] for m in months.values()], "mes": [m.month for m in months.values()]},
        schema={"titulo": pl.String, "version": pl.String, "mes": pl.Int8},
    )
    values = _values(export, list(titles), financial).select("fila", *months)
    long = values.unpivot(index="fila", on=list(months), variable_name="titulo", value_name="valor").cast({"valor": kind})
    key = rows.filter(pl.col("aoi").is_not_null()).select("fila", "anio", "aoi", "ubigeo", "generica")
    return long.join(columns, on="titulo", how="inner", validate="m:1").join(key, on="fila", how="inner", validate="m:1").drop("titulo")


def _month_titles(export: RawExport, financial: bool) -> dict[str, Month]:
    return {title: month for title, month in months_of(export.raw.frame.columns).items() if month.financial == financial}


def _values(export: RawExport, titles: list[str], financial: bool) -> pl.DataFrame:
    """`fila` and the columns of some titles as numbers: exact soles, or quantities.

    Raises:
        InputDataError: a cell is neither blank nor a number, or has fractions of a céntimo.
    """
    style, problems = _style(export, tuple(titles), financial)
    for title in titles:
        problems += not_numbers(export.raw, title, style)
        if financial:
            problems += _fractions(export, title, style)
    raise_problems(problems)
    typed = [(plain(t, style).cast(MONEY, strict=False) if financial else number(t, style)).alias(t) for t in titles]
    return export.raw.frame.select("fila", *typed)


def _style(export: RawExport, titles: tuple[str, ...], financial: bool) -> tuple[NumberStyle, list[Problem]]:
    """A workbook's numbers come with a decimal point; a text file's sign is found out."""
    if not export.raw.delimiter or not titles:
        return NumberStyle("."), []
    return detect_style(export.raw, titles, amounts=financial)


def _fractions(export: RawExport, title: str, style: NumberStyle) -> Iterator[Problem]:
    """Amounts finer than a céntimo, which rounding would move; the noise of a spreadsheet (`0.30000000000000004`) is not one."""
    text = plain(title, style)
    wrong = export.raw.frame.filter(text.str.contains(FRACTION) & ~text.str.contains(FLOAT_NOISE))
    for row in wrong.select("fila", title).iter_rows():
        yield Problem(
            f"{export.raw.path}, fila {row[0]}, columna {title}", f"«{row[1]}»", "soles con dos decimales como máximo", "corrija la celda"
        )


def _quantities(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """A row of each generic expense repeats the physical goal: equal ones are the same, and differing ones were refused."""
    key = [name for name in PHYSICAL_SCHEMA if name != "cantidad"]
    united = pl.concat(parts).group_by(key).agg(pl.col("valor").max().alias("cantidad"))
    return united.select(*PHYSICAL_SCHEMA).sort(key, nulls_last=True)


def _amounts(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    key = [name for name in FINANCIAL_SCHEMA if name != "monto_soles"]
    total = known_sum("valor")
    united = pl.concat(parts).group_by(key).agg(total.cast(MONEY).alias("monto_soles"))
    return united.select(*FINANCIAL_SCHEMA).sort(key, nulls_last=True)


def _twice(parts: Sequence[pl.DataFrame], exports: Sequence[RawExport]) -> Iterator[Problem]:
    """The same money in two files would be added up."""
    every = pl.concat([part.with_columns(archivo=pl.lit(place)) for place, part in enumerate(parts)]).filter(pl.col("valor").is_not_null())
    shared = every.group_by("anio", "aoi", "version").agg(pl.col("archivo").unique().sort()).filter(pl.col("archivo").list.len() > 1)
    for (places, version), group in shared.sort("anio", "aoi").group_by("archivo", "version", maintain_order=True):
        names = " y ".join(exports[place].raw.name for place in places)
        yield Problem(
            names,
            f"los dos traen el dinero {version} de {group.height} AOI (la primera, {group['aoi'][0]})",
            "cada parte del POI en un solo archivo",
            "deje uno de los dos",
        )


def _differing(parts: Sequence[pl.DataFrame], exports: Sequence[RawExport]) -> Iterator[Problem]:
    """Two goals for the same activity, place and month."""
    every = pl.concat([part.with_columns(archivo=pl.lit(place)) for place, part in enumerate(parts)])
    key = ["anio", "aoi", "ubigeo", "version", "mes"]
    wrong = (
        every.group_by(key)
        .agg(pl.col("valor").drop_nulls().unique().sort(), pl.col("archivo", "fila").first())
        .filter(pl.col("valor").list.len() > 1)
    )
    for row in wrong.sort(key, nulls_last=True).iter_rows(named=True):
        said = " y ".join(f"{value:g}" for value in row["valor"])
        yield Problem(
            f"{exports[row['archivo']].raw.path}, fila {row['fila']}",
            f"la AOI {row['aoi']} tiene meta física {said} en el mes {row['mes']} ({row['version']})",
            "una sola cantidad por AOI, ubigeo y mes",
            "revise cuál es la vigente y deje esa fila",
        )


def _united(known: Sequence[pl.DataFrame]) -> tuple[pl.DataFrame, list[Finding]]:
    """One row per activity: what its rows agree on, and a finding where their codes do not; of its texts, the first."""
    given = {column: pl.col(column).drop_nulls() for column in (*_CODED, "ubigeo")}
    one = [pl.when(cells.n_unique() == 1).then(cells.first()).alias(column) for column, cells in given.items()]
    said = [cells.unique().sort().cast(pl.String).str.join(" y ").alias(f"{c}_dichos") for c, cells in given.items()]
    several = [(cells.n_unique() > 1).alias(f"{column}_varios") for column, cells in given.items()]
    texts = pl.col(_SAID).drop_nulls().first()
    united = pl.concat(known).group_by(AOI_KEY, maintain_order=True).agg(*one, *said, *several, texts)
    aoi = united.select(*AOI_SCHEMA).cast(pl.Schema(AOI_SCHEMA)).sort(AOI_KEY)
    wrong = united.filter(pl.any_horizontal(f"{c}_varios" for c in _CODED)).sort(AOI_KEY)
    return aoi, [
        Finding(
            "K04",
            f"AOI {row['aoi']} de {row['anio']}",
            "; ".join(f"{c.replace('_', ' ')} {row[f'{c}_dichos']}" for c in _CODED if row[f"{c}_varios"]),
            "un solo valor en todas sus filas",
            "ese dato queda sin usar: no se elige por nadie",
        )
        for row in wrong.iter_rows(named=True)
    ]


def _unnamed(export: RawExport, rows: pl.DataFrame) -> Iterator[Finding]:
    lost = rows.filter(pl.col("aoi").is_null())["fila"].to_list()
    if lost:
        yield Finding(
            "K06",
            f"{export.raw.name}, filas {_some(lost)}",
            f"{len(lost)} sin código de AOI",
            "el código de la AOI en cada fila",
            "no se usan; suele ser la fila de totales",
        )


def _unread(export: RawExport) -> Iterator[Finding]:
    titles = unread(export.raw.frame)
    if titles:
        yield Finding(
            "K07",
            export.raw.name,
            f"{plural(len(titles), 'columna', 'columnas')} de montos sin usar: {', '.join(titles[:6])}{'…' if len(titles) > 6 else ''}",
            "títulos como F(RE) 01, FN(CS) TOTAL o DEV ENE",
            "no se sabe qué versión o qué monto dan; lo que traen no está en ningún total",
        )


def _repeated(export: RawExport) -> Iterator[Finding]:
    same = export.raw.frame.filter(export.raw.frame.drop("fila").is_duplicated())["fila"].to_list()
    if same:
        yield Finding(
            "S03",
            f"{export.raw.name}, filas {_some(same)}",
            f"{len(same)} filas iguales en todo",
            "filas distintas",
            "se conservan; si la exportación las repitió, sus montos están contados dos veces",
        )


def _totals(export: RawExport) -> Iterator[Finding]:
    """Rows whose year's total is not the sum of their twelve months, to the céntimo."""
    titles = _month_titles(export, financial=True)
    values = _values(export, list(titles), financial=True)
    for version in dict.fromkeys(month.version for month in titles.values()):
        months = [t for t, m in titles.items() if m.version == version and m.month]
        total = next((t for t, m in titles.items() if m.version == version and not m.month), None)
        if not total or not months:
            continue
        wrong = values.filter(pl.all_horizontal(pl.col(months).is_not_null()), pl.sum_horizontal(months).cast(MONEY) != pl.col(total))
        for row in wrong.select("fila", total, pl.sum_horizontal(months).cast(MONEY).alias("suma")).iter_rows():
            yield Finding(
                "K05",
                f"{export.raw.name}, fila {row[0]}, columna {total}",
                f"{row[1]}",
                f"{row[2]}, la suma de sus meses",
                "se usan los meses, no el total",
            )


def _some(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:5]))
    return shown + (f" y {len(rows) - 5} más" if len(rows) > 5 else "")
