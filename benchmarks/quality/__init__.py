"""How well suggestions match what editors ask for, on real music and real footage."""
