"""Which legal rules hold on a date, and what they say of each transfer."""
