"""The shell completes commands, options and names; misspelt ones are named with what is meant."""

import shutil
import subprocess

import pytest

from defectsynth.cli import main


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("defectsynth prev", "preview"),
        ("defectsynth preview --se", "--set --severity --seed"),
        ("defectsynth generate --defect scr", "scratch"),
        ("defectsynth generate --preset screw-thread_t", "screw-thread_top"),
        ("defectsynth generate --layout mv", "mvtec"),
        ("defectsynth generate --preset screw-without-thread_t", "screw-without-thread_top"),
        ("defectsynth preview --where e", "edge"),
        ("defectsynth show generic_t", "generic_texture"),
    ],
)
def test_bash_completes(words: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion"]) == 0
    script = capsys.readouterr().out
    call = f"COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); _defectsynth; echo ${{COMPREPLY[@]}}"
    done = subprocess.run(["bash", "-c", f"{script}\n{call}"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["previw"], "preview"),
        (["preview", "a", "b.png", "--presett", "screw"], "--preset"),
        (["generate", "a", "b", "--layout", "mvtc"], "mvtec"),
    ],
)
def test_a_misspelt_word_comes_with_the_one_that_is_meant(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert f"did you mean {meant}" in capsys.readouterr().err
