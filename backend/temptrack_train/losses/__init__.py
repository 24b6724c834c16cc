"""What training minimises: symmetric InfoNCE or triplets, with our options beside them."""
