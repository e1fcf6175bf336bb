"""`python -m presupuesto_link` is the same as `presupuesto-link`."""

from presupuesto_link.commands.main import run

if __name__ == "__main__":
    run()
