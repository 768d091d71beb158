"""What conf/method says, one class a method."""

from dataclasses import dataclass, field
from typing import Any, Optional

from omegaconf import MISSING

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.limits import above, at_least, between, one_of, one_word


@dataclass
class MethodConfig:
    """What every method has. A third party's method may add any keys of its own."""

    name: str = one_word()
    runner: str = MISSING  # import path of the MethodRunner
    iterations: int = between(1, 512)  # so many have episode seeds of their own


@dataclass
class CMAConfig:
    """The inner optimiser of `tune=cma`."""

    episodes: int = between(1, 500_000)
    population: int = at_least(2)
    episodes_each: int = at_least(1)
    sigma: float = above(0)


@dataclass
class TabularConfig(MethodConfig):
    """An LLM writes a policy and refines it from episodes: see methods/tabular.py."""

    policy: str = one_of("table", "linear")
    knowledge: str = one_of("model_given", "rollouts_only")
    fill: str = one_of("best", "nearest", "random", "default")
    default_action: int = at_least(0)
    tune: str = one_of("none", "cma")
    cma: CMAConfig = field(default_factory=CMAConfig)
    critic: bool = MISSING
    patience: int = at_least(1)
    restarts: int = at_least(0)
    confidence: float = field(default=MISSING, metadata={"above": 0.5, "below": 1})
    best_episodes: int = at_least(0)
    worst_episodes: int = at_least(0)
    episode_rows: int = at_least(4)
    history_best: int = at_least(0)
    history_recent: int = at_least(0)
    prompts: str = MISSING


@dataclass
class HeuristicConfig(MethodConfig):
    """The expert that an environment ships: see methods/heuristic.py."""

    action_rate: int = at_least(1)


@dataclass
class ReflectConfig(MethodConfig):
    """An LLM acts step by step: see methods/reflect.py."""

    scaffold: str = one_word()
    memory: str = one_of("none", "lessons")
    knowledge: str = one_of("model_given", "rollouts_only")
    episodes: Optional[int] = field(default=MISSING, metadata={"at_least": 1, "at_most": 100_000})
    max_steps: Optional[int] = field(default=MISSING, metadata={"at_least": 1})
    action_rate: Optional[int] = field(default=MISSING, metadata={"at_least": 1})
    history: int = at_least(0)
    thought_words: int = at_least(0)
    fallback: str = one_of("noop", "repeat", "random")
    lessons_kept: int = at_least(1)
    lesson_steps: int = at_least(2)
    gifs: int = at_least(0)
    prompts: str = MISSING


@dataclass
class PlanConfig:
    """Demonstrations of `kind=plan`: a whole episode's actions in one answer."""

    repairs: int = at_least(0)


@dataclass
class StepsConfig:
    """Demonstrations of `kind=steps`: an answer an action, as in `reflect`."""

    scaffold: str = one_word()
    history: int = at_least(0)
    thought_words: int = at_least(0)
    fallback: str = one_of("noop", "repeat", "random")
    max_steps: Optional[int] = field(default=MISSING, metadata={"at_least": 1})
    action_rate: Optional[int] = field(default=MISSING, metadata={"at_least": 1})


@dataclass
class DemosConfig:
    """Where demonstrations come from, and which are kept: see methods/demo_*.py."""

    kind: str = one_of("plan", "steps")
    episodes: Optional[int] = field(default=MISSING, metadata={"at_least": 1, "at_most": 100_000})
    seed: int = between(0, 2**32 - 1)
    path: Optional[str] = MISSING
    keep: str = one_of("successes", "all")
    gifs: int = at_least(0)
    plan: PlanConfig = field(default_factory=PlanConfig)
    steps: StepsConfig = field(default_factory=StepsConfig)


@dataclass
class CloningConfig:
    """Behaviour cloning: see rl/cloning.py."""

    epochs: int = at_least(0)
    batch_size: int = at_least(1)
    learning_rate: float = above(0)
    ent_coef: float = at_least(0)
    weight_decay: float = at_least(0)
    held_out_share: float = field(default=MISSING, metadata={"at_least": 0, "below": 1})
    patience: int = at_least(1)
    success_threshold: Optional[float] = field(default=MISSING, metadata={"above": 0, "at_most": 1})
    success_every: int = at_least(1)


@dataclass
class TransferConfig:
    """What `init=transfer` trains on first, or takes."""

    env: EnvConfig = MISSING
    total_timesteps: int = at_least(1)
    checkpoint: Optional[str] = MISSING


@dataclass
class LLMaEPPOConfig(MethodConfig):
    """Demonstrations from an LLM, behaviour cloning, PPO: see methods/llmae_ppo.py."""

    init: str = one_of("demos", "scratch", "transfer")
    knowledge: str = one_of("model_given", "rollouts_only")
    demos: DemosConfig = field(default_factory=DemosConfig)
    cloning: CloningConfig = field(default_factory=CloningConfig)
    transfer: TransferConfig = field(default_factory=TransferConfig)
    prompts: str = MISSING


@dataclass
class ChecksConfig:
    """What a draft has to stand before anything is trained with it: see methods/rewards/checks.py."""

    episodes: int = between(1, 10_000)
    row_microseconds: float = above(0)
    preference_pairs: int = at_least(1)
    preference_floor: float = between(0, 1)


@dataclass
class HalvingConfig:
    """Successive halving over training budgets."""

    rungs: list[float] = MISSING
    keep: float = field(default=MISSING, metadata={"above": 0, "at_most": 1})


@dataclass
class SharedBufferConfig:
    """Trainings that learn from each other's steps."""

    env_steps: float = field(default=MISSING, metadata={"above": 0, "at_most": 1})


@dataclass
class ConstantsConfig:
    """The inner optimiser of `tune=cma`: each candidate costs a training at the first rung's budget."""

    trainings: int = at_least(4)
    population: int = at_least(4)  # of fewer, CMA-ES learns nothing but a mean
    sigma: float = above(0)


@dataclass
class ProgramConfig:
    """What code of an LLM may use."""

    call_seconds: float = above(0)
    cpu_seconds: float = above(0)
    memory_mb: int = at_least(128)


@dataclass
class SubmititConfig:
    """Trainings as jobs of a cluster."""

    cluster: Optional[str] = MISSING
    timeout_min: int = at_least(1)
    mem_gb: float = above(0)
    cpus_per_task: int = at_least(1)
    partition: Optional[str] = MISSING
    account: Optional[str] = MISSING
    setup: list[str] = MISSING
    additional_parameters: dict[str, Any] = MISSING


@dataclass
class RewardGenConfig(MethodConfig):
    """An LLM writes the reward, training says how good it was: see methods/reward_gen.py."""

    reward: str = one_of("llm", "native", "sparse", "her")
    samples: int = between(1, 1000)
    oversample: int = between(1, 10)
    knowledge: str = one_of("model_given", "rollouts_only")
    show_native_reward: bool = MISSING
    checks: ChecksConfig = field(default_factory=ChecksConfig)
    budgets: str = one_of("halving", "full")
    halving: HalvingConfig = field(default_factory=HalvingConfig)
    share_buffer: bool = MISSING
    shared: SharedBufferConfig = field(default_factory=SharedBufferConfig)
    warm_start: bool = MISSING
    tune: str = one_of("none", "cma")
    cma: ConstantsConfig = field(default_factory=ConstantsConfig)
    final_seeds: int = at_least(1)
    final_timesteps: Optional[int] = field(default=MISSING, metadata={"at_least": 1})
    threshold: Optional[float] = MISSING
    program: ProgramConfig = field(default_factory=ProgramConfig)
    history_best: int = at_least(0)
    workers: Optional[int] = field(default=MISSING, metadata={"at_least": 1})
    launcher: str = one_of("local", "submitit")
    submitit: SubmititConfig = field(default_factory=SubmititConfig)
    prompts: str = MISSING


@dataclass
class EncoderConfig:
    """What turns texts into vectors: see encoders/."""

    hf_model: str = MISSING
    api_model: str = MISSING
    max_tokens: int = at_least(4)
    int8: bool = MISSING


@dataclass
class AskingAboutLinesConfig:
    """How much a model is asked about lines: see methods/augmenting/asking.py."""

    lines: int = at_least(0)
    samples: int = between(1, 1000)
    episodes: int = between(1, 100_000)
    seed: int = between(0, 2**32 - 1)
    reason_words: int = at_least(0)


@dataclass
class AdvisingConfig:
    """How strongly a learner is held to advice, and for which share of the training."""

    weight: float = at_least(0)
    until: float = field(default=MISSING, metadata={"above": 0, "at_most": 1})


@dataclass
class AugmentedConfig(MethodConfig):
    """Text features, advice and shaping from an LLM in the loop of a policy: see methods/augmented.py."""

    text: str = one_of("none", "instruction", "state", "both")
    encoder: str = one_of("minilm", "hf", "api", "hash")
    encoding: EncoderConfig = field(default_factory=EncoderConfig)
    combine: str = one_of("add", "concat", "film")
    width: int = at_least(1)
    memory: str = one_of("none", "gru", "lstm")
    memory_steps: int = at_least(2)
    reward: str = one_of("none", "similarity", "potential")
    reward_weight: float = above(0)
    advice: str = one_of("none", "hint", "guide", "kl")
    advice_source: str = one_of("llm", "random", "shuffled", "wrong", "oracle")
    guide: AdvisingConfig = field(default_factory=AdvisingConfig)
    kl: AdvisingConfig = field(default_factory=AdvisingConfig)
    table: Optional[str] = MISSING
    asking: AskingAboutLinesConfig = field(default_factory=AskingAboutLinesConfig)
    warm_start: str = one_of("none", "advice")
    cloning: CloningConfig = field(default_factory=CloningConfig)
    knowledge: str = one_of("model_given", "rollouts_only")
    prompts: str = MISSING


METHOD_SCHEMAS: dict[str, type] = {
    "tabular": TabularConfig,
    "reflect": ReflectConfig,
    "llmae_ppo": LLMaEPPOConfig,
    "reward_gen": RewardGenConfig,
    "augmented": AugmentedConfig,
    "ppo": MethodConfig,
    "heuristic": HeuristicConfig,
}
