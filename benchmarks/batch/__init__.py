"""Batches as they happen: many timelines, killed at random, on one machine or on a cluster."""
