"""One command, one experiment: `python run.py method=... env=... llm=...`. `--help` lists the rest."""

from llmrl_runner.app import main

if __name__ == "__main__":
    main()
