"""Dictionary of columns: what each one means, its unit and where it comes from.

The workbook's «Diccionario» sheet, `docs/campos.md` and the tests read it: every column of every output table is here.
"""

from __future__ import annotations

from dataclasses import dataclass

from presupuesto_link.vocabulary import STAGES


@dataclass(frozen=True)
class Field:
    """One column: Spanish meaning, unit and source."""

    name: str
    meaning: str
    unit: str
    source: str


MEF = "MEF, SIAF"
_CEPLAN = "Guía de seguimiento y evaluación, CEPLAN (RPCD 0056-2024)"
_REPORT = "Informe de evaluación"
_PROMISE = "Plan de gobierno"
_OWN = "calculado por presupuesto-link"


def _fields(*rows: tuple[str, str, str, str]) -> dict[str, Field]:
    return {name: Field(name, meaning, unit, source) for name, meaning, unit, source in rows}


def _stage(key: str) -> tuple[tuple[str, str, str, str], ...]:
    """The columns of one stage of spending in the quarterly light; its own amount is told once, with the budget."""
    name = key.capitalize()
    own = () if key == "devengado" else ((f"{key}_soles", f"{name} acumulado desde enero", "soles", MEF),)
    return (
        *own,
        (f"{key}_esperado_soles", f"{name} que se esperaba a esa fecha", "soles", _OWN),
        (f"{key}_ratio", f"{name} entre lo esperado", "razón", _OWN),
        (f"{key}_motivo", "Por qué no hay esa razón", "texto", _OWN),
        (f"color_{key}", f"Color de {name.lower()} frente a lo esperado", "color", _OWN),
    )


FIELDS = _fields(
    # identifiers
    ("accion", "Código de la acción estratégica regional (AER)", "código", "PDRC"),
    ("objetivo", "Código del objetivo estratégico regional (OER)", "código", "PDRC"),
    ("elemento", "Código del OER o de la AER", "código", "PDRC"),
    ("indicador", "Código del indicador", "código", "PDRC"),
    ("nivel", "OER o AER", "texto", "PDRC"),
    ("nombre", "Nombre del elemento o del indicador", "texto", "PDRC"),
    ("seccion", "Sección del Informe de donde se transcribió", "texto", _REPORT),
    ("cuadro", "Cuadro del Informe de donde se transcribió", "texto", _REPORT),
    # budget
    ("anio", "Año fiscal o año del resultado", "año", "—"),
    ("anio_ejecucion", "Año del presupuesto de la matriz", "año", "—"),
    ("anio_resultado", "Año del resultado de la matriz", "año", "—"),
    ("pia_soles", "Presupuesto institucional de apertura", "soles", MEF),
    ("pim_soles", "Presupuesto institucional modificado", "soles", MEF),
    ("devengado_soles", "Gasto devengado", "soles", MEF),
    ("saldo_soles", "PIM menos devengado", "soles", _OWN),
    ("certificado_soles", "Gasto certificado", "soles", MEF),
    ("comprometido_anual_soles", "Compromiso anual", "soles", MEF),
    ("comprometido_soles", "Gasto comprometido", "soles", MEF),
    ("girado_soles", "Gasto girado", "soles", MEF),
    ("devengado_pim_ratio", "Devengado entre PIM; vacío si no hay PIM o es cero", "razón", _OWN),
    ("pim_setiembre_soles", "PIM al 30 de setiembre de un año cerrado, si hay una instantánea de ese día", "soles", MEF),
    ("devengado_pim_setiembre_ratio", "Devengado entre ese PIM", "razón", _OWN),
    ("devengado_al_ritmo_soles", "Devengado hasta el día en que se mide el ritmo; vacío en un año cerrado", "soles", MEF),
    ("esperado_soles", "Devengado que se esperaba a ese día; vacío en un año cerrado", "soles", _OWN),
    ("esperado_ratio", "Devengado entre lo esperado a ese día; vacío en un año cerrado", "razón", _OWN),
    ("esperado_motivo", "Por qué no hay esa razón", "texto", _OWN),
    ("ritmo_al", "Día en que se mide el ritmo; vacío en un año cerrado", "fecha", _OWN),
    (
        "ejecucion_ratio",
        "Con qué se juzga el gasto: de un año cerrado, devengado entre PIM; de uno en curso, entre lo esperado",
        "razón",
        _OWN,
    ),
    ("ejecucion_medida", "Cuál de las dos es", "texto", _OWN),
    ("ejecucion_de", "De qué es parte lo ejecutado, en palabras", "texto", _OWN),
    ("fuente_dinero", "De qué fuente es el dinero", "texto", _OWN),
    ("cita", "Cómo se cita esa fuente", "texto", _OWN),
    ("ambito", "De quién es el gasto; ámbitos distintos no se comparan", "texto", _OWN),
    ("al", "Día de los montos", "fecha", _OWN),
    ("anio_cerrado", "Si el año había cerrado ese día", "sí o no", _OWN),
    ("sintetico", "Si el dinero es inventado", "sí o no", _OWN),
    ("otra_fuente_dinero", "La otra fuente del mismo año", "texto", _OWN),
    ("otro_ambito", "De quién es el gasto en la otra fuente", "texto", _OWN),
    ("otro_pim_soles", "PIM según la otra fuente", "soles", MEF),
    ("otro_devengado_soles", "Devengado según la otra fuente", "soles", MEF),
    ("diferencia_pim_soles", "PIM de la fuente que decide menos el de la otra", "soles", _OWN),
    ("motivo_probable", "Motivo probable de la diferencia", "texto", _OWN),
    ("ejecucion_motivo", "Por qué no hay razón de ejecución", "texto", _OWN),
    ("color_ejecucion", "Color de la ejecución (gris = ND)", "color", _OWN),
    ("vinculo", "directo, transversal (no se suma), fila sin monto o sin fila", "texto", _OWN),
    ("acciones", "Número de AER", "cantidad", _OWN),
    ("transversales", "De ellas, las transversales, cuyo dinero no se suma", "cantidad", _OWN),
    # advance
    ("perfil", "Perfil de cálculo del avance", "texto", _OWN),
    ("politica_nd", "excluir: promedio de lo disponible; cero: el ND cuenta como 0", "texto", _OWN),
    ("unidad", "Unidad del indicador", "texto", _REPORT),
    ("sentido", "Sentido esperado del indicador", "texto", "declarado con su sustento en indicadores.csv"),
    ("sentido_sustento", "Con qué base se declara el sentido", "texto", _OWN),
    ("serie_contraria", "Por qué las metas no concuerdan con el sentido", "texto", _OWN),
    ("relevancia", "Relevancia del indicador (1 = muy relevante); vacía si no consta", "orden", _CEPLAN),
    ("linea_base_anio", "Año de la línea base", "año", _REPORT),
    ("linea_base", "Valor de la línea base", "unidad del indicador", _REPORT),
    ("meta", "Logro esperado del año", "unidad del indicador", _REPORT),
    ("obtenido", "Valor obtenido del año; vacío si ND", "unidad del indicador", _REPORT),
    ("regla", "Regla que dio el avance Tipo I", "texto", _OWN),
    ("tipo1_bruto_ratio", "Avance Tipo I sin tope", "razón", _CEPLAN),
    ("tipo1_ratio", "Avance Tipo I, entre 0 y 1", "razón", _CEPLAN),
    ("tipo1_motivo", "Por qué no hay avance Tipo I", "texto", _OWN),
    ("tipo2_bruto_ratio", "Avance Tipo II sin tope: (VO − LB)/(LE − LB)", "razón", _CEPLAN),
    ("tipo2_ratio", "Avance Tipo II, entre 0 y 1", "razón", _CEPLAN),
    ("tipo2_motivo", "Por qué no hay avance Tipo II", "texto", _OWN),
    ("color", "Color del semáforo (gris = ND)", "color", _CEPLAN),
    ("declarado_ratio", "Avance Tipo I que declara el Informe", "razón", _REPORT),
    ("declarado_impreso", "El mismo, como se imprimió", "texto", _REPORT),
    ("nd_causa", "Clase de razón por la que el valor es ND", "texto", _REPORT),
    ("nd_motivo", "Razón por la que el valor es ND", "texto", _REPORT),
    ("correccion", "Corrección aplicada (ver correcciones)", "código", _OWN),
    ("indicadores", "Indicadores del elemento", "cantidad", _OWN),
    ("con_dato", "De ellos, los que tienen avance", "cantidad", _OWN),
    ("avance_ratio", "Avance del elemento: media ponderada de sus indicadores", "razón", _OWN),
    ("color_depende_nd", "El color cambia según la política de ND", "sí/no", _OWN),
    ("objetivos", "Número de OER", "cantidad", _OWN),
    ("indice_ratio", "Índice propio del plan, no oficial", "razón", _OWN),
    ("formula", "Fórmula del índice propio", "texto", _OWN),
    ("oficial", "Si el índice es oficial (nunca lo es)", "sí/no", _OWN),
    ("rojo", "Elementos en rojo", "cantidad", _OWN),
    ("amarillo", "Elementos en amarillo", "cantidad", _OWN),
    ("verde", "Elementos en verde", "cantidad", _OWN),
    ("gris", "Elementos sin dato", "cantidad", _OWN),
    ("total", "Todos los elementos", "cantidad", _OWN),
    # audit
    ("codigo", "Código del hallazgo", "código", _OWN),
    ("severidad", "alta, media o baja", "texto", _OWN),
    ("titulo", "Clase de hallazgo", "texto", _OWN),
    ("lugar", "Dónde está", "texto", _OWN),
    ("encontrado", "Qué se encontró", "texto", _OWN),
    ("esperado", "Qué se esperaba", "texto", _OWN),
    ("explicacion", "Por qué", "texto", _OWN),
    ("remedio", "Qué hacer", "texto", _OWN),
    ("regla_perfil", "Regla que aplica el perfil réplica", "texto", _OWN),
    ("calculado_ratio", "Avance que da esa regla", "razón", _OWN),
    ("estado", "Cómo se explica el avance declarado", "texto", _OWN),
    ("regla_que_explica", "Regla que da el avance declarado", "texto", _OWN),
    ("reglas_que_coinciden", "Todas las reglas que lo dan", "texto", _OWN),
    ("celdas", "Avances declarados", "cantidad", _OWN),
    ("fuente", "Dónde lo publica el Informe", "texto", _REPORT),
    ("impreso", "Cifra como se imprimió", "texto", _REPORT),
    ("publicado_ratio", "Avance global publicado", "razón", _REPORT),
    ("excluir_ratio", "Avance excluyendo los ND", "razón", _OWN),
    ("cero_ratio", "Avance contando el ND como 0", "razón", _OWN),
    ("politica", "Política de ND que da la cifra publicada", "texto", _OWN),
    ("duda", "Por qué se duda de la meta o del valor", "texto", _OWN),
    ("tabla", "Tabla corregida", "texto", _OWN),
    ("donde", "Fila corregida", "texto", _OWN),
    ("campo", "Columna corregida", "texto", _OWN),
    ("usado", "Valor que se usa", "texto", _OWN),
    ("tipo", "Clase de corrección", "texto", _OWN),
    ("motivo", "Por qué", "texto", _OWN),
    ("hoja", "Hoja del libro en que se llenó", "texto", _OWN),
    ("fila", "Fila de esa hoja en el libro anterior", "cantidad", _OWN),
    ("evidencia", "Con qué evidencia", "texto", _OWN),
    # matrices
    ("banda_ejecucion", "Banda de la ejecución (gris = ND)", "color", _OWN),
    ("banda_resultado", "Banda del resultado (gris = ND)", "color", _OWN),
    ("lista", "AER de la celda", "códigos", _OWN),
    ("avance_sin_dudas_ratio", "Avance sin los indicadores observados", "razón", _OWN),
    ("indicadores_en_duda", "Indicadores cuya meta o valor la auditoría observa", "códigos", _OWN),
    ("diagnostico", "Qué sugiere la celda", "texto", _OWN),
    ("razon", "Por qué", "texto", _OWN),
    # ranking
    ("grupo", "rezagada, prioridad de dato o en meta", "texto", _OWN),
    ("puesto", "Lugar dentro del grupo; los empates comparten el menor", "orden", _OWN),
    ("puntaje_ratio", "Puntaje de rezago, entre 0 y 1", "razón", _OWN),
    ("brecha_avance", "1 menos el avance", "razón", _OWN),
    ("tendencia", "Cuánto cayó el avance desde el año previo (0 si no cayó)", "razón", _OWN),
    ("brecha_ejecucion", "1 menos la ejecución", "razón", _OWN),
    ("peso_presupuestal", "Lugar de su PIM entre las AER con vínculo directo", "razón", _OWN),
    ("prioridad", "1 si su OER es prioritario", "razón", _OWN),
    ("aporte_brecha_avance", "Aporte de la brecha de avance al puntaje", "razón", _OWN),
    ("aporte_tendencia", "Aporte de la tendencia al puntaje", "razón", _OWN),
    ("aporte_brecha_ejecucion", "Aporte de la brecha de ejecución al puntaje", "razón", _OWN),
    ("aporte_peso_presupuestal", "Aporte del peso presupuestal al puntaje", "razón", _OWN),
    ("aporte_prioridad", "Aporte de la prioridad al puntaje", "razón", _OWN),
    ("peso_con_dato_ratio", "Parte del peso total que tenía dato", "razón", _OWN),
    ("avance_previo_ratio", "Avance del año previo", "razón", _OWN),
    # commitments of a government plan
    ("compromiso", "Código del compromiso", "código", _OWN),
    ("dimension", "Dimensión del plan de gobierno", "texto", _PROMISE),
    ("tema", "Tema", "texto", _PROMISE),
    ("texto", "La frase como se imprimió", "texto", _PROMISE),
    ("prometido", "Cifra prometida", "unidad del compromiso", _PROMISE),
    ("exigencia", "Cómo limita el plan la cifra (superar, mínimo…)", "texto", _PROMISE),
    ("anio_prometido", "Para qué año", "año", _PROMISE),
    ("equivalencia", "exacta, parecida o ninguna", "texto", "equivalencias.csv"),
    ("con_reserva", "Las definiciones sólo se parecen", "sí/no", _OWN),
    ("obtenido_previo", "Valor obtenido del año anterior", "unidad del indicador", _REPORT),
    ("lectura", "alcanzado, no alcanzado, sin dato o no comparable", "texto", _OWN),
    ("prometido_soles", "Monto prometido", "soles", _PROMISE),
    ("anio_pim", "Año del PIM", "año", MEF),
    ("veces_pim_ratio", "Monto prometido entre el PIM de ese año", "veces", _OWN),
    # redesign sheet and register of missing data
    ("que_revisar", "Qué se sugiere revisar (clave)", "texto", _OWN),
    ("prioridad_revision", "alta, media o baja, según lo que se revisa", "texto", _OWN),
    ("ultimo_valor", "Último valor conocido (obtenido, o línea base si no lo hay)", "unidad del indicador", _REPORT),
    ("ultimo_anio", "Año del último valor conocido", "año", _REPORT),
    ("meta_anio", "Año de la última meta", "año", _REPORT),
    (
        "ritmo_requerido",
        "Cuánto debía mejorar por año desde la línea base para llegar a la última meta",
        "unidad del indicador por año",
        _OWN,
    ),
    ("ritmo_observado", "Cuánto mejoró por año desde la línea base; negativo, se alejó", "unidad del indicador por año", _OWN),
    ("ritmo_ratio", "Ritmo observado entre el requerido; vacío si la meta no pedía mejorar", "razón", _OWN),
    ("ritmo_motivo", "Por qué no hay ritmo", "texto", _OWN),
    ("anio_alcance", "Año en que llegaría a la última meta al ritmo observado", "año", _OWN),
    ("responsable", "Lo llena la entidad", "texto", "por llenar"),
    ("fecha_compromiso", "Lo llena la entidad", "fecha", "por llenar"),
    ("decision", "Lo llena la entidad", "texto", "por llenar"),
    ("sin_dato_desde", "Primer año evaluado de la racha sin dato", "año", _OWN),
    ("color_excluir", "Color del elemento si el ND se excluye", "color", _OWN),
    ("color_cero", "Color del elemento si el ND cuenta como 0", "color", _OWN),
    ("que_depende", "Qué color depende de este dato", "texto", _OWN),
    ("fuente_dato", "De dónde saldrá el dato: lo llena la entidad", "texto", "por llenar"),
    ("fecha_esperada", "Cuándo se tendrá: lo llena la entidad", "fecha", "por llenar"),
    ("fuente_motivo", "Por qué no se conoce la fuente", "texto", _OWN),
    # scenario
    ("donante", "AER que cede", "código", _OWN),
    ("receptor", "AER que recibe", "código", _OWN),
    ("monto_soles", "Monto que pasa del donante al receptor", "soles", _OWN),
    ("papel", "donante, receptor o sin cambio", "texto", _OWN),
    ("pim_antes_soles", "PIM de partida", "soles", MEF),
    ("cambio_soles", "Lo que recibe menos lo que cede", "soles", _OWN),
    ("pim_despues_soles", "PIM con el escenario", "soles", _OWN),
    ("tope_soles", "Máximo que puede dar o recibir", "soles", _OWN),
    ("en_tope", "Llegó a su tope", "sí/no", _OWN),
    ("ejecucion_despues_ratio", "Ejecución con el mismo devengado y el PIM nuevo", "razón", _OWN),
    ("restriccion", "Nombre del límite", "texto", _OWN),
    ("frase", "El límite en palabras", "texto", _OWN),
    ("limite_soles", "Valor del límite", "soles", _OWN),
    ("usado_soles", "Cuánto se usó", "soles", _OWN),
    ("activa", "Se llegó al límite", "sí/no", _OWN),
    ("valor_marginal", "Puntaje × soles que se ganaría con un sol más de límite", "puntaje × soles", _OWN),
    ("frena", "El límite frena el escenario: se llegó a él y ampliarlo cambiaría el resultado", "sí/no", _OWN),
    # a quarter: what was expected, alerts and changes
    ("mes", "Mes, de 1 a 12; las cifras son acumuladas desde enero", "mes", "—"),
    *(field for stage in STAGES for field in _stage(stage)),
    ("adelanto", "Va por encima del aviso de adelanto", "sí/no", _OWN),
    ("curva", "Contra qué se mide: calendario, estacionalidad o lineal", "texto", _OWN),
    ("parte_calendario_ratio", "Parte del PIM que se mide con un calendario", "razón", _OWN),
    ("parte_estacionalidad_ratio", "Parte del PIM que se mide con la estacionalidad propia", "razón", _OWN),
    ("parte_lineal_ratio", "Parte del PIM que se mide con doceavos", "razón", _OWN),
    ("datos", "Dice si el dinero es sintético", "texto", _OWN),
    ("alerta", "Clase de alerta", "texto", _OWN),
    ("cambio", "Qué cambió desde el corte anterior", "texto", _OWN),
    ("color_previo", "Color en el corte anterior", "color", _OWN),
    ("devengado_previo_ratio", "Devengado entre lo esperado en el corte anterior", "razón", _OWN),
    ("soles_en_riesgo", "Lo que falta devengar para lo esperado a la fecha", "soles", _OWN),
    ("dias_en_rojo", "Días desde que entró en rojo sin salir", "días", _OWN),
    ("pim_cambio_soles", "Cambio del PIM desde el corte anterior; vacío sin otra instantánea", "soles", _OWN),
    ("color_resultado", "Color del resultado de sus indicadores", "color", _OWN),
    ("meses", "Meses que se miran", "cantidad", _OWN),
    ("meses_bajo", "Meses con menos de lo esperado de ese mes", "cantidad", _OWN),
    ("meses_sobre", "Meses con más de lo esperado de ese mes", "cantidad", _OWN),
    ("lista_bajo", "Cuáles", "texto", _OWN),
    ("lista_sobre", "Cuáles", "texto", _OWN),
    # how far the budget moved
    ("por", "OER o programa", "texto", _OWN),
    ("de", "Etapa de partida", "texto", _OWN),
    ("a", "Etapa de llegada", "texto", _OWN),
    ("total_de_soles", "Total de la etapa de partida", "soles", MEF),
    ("total_a_soles", "Total de la etapa de llegada", "soles", MEF),
    ("cambio_total_ratio", "Cuánto cambió el total", "razón", _OWN),
    ("varianza_ratio", "Varianza de la composición", "razón", "PEFA 2016, PI-2"),
    ("monto_de_soles", "Monto en la etapa de partida", "soles", MEF),
    ("ajustado_soles", "Monto de partida si sólo hubiera cambiado el total", "soles", "PEFA 2016, PI-2"),
    ("monto_a_soles", "Monto en la etapa de llegada", "soles", MEF),
    ("desviacion_soles", "Diferencia absoluta con el ajustado", "soles", "PEFA 2016, PI-2"),
    ("parte_ratio", "Parte del total; en una curva, parte del año acumulada", "razón", _OWN),
    ("ultimo_mes", "Último mes con devengado", "mes", MEF),
    ("parte_diciembre_ratio", "Devengado de diciembre sobre el del año; vacío si no cerró", "razón", _OWN),
    ("parte_ultimo_trimestre_ratio", "Devengado del último trimestre sobre el del año", "razón", _OWN),
    # curves and projection
    ("etapa", "devengado, compromiso o certificado", "texto", MEF),
    ("detalle", "De dónde sale la curva", "texto", _OWN),
    ("metodo", "Método de la proyección", "texto", _OWN),
    ("proyectado_soles", "Devengado proyectado a diciembre", "soles", _OWN),
    ("bajo_soles", "Extremo bajo del intervalo", "soles", _OWN),
    ("alto_soles", "Extremo alto del intervalo", "soles", _OWN),
    ("saldo_libre_soles", "PIM menos proyectado", "soles", _OWN),
    ("saldo_libre_bajo_soles", "Saldo libre en el extremo bajo: el que se puede prometer", "soles", _OWN),
    ("saldo_libre_alto_soles", "Saldo libre en el extremo alto", "soles", _OWN),
    ("ejecucion_proyectada_ratio", "Proyectado entre PIM", "razón", _OWN),
    ("intervalo", "De dónde sale el intervalo", "texto", _OWN),
    ("mes_origen", "Mes desde el que se proyectó en la prueba", "mes", _OWN),
    ("pruebas", "Cuántas pruebas", "cantidad", _OWN),
    ("error_ratio", "Errores absolutos sobre lo que faltaba devengar", "razón", _OWN),
    ("sesgo_ratio", "Lo mismo con signo: positivo, se devengó más de lo dicho", "razón", _OWN),
    ("error_mediano_ratio", "Error de la prueba mediana", "razón", _OWN),
    ("comparado", "Entra en la comparación de métodos", "sí/no", _OWN),
    ("elegido", "Es el método que se usa", "sí/no", _OWN),
    ("confianza_ratio", "Confianza que promete el intervalo", "razón", _OWN),
    ("cobertura_ratio", "Parte de los cierres pasados que contuvo", "razón", _OWN),
    ("lineas", "Líneas del presupuesto", "cantidad", MEF),
    ("lineas_modificadas", "Líneas cuyo PIM cambió", "cantidad", _OWN),
    ("aumentos_soles", "Suma de los aumentos de PIM", "soles", _OWN),
    ("rebajas_soles", "Suma de las rebajas de PIM", "soles", _OWN),
    ("neto_soles", "Aumentos menos rebajas", "soles", _OWN),
    ("tamano_ratio", "Dinero movido (la mitad de lo que se compensa, más el neto) sobre el PIM anterior", "razón", "PEFA 2016, PI-21.4"),
    ("sec_ejec", "Unidad ejecutora", "código", MEF),
    ("sec_func", "Meta (secuencia funcional)", "código", MEF),
    ("generica", "Genérica de gasto", "código", MEF),
    # dictionary
    ("en_tablas", "En qué tablas vale: todas, o las que empiezan así", "texto", _OWN),
    ("columna", "Nombre de la columna", "texto", _OWN),
    ("significado", "Qué es", "texto", _OWN),
    ("origen", "De dónde sale", "texto", _OWN),
)

IN_TABLES: dict[str, dict[str, Field]] = {
    "trimestre_": _fields(
        ("nivel", "Qué se mide: AER, OER, programa, fuente, ejecutora o total", "texto", _OWN),
        ("unidad", "Código de lo que se mide, según «nivel»", "código", MEF),
        ("nombre", "Nombre de lo que se mide", "texto", MEF),
        ("fuente", "Fuente de financiamiento", "código", MEF),
        ("anio", "Año fiscal", "año", "—"),
        ("pim_soles", "PIM de hoy, también en los meses que ya pasaron", "soles", MEF),
        ("devengado_soles", "Devengado acumulado desde enero", "soles", MEF),
        ("pim_antes_soles", "PIM en el corte anterior", "soles", MEF),
        ("pim_despues_soles", "PIM en este corte", "soles", MEF),
        ("cambio_soles", "PIM de este corte menos el del anterior", "soles", _OWN),
        ("color_previo", "Color en el corte anterior, con el PIM que tenía entonces", "color", _OWN),
        ("anio_ejecucion", "Año del dinero", "año", "—"),
        ("anio_resultado", "Año del resultado", "año", "—"),
        ("banda_ejecucion", "Color del dinero frente a lo esperado (gris = sin dinero)", "color", _OWN),
    ),
    "trimestre_ritmo_del_anio": _fields(
        ("pim_soles", "PIM de ese año", "soles", MEF), ("devengado_soles", "Devengado de ese año hasta su último mes", "soles", MEF)
    ),
    "trimestre_composicion_por_unidad": _fields(("unidad", "OER o programa, según «por»", "código", MEF)),
    "compromisos": _fields(
        ("impreso", "Cifra prometida como se imprimió", "texto", _PROMISE),
        ("unidad", "Unidad de la cifra prometida", "texto", _PROMISE),
        ("sentido", "Hacia dónde debía ir la cifra prometida", "texto", _OWN),
        ("nombre", "Nombre del indicador de la evaluación o, en los montos, de la AER", "texto", "PDRC"),
        ("anio", "Año de la meta y del valor obtenido", "año", "—"),
        ("motivo", "Por qué se compara con reserva, o no se compara", "texto", "equivalencias.csv"),
        ("lugar", "Dónde está en el plan de gobierno", "texto", _PROMISE),
        ("pim_soles", "PIM de la AER en ese único año", "soles", MEF),
    ),
    "rediseno": _fields(
        ("titulo", "Qué se sugiere revisar", "texto", _OWN),
        ("evidencia", "Con qué cifras", "texto", _OWN),
        ("nombre", "Nombre del indicador", "texto", "PDRC"),
        ("pim_soles", "PIM de la AER en el año de ejecución del análisis; se repite en cada fila de la misma AER", "soles", MEF),
    ),
    "ranking": _fields(
        (
            "pim_soles",
            "PIM en el año de ejecución del análisis; no sume la columna: las transversales cuentan otra vez el dinero de las demás",
            "soles",
            MEF,
        )
    ),
    "diccionario": _fields(("unidad", "En qué unidad está la columna", "texto", _OWN)),
}
"""Columns that mean something else in some tables, by the beginning of the table's name."""


def field_of(table: str, column: str) -> Field | None:
    """What a column means in a table: what is told of that table, or what is told of all; null for a column of nobody."""
    own = [start for start, fields in IN_TABLES.items() if table.startswith(start) and column in fields]
    return IN_TABLES[max(own, key=len)][column] if own else FIELDS.get(column)
