"""Music for many timelines at once: a plan, its units, the choice over all of them, and what is handed on."""
