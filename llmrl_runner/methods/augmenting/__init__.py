"""The parts of method=augmented: what it tells the network, and what it asks a model about."""
