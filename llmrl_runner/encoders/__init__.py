"""Words as numbers: frozen encoders, and the store of what they have encoded."""
