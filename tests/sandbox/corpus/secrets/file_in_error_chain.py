# expects: harmless, raised
def compute_reward(obs, action, next_obs, info):
    try:
        text = open("/canary/project/.env").read()
    except OSError as error:
        raise RuntimeError(f"no file: {error}") from error
    raise RuntimeError(text) from KeyError(text)
