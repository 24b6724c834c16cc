"""From torch weights to bundles of ONNX graphs: exporting, quantising, checking parity, writing manifests."""
