"""Retrieval metrics under the paper's protocol, their intervals, and the tables made of them."""
