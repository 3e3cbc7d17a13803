"""What a twin is made of."""
