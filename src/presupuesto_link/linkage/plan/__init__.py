"""The operational plan's bridge: exports of CEPLAN beside the signed rules."""
