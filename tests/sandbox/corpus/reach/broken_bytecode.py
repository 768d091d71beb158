# Bytecode that no compiler makes reads beyond its constants; it may end this process and none other.
# expects: harmless, died, raised, answer, time
def compute_reward(obs, action, next_obs, info):
    code = (lambda: 0).__code__
    return eval(code.replace(co_code=b"\x64\xff\x53\x00", co_consts=()))
