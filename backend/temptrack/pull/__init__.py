"""Fetching what others publish, every byte checked, and building bundles of it."""
