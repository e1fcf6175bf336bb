"""Raw to typed, keyed, checked tables; corrections are visible."""
