"""The systems of the method as one family of networks: a tower for each modality, and a fusion."""
