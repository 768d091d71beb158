# expects: harmless
# with: zipfile, mmap
import numpy as np


def compute_reward(obs, action, next_obs, info):
    writes = (
        lambda path: np.savetxt(path, np.ones(3)),
        lambda path: np.save(path, np.ones(3)),
        lambda path: np.ones(3).tofile(path),
        lambda path: np.savez(path, one=np.ones(3)),
        lambda path: np.memmap(path, float, "w+", shape=(3,)),
        lambda path: np.ones(3).dump(path),
    )
    for number, write in enumerate(writes):
        for place in ("/canary/tmp", "/tmp", "/dev/shm", "."):
            try:
                write(f"{place}/escaped-{number}.npy")
            except OSError:
                continue
            return np.full(len(obs), 666.0)
    return np.zeros(len(obs))
