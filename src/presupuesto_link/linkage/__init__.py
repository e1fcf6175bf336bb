"""Budget to regional strategic actions; nothing is dropped."""
