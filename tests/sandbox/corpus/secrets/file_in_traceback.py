# A traceback quotes the line of the file that a code object names, so the name alone may make someone read it.
# expects: raised
code = compile("\n" * 0 + "1 / 0", "/canary/home/notes.txt", "exec")


def compute_reward(obs, action, next_obs, info):
    exec(code)
