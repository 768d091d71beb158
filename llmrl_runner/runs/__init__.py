"""A run on disk: its identity, its folder, its iterations, and what is shown of it on the way."""
