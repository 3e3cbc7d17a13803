"""A page in the browser about a folder of runs: it reads, and has no way to do anything else."""
