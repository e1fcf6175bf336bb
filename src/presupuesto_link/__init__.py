"""presupuesto-link."""
