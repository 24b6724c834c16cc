"""Features from raw media: one vector for every ten seconds, in sharded files that know their encoder."""
