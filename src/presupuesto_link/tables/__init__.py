"""Stage 2: raw to typed, keyed, checked tables; corrections are visible."""
