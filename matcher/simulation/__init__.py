"""A synthetic county in which ways of asking are compared. Pure: it knows the domain and the engine only."""
