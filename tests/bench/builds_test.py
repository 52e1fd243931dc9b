# SPDX-License-Identifier: MIT
"""A peer that can't be built here is missing, with the reason, and the others are built."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import planted  # noqa: F401  finds the bench

import builds
from builds import Missing, Peer


def missing(why: str):
    def build() -> Path:
        raise Missing(why)
    return build


class Builds(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        patch = mock.patch.multiple(builds, BUILD=self.folder / "build", REGISTRY=self.folder / "registry")
        patch.start()
        self.addCleanup(patch.stop)

    def test_a_missing_peer_does_not_hide_the_others(self):
        peers = {"gone": Peer("Gone", missing("needs it")), "here": Peer("Here", lambda: Path("here"))}
        with mock.patch.object(builds, "ALL", peers):
            self.assertEqual(builds.build_peers(["gone", "here"]), ({"here": Path("here")}, {"gone": "needs it"}))

    def test_a_tool_that_is_not_there_is_named_with_its_package(self):
        with self.assertRaisesRegex(Missing, r"needs no-such-tool \(Debian's some-package\)"):
            builds.need("no-such-tool", "some-package")

    def test_a_crate_that_is_not_there_is_named_with_its_package(self):
        with mock.patch.object(builds, "need", return_value="cargo"):
            with self.assertRaisesRegex(Missing, r"needs some-crate 1 \(Debian's librust-some-crate-dev\)"):
                builds.cargo("std", some_crate="1")

    def test_a_header_that_is_not_there_is_named_with_its_package(self):
        with self.assertRaisesRegex(Missing, r"needs no/such.hpp \(Debian's libx-dev\)"):
            builds.cxx("std", "no/such.hpp", "libx-dev")

    def test_a_compiler_that_fails_says_what_it_said(self):
        compiler = planted.program(self.folder, "compiler", "echo 'it is wrong' >&2; exit 1")
        with mock.patch.object(builds.shutil, "which", return_value=str(compiler)):
            with self.assertRaisesRegex(Missing, "compiler failed: it is wrong"):
                builds.cxx("std")

    def test_cargo_writes_nothing_into_the_sources(self):
        (self.folder / "registry" / "flume-0.10").mkdir(parents=True)
        cargo = planted.program(self.folder, "cargo", "pwd > ../where; cp Cargo.toml ..")
        with mock.patch.object(builds.shutil, "which", return_value=str(cargo)):
            builds.cargo("flume", flume="0")
        self.assertEqual((builds.BUILD / "where").read_text().strip(), str(builds.BUILD / "flume"))
        self.assertIn(f'path = "{builds.PEERS}/flume.rs"', (builds.BUILD / "Cargo.toml").read_text())


if __name__ == "__main__":
    unittest.main()
