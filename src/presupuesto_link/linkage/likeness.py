"""How much the name of a line of spending says what an action says, word by word.

Words match when they begin alike (`hídrico`, `hídricos`): Spanish inflects at the end, and `riego` is not `riesgo`. A word counts for
less the more actions say it, and not at all when too many names do.
"""

from __future__ import annotations

from math import log

import polars as pl

_EMPTY = """
DEL LAS LOS UNA UNO CON POR PARA QUE SUS ENTRE DESDE HASTA ANTE BAJO SOBRE SEGUN COMO MAS SIN LES ESTE ESTA OTROS OTRAS MENORES
MAYORES AMPLIACION ANEXO CASERIO CENTRO CENTROS CIUDAD COMUNIDAD CONSTRUCCION CREACION DEPARTAMENTO DISTRITO DISTRITOS ETAPA
FORTALECIMIENTO IMPLEMENTACION INSTALACION LOCALIDAD MEJORA MEJORAMIENTO MEJORAR NUMERO PERU POBLADO POBLADOS PORCENTAJE PROVINCIA
PROVINCIAS RECUPERACION REGION REGIONAL REHABILITACION SECTOR SERVICIO SERVICIOS TASA VARIACION NIVEL NIVELES PERSONAS POBLACION
FORTALECER PROMOVER PROYECTO PROYECTOS GESTION ADQUISICION REMODELACION REPARACION RENOVACION DEPARTAMENTAL ADECUADO
ADECUADA ADECUADOS CONTRA CADA MISMO MISMA TODOS TODAS DICHO DICHA
"""
STOPWORDS = frozenset(_EMPTY.split())
"""Words that say nothing of the subject, in capitals and without accents."""
_LIKE = 0.7
_MOST_ACTIONS, _MOST_LINES, _FEW = 0.25, 0.2, 10
_SHOWN = 5
_WORD = r"[\p{L}\p{N}]{3,}"


def alike(lines: pl.DataFrame, actions: pl.DataFrame) -> pl.DataFrame:
    """Lines and actions whose names share words.

    The score is the part of what the line says (in words that some action also says) that this action says too, with one more word,
    as telling as a word can be, always counted against: it grows with every word shared and never reaches 100.

    Args:
        lines: `linea`, `texto`.
        actions: `accion`, `texto`.

    Returns:
        Key `linea, accion`: `puntos_nombre` (0–100) and `palabras` (the line's words shared, the most telling first), one row per pair
        that shares any.
    """
    said, known = _words(lines, "linea"), _words(actions, "accion")
    common = _common(said, lines.height)
    said = said.filter(~pl.col("palabra").is_in(common))
    heard = _heard(said["palabra"].unique().sort(), known, actions.height)
    most = log(max(actions.height, 2))
    pairs = said.join(heard, on="palabra", how="inner", validate="m:m")
    evidence = pl.col("peso").sum()
    whole = (
        said.join(heard.unique("palabra").select("palabra", "peso"), on="palabra", how="inner")
        .group_by("linea")
        .agg(evidence.alias("todo"))
    )
    shown = pl.col("escrita").sort_by("peso", "palabra", descending=[True, False]).head(_SHOWN).str.join(", ")
    scored = pairs.group_by("linea", "accion").agg(evidence.alias("suyo"), shown.alias("palabras"))
    points = (100 * pl.col("suyo") / (pl.col("todo") + most)).alias("puntos_nombre")
    return scored.join(whole, on="linea", how="inner", validate="m:1").select("linea", "accion", points, "palabras").sort("linea", "accion")


def _words(table: pl.DataFrame, key: str) -> pl.DataFrame:
    """Key `key, palabra` (capitals, no accents, no stopwords), with how the text writes it."""
    words = table.select(key, pl.col("texto").fill_null("").str.to_lowercase().str.extract_all(_WORD).alias("escrita")).explode("escrita")
    plain = pl.col("escrita").str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_uppercase()
    named = words.drop_nulls().with_columns(plain.alias("palabra")).filter(~pl.col("palabra").is_in(STOPWORDS))
    subject = named.filter(pl.col("palabra").str.contains(r"\p{L}"))
    return subject.sort(key, "palabra", "escrita").unique([key, "palabra"], keep="first", maintain_order=True)


def _common(said: pl.DataFrame, lines: int) -> list[str]:
    """Words that too many lines have to tell one from another."""
    counted = said.group_by("palabra").len()
    return counted.filter((pl.col("len") > _MOST_LINES * lines) & (pl.col("len") >= _FEW))["palabra"].sort().to_list()


def _heard(words: pl.Series, known: pl.DataFrame, actions: int) -> pl.DataFrame:
    """Which actions say each word of the lines: key `palabra, accion`, with the word's `peso`."""
    import numpy as np
    from rapidfuzz.distance import Prefix
    from rapidfuzz.process import cdist

    vocabulary = known["palabra"].unique().sort()
    likeness = cdist(words.to_list(), vocabulary.to_list(), scorer=Prefix.normalized_similarity, score_cutoff=_LIKE, dtype=np.float32)
    own, other = np.nonzero(likeness)
    pairs = pl.DataFrame({"palabra": words.gather(own), "oida": vocabulary.gather(other)}, schema={"palabra": pl.String, "oida": pl.String})
    heard = pairs.join(known.select("accion", oida="palabra"), on="oida", how="inner").select("palabra", "accion").unique()
    count = pl.len().over("palabra")
    return heard.filter(count <= max(1, _MOST_ACTIONS * actions)).with_columns((actions / count).log().alias("peso"))
