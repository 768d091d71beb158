"""What a run may be told: typed schemas, their checks, and errors that speak to the person."""
