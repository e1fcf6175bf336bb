"""The only place with colours, rounding, percent and files for people."""
