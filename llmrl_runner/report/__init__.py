"""One self-contained page a run, made from its folder alone."""
