"""`make test-slurm` where it can't run: it says why, and that is no failure. Elsewhere, see tests/slurm."""

import sys

import pytest

from scripts import one_node_slurm


def test_without_root_the_reason_is_said_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "argv", ["one_node_slurm"])

    code = one_node_slurm.main()

    assert code == 0
    assert capsys.readouterr().out == "skipped: a Slurm of one's own needs root; run it in a container or VM\n"


def test_without_slurm_and_apt_the_reason_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)

    with pytest.raises(one_node_slurm.CannotRunHereError, match=r"no apt-get .*\(slurm-wlm, munge\)"):
        one_node_slurm.install()
