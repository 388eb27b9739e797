"""Two records of one person become one: why not, what clashes, what stays, and the deed."""
