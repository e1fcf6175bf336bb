"""Stage 7: reallocation scenarios."""
