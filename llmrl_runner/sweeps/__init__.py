"""The jobs of a sweep: what is noted of each, how far they are, what they may spend together."""
