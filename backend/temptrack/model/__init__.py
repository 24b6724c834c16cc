"""Bundles: encoders and towers of one shared space, described by a manifest and run by ONNX Runtime."""
