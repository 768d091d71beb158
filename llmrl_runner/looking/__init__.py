"""Looking at runs in the terminal: one of them, two beside each other, an episode played again."""
