"""The samples on the benches, as physics without instruments."""
