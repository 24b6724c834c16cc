"""The command ``temptrack-train``: one file a command."""
