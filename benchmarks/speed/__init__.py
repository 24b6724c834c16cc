"""How fast the main job is: measured by `python -m benchmarks.speed.run NAME`."""
