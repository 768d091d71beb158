"""One command runs any of five ways to join large language models with reinforcement learning."""

__version__ = "0.1.0"
