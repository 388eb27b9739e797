"""Who could help and whom to ask: a pure function over arrays."""
