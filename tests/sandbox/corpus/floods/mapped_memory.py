# expects: memory, raised, died
import mmap


def compute_reward(obs, action, next_obs, info):
    kept = [mmap.mmap(-1, 1 << 28) for _ in range(64)]
    return float(len(kept))
