"""Training a person can watch, stop, go on with and repeat."""
