"""What a studio's server does under load, and beside peers: `python -m benchmarks.studio.load`."""
