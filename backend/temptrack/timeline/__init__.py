"""Timelines: reading any of them, seeing what the viewer sees, and placing music on them."""
