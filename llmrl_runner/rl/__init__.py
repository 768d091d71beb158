"""Playing episodes, judging them honestly, and tuning a policy's numbers on them."""
