"""Running code that an LLM wrote: in a confined process of its own, arrays in, arrays out."""
