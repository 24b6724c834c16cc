"""Generated from proto/temptrack_api/v1 by `make stubs`."""
