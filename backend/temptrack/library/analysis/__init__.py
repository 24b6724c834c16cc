"""What can be heard in a track, measured from its samples."""
