"""What can act and be written by an LLM: tables and linear policies, read from text, shown as text, kept as files."""
