"""Looking after jobs that were handed to a cluster through submitit: sweeps' and single trainings alike."""
