"""Asking a language model: requests, the run's transcript, backends, budgets, and what an answer says."""

from llmrl_runner.llm.backends import ModelIdentity, check_config, make_client, model_identity
from llmrl_runner.llm.backends.base import AskingRun
from llmrl_runner.llm.client import LLMClient
from llmrl_runner.llm.errors import BudgetReached, CallsEnded, LLMError, RecordingEnded
from llmrl_runner.llm.purse import SharedPurse
from llmrl_runner.llm.request import Answer, Message, Question, Reply, Request, Usage

__all__ = [
    "Answer",
    "AskingRun",
    "BudgetReached",
    "CallsEnded",
    "LLMClient",
    "LLMError",
    "Message",
    "ModelIdentity",
    "Question",
    "RecordingEnded",
    "Reply",
    "Request",
    "SharedPurse",
    "Usage",
    "check_config",
    "make_client",
    "model_identity",
]
