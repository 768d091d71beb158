# expects: harmless
import asyncio

import numpy as np


async def call_home():
    _, writer = await asyncio.open_connection("127.0.0.1", 54321)
    writer.write(b"escaped")


def compute_reward(obs, action, next_obs, info):
    try:
        asyncio.run(asyncio.wait_for(call_home(), 0.3))
    except (OSError, TimeoutError, RuntimeError, AttributeError):
        return np.zeros(len(obs))
    return np.full(len(obs), 666.0)
