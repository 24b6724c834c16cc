"""The one local process beside an editor: JSON-RPC over its pipes, so that plugins hold only host calls."""
