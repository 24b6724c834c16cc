"""Serves one bundle and the libraries of this machine over gRPC."""
