"""Stage 8: the only place with colours, rounding, percent and files for people."""
