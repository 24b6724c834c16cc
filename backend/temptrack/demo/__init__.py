"""Makes a small library of music and a short film to try temptrack on, of open material where it can."""
