"""What Hydra hands a sweep's jobs to."""
