"""What each action has, by year and month, from a linked snapshot or from a printed table."""
