"""Arrays on the disk: whole or not at all, the last one written, still readable by who holds the former one."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from maillage.core import mapped


@pytest.fixture
def home(tmp_path):
    return tmp_path / "roads"


def test_what_is_written_is_read_again_without_being_loaded(home):
    mapped.write(home, {"seconds": np.arange(5, dtype=np.int32)}, {"said": "été"})
    found = mapped.current(home)
    assert found.facts == {"said": "été"}
    assert found.arrays["seconds"].tolist() == [0, 1, 2, 3, 4]
    assert isinstance(found.arrays["seconds"], np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        found.arrays["seconds"][0] = 1
    assert mapped.current(home) is found


def test_nothing_written_is_nothing_found(home):
    assert mapped.current(home) is None
    home.mkdir()
    assert mapped.current(home) is None
    (home / mapped.IN_FORCE).write_text("gone")
    assert mapped.current(home) is None


def test_another_version_takes_its_place_and_the_former_stays_readable(home):
    mapped.write(home, {"one": np.zeros(3)}, {"n": 1})
    former = mapped.current(home)
    mapped.write(home, {"one": np.ones(4)}, {"n": 2})
    assert mapped.current(home).facts == {"n": 2}
    assert former.arrays["one"].tolist() == [0, 0, 0]


def test_a_write_that_fails_half_way_leaves_the_former_in_force(home):
    mapped.write(home, {"one": np.zeros(3)}, {"n": 1})
    with pytest.raises(ValueError, match="allow_pickle"):
        mapped.write(home, {"one": np.zeros(3), "two": np.array([object()])}, {"n": 2})
    assert mapped.current(home).facts == {"n": 1}
    assert len([path for path in home.iterdir() if path.is_dir()]) == 1


def test_replaced_versions_go_once_nobody_may_still_be_opening_them(home):
    first = mapped.write(home, {"one": np.zeros(3)}, {"n": 1})
    second = mapped.write(home, {"one": np.zeros(3)}, {"n": 2})
    assert first.exists()
    long_ago = time.time() - mapped.GRACE - 5
    for folder in (first, second):
        os.utime(folder, (long_ago, long_ago))
    third = mapped.write(home, {"one": np.zeros(3)}, {"n": 3})
    assert not first.exists()
    assert second.exists(), "in force until a moment ago: someone may be about to open it"
    os.utime(second, (long_ago, long_ago))
    mapped.write(home, {"one": np.zeros(3)}, {"n": 4})
    assert not second.exists()
    assert third.exists()


def test_damaged_files_are_as_none_and_said(home, caplog):
    folder = mapped.write(home, {"one": np.zeros(3_000)}, {"n": 1})
    with (folder / "one.npy").open("r+b") as page:
        page.truncate(2_000)
    assert mapped.current(home) is None
    assert "write them again" in caplog.text
    mapped.write(home, {"one": np.ones(3)}, {"n": 2})
    assert mapped.current(home).facts == {"n": 2}


def test_a_process_killed_while_it_writes_changes_nothing(home):
    mapped.write(home, {"one": np.zeros(3)}, {"n": 1})
    script = (
        "import os, signal, sys, numpy as np; from pathlib import Path; from maillage.core import mapped\n"
        "mapped.put_in_force = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"mapped.write(Path({str(home)!r}), {{'one': np.ones(9)}}, {{'n': 2}})"
    )
    died = subprocess.run([sys.executable, "-c", script], check=False)
    assert died.returncode == -9
    assert mapped.current(home).facts == {"n": 1}
