"""Which language models can be asked from here. Names of keys are shown, values never."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from scripts.checks.finding import Finding

KEYS = (
    "GOOGLE_API_KEY",
    "GEMINI_API_KEY",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "GROQ_API_KEY",
    "OPENROUTER_API_KEY",
)
OLLAMA = "http://localhost:11434"
OLLAMA_TIMEOUT_S = 1.0
READABLE_BY_OTHERS = 0o077


def check_keys(environment: Mapping[str, str], dotenv: Path) -> list[Finding]:
    """The names of the keys that are set in the environment or in .env, and whether others can read .env."""
    kept = dotenv_values(dotenv) if dotenv.exists() else {}
    here = [name for name in KEYS if environment.get(name)]
    there = [f"{name} (in .env)" for name in KEYS if kept.get(name) and name not in here]
    findings = [_keys_that_are_set(here + there)]
    if dotenv.exists() and dotenv.stat().st_mode & READABLE_BY_OTHERS:
        findings.append(Finding(".env", "warn", "other users of this machine can read it", "chmod 600 .env"))
    return findings


def _keys_that_are_set(names: list[str]) -> Finding:
    if names:
        return Finding("API keys", "ok", ", ".join(names))
    text = "none set; llm=replay, random, manual and ollama need none"
    return Finding("API keys", "warn", text, "for a live model: cp .env.example .env, and fill in its key")


def check_ollama(environment: Mapping[str, str], timeout_s: float = OLLAMA_TIMEOUT_S) -> Finding:
    """Whether an Ollama server answers, and with how many models."""
    address = (environment.get("OLLAMA_API_BASE") or OLLAMA).rstrip("/")
    try:
        models = _ollama_models(address, timeout_s)
    except (OSError, ValueError, urllib.error.URLError):
        cure = "for llm=ollama: install it from ollama.com and run `ollama serve`, or set OLLAMA_API_BASE"
        return Finding("Ollama", "warn", f"no answer from {_without_login(address)}", cure)
    if not models:
        return Finding("Ollama", "warn", f"answers at {_without_login(address)}, has no model", "ollama pull llama3.1")
    return Finding("Ollama", "ok", f"answers at {_without_login(address)}: {', '.join(models[:5])}")


def _ollama_models(address: str, timeout_s: float) -> list[str]:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy doesn't know this localhost
    with direct.open(f"{address}/api/tags", timeout=timeout_s) as answer:
        listed = json.load(answer)
    return [str(model.get("name")) for model in listed.get("models", [])] if isinstance(listed, dict) else []


def _without_login(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if rest else address


def current_environment() -> Mapping[str, str]:
    """The environment with what .env adds; the environment wins, as in a run."""
    kept = {name: value for name, value in dotenv_values(".env").items() if value}
    return {**kept, **os.environ}
