"""What a fit minimises: one file a loss, all in units of the readouts' standard deviation."""
