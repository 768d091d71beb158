# expects: harmless, raised, forged, answer, died
import numpy as np

zeros = np.zeros


def compute_reward(obs, action, next_obs, info):
    for name in (
        "asarray",
        "array",
        "frombuffer",
        "ascontiguousarray",
        "empty",
        "zeros",
        "dtype",
        "ndarray",
        "concatenate",
    ):
        setattr(np, name, lambda *arguments, **options: "escaped")
    return zeros(len(obs))
