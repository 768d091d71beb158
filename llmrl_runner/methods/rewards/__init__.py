"""The parts of reward_gen: drafts of rewards, and the trainings that say how good they are."""
