"""Reading what a model wrote: thinking, fenced blocks, JSON in prose. This room imports nothing of the project."""
