# A traceback line is quoted from the program's own text, whatever file the code object claims to be from.
# expects: raised
import sys

code = compile("\n" * 2 + "1 / 0", sys._getframe().f_code.co_filename, "exec")


def compute_reward(obs, action, next_obs, info):
    exec(code)
