# expects: harmless, answer, raised


class Pair(tuple):
    def __len__(self):
        return 7

    def __getitem__(self, key):
        return self

    def __iter__(self):
        return iter(())


def compute_reward(obs, action, next_obs, info):
    return Pair((0.0, {}))
