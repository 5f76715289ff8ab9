"""The page in a browser: sliders, comparison, save and open; only this machine is asked."""

import socket
import statistics
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from defectsynth.cli import main
from defectsynth.studio.server import HostCheck
from eval.sample_set.__main__ import main as write_sample_set
from examples.check_studio import CHANGES, browser_program, served, walk


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render six parts."""
    folder = tmp_path_factory.mktemp("studio") / "parts"
    write_sample_set([str(folder), "--good-only", "--families", "screw", "--train", "6", "--size", "128"])
    return folder


def test_a_person_can_turn_compare_save_and_open(parts: Path, tmp_path: Path) -> None:
    for package in ("nicegui", "playwright"):
        pytest.importorskip(package)
    if browser_program() is None:
        pytest.skip("no chromium on PATH")
    with served(parts) as url:
        times = walk(url, tmp_path)
        assert len(times) == CHANGES
        assert statistics.median(times) < 10.0
        assert (tmp_path / "studio_wide.png").stat().st_size > 50_000
        foreign = urllib.request.Request(url, headers={"Host": "elsewhere.test"})  # noqa: S310  our own server
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(foreign, timeout=60)  # noqa: S310
        with refused.value as answer:  # which holds a socket open
            assert answer.code == 400


@pytest.mark.parametrize(
    ("header", "is_answered"),
    [
        ("127.0.0.1:8080", True),
        ("192.0.2.7:8080", True),
        ("[::1]:8080", True),
        ("LOCALHOST:8080", True),
        ("camera.lan:8080", True),
        ("elsewhere.test:8080", False),
        ("127.0.0.1.elsewhere.test", False),
        ("", False),
        ("[::1", False),
    ],
)
def test_addresses_and_names_of_this_machine_are_answered(header: str, *, is_answered: bool) -> None:
    assert HostCheck(None, names=["localhost", "camera.lan"]).allows(header) is is_answered


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--show", "scrach"], "--show must be the name of a defect or preset, got 'scrach'"),
        (["--masks", "."], "--masks must go with --defects"),
        (["--port", "0"], "--port must be at least 1"),
    ],
)
def test_a_wrong_call_is_refused(parts: Path, words: list[str], error: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["studio", str(parts), "--no-browser", *words]) == 2
    assert error in capsys.readouterr().err


def test_without_nicegui_the_command_says_what_to_install(
    parts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("defectsynth.studio.server.find_spec", lambda name: None)
    assert main(["studio", str(parts), "--no-browser"]) == 2
    assert "pip install 'defectsynth[studio]'" in capsys.readouterr().err


def test_a_port_in_use_is_refused_before_the_page_is_announced(parts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("nicegui")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["studio", str(parts), "--no-browser", "--port", str(port)]) == 2
    printed = capsys.readouterr()
    assert f"--port must be free on 127.0.0.1, got {port}" in printed.err
    assert "at http" not in printed.out
