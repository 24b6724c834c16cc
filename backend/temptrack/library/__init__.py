"""Libraries of music: the track table, what is known of each track, and exact search under filters."""
