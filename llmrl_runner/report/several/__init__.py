"""Reports over many runs: what they came to together, with intervals, on one page, as Markdown, CSV and pictures."""
