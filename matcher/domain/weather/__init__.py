"""The weather as others tell of it: warnings with their areas. Pure: what is done about it is decided elsewhere."""
