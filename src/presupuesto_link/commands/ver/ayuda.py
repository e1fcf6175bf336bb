"""`ayuda`: what every command has in common, and what its exit code says."""

from __future__ import annotations

import typer

from presupuesto_link.commands.asking.here import NEWEST, NONE
from presupuesto_link.commands.asking.options import JsonOption
from presupuesto_link.commands.saying.printing import Column, code, print_json, print_table

EXIT_CODES = (
    (0, "hecho"),
    (1, "un archivo, una regla o un ajuste se rechazó: el mensaje dice dónde, qué se encontró, qué se esperaba y qué hacer"),
    (2, "la orden está mal escrita"),
    (3, "un escenario no tiene solución: el mensaje dice qué límites chocan"),
    (130, "interrumpido con Ctrl-C: nada quedó a medias"),
    (143, "terminado por el sistema: nada quedó a medias"),
)
_COMMON = (
    ("--json", "la respuesta en JSON; los errores también, en stderr, con su código y su clase"),
    ("--csv", "el cuadro principal de un tema, en CSV"),
    ("--instantanea", f"«{NEWEST}», una fecha (2025-08-31), el comienzo de un id, o «{NONE}» para el dinero que trae el análisis"),
    ("--al", "el día: de las cifras al cargar, de la norma al proponer. El programa nunca mira el reloj para calcular"),
    ("--salida", "una carpeta: se reemplaza entera, y sólo si nadie cambió lo que tenía"),
    ("--avanzadas", "todas las opciones de una orden"),
)


def ayuda(como_json: JsonOption = False) -> None:
    """Dice lo que es común a todas las órdenes y qué significa cada código de salida.

    Ejemplo: presupuesto-link ver ayuda
    """
    if como_json:
        print_json(codigos_de_salida={str(number): meaning for number, meaning in EXIT_CODES}, opciones=dict(_COMMON))
        return
    print_table(
        "Códigos de salida", [code("Código"), Column("Qué significa", least=40)], [(str(number), meaning) for number, meaning in EXIT_CODES]
    )
    print_table("En todas las órdenes", [code("Opción"), Column("Qué hace", least=40)], _COMMON)
    typer.echo(
        "Completar con el tabulador: presupuesto-link --install-completion.  Los ajustes de esta carpeta: presupuesto-link ver oficina"
    )
