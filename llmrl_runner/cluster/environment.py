"""What a job needs of the environment that it was submitted from, also where a site hands none on (`--export=NONE`)."""

import os
import shlex

# The sweep that a job belongs to, where Python finds the project, and how many threads numpy starts when it is
# imported, which a job's process does before it reads a line of ours. Keys stay out: a job's script can be read.
CARRIED = (
    "LLMRL_SWEEP",
    "LLMRL_SWEEP_FOLDER",
    "PYTHONPATH",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
)
CORES = "export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}"


def carried_lines() -> list[str]:
    """Lines of shell for a job's script, before it starts its process.

    Where sbatch was told to hand nothing on, srun would keep what the script sets from the process as well; and since
    Slurm 22.05 srun gives a process one core, however many the job has, unless it is told.
    """
    values = {name: os.environ[name] for name in CARRIED if name in os.environ}
    return ["unset SLURM_EXPORT_ENV", CORES, *(f"export {name}={shlex.quote(value)}" for name, value in values.items())]
