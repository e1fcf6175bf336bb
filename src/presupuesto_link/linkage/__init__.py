"""Stage 3: budget to regional strategic actions; nothing is dropped."""
