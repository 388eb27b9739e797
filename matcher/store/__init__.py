"""PostgreSQL: the tables, their constraints, the reads with names, and the only commit."""
