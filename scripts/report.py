"""A report over many runs, as a page, Markdown, CSV and pictures. `make report` runs it over all of outputs/."""

import sys

from llmrl_runner.report.several.command import main

if __name__ == "__main__":
    sys.exit(main())
