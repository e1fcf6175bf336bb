"""Stage: what Peruvian budget law says of moving money from one line to another."""
