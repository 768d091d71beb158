"""Which of two policies people prefer to look at: a page with two GIFs, their choices, and what these come to."""
