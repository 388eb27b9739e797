"""The pure core: the words of the field, time, place and the table of allowed moves."""
