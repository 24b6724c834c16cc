"""Pictures and sound out of media files: probing, frame sampling, audio decoding, cached features."""
