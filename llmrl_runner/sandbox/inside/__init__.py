"""What runs in the child process: the standard library and numpy alone. Its source is handed over, no file is read."""
