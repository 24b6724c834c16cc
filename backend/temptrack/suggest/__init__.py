"""The heart: a query becomes an embedding, a filtered ranking, excerpts and the evidence for them."""
