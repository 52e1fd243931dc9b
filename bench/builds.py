# SPDX-License-Identifier: MIT
"""Builds heddle's programs and the peers'. A peer whose compiler or package isn't there is missing, with the reason."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "bench" / "peers"
BUILD = ROOT / "build" / "bench"
REGISTRY = Path(os.environ.get("HEDDLE_CARGO_REGISTRY", "/usr/share/cargo/registry"))


class Missing(Exception):
    """A program can't be built here; says what it needs, or what the compiler said."""


@dataclass(frozen=True)
class Peer:
    """A program of bench/peers; `build` answers its path, or throws Missing."""

    title: str
    build: Callable[[], Path]


def run(command: list[str | Path], **how):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, **how)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Missing(f"{Path(command[0]).name} failed: {said[0] if said else f'status {done.returncode}'}")


def need(tool: str, package: str) -> str:
    found = shutil.which(tool)
    if not found:
        raise Missing(f"needs {tool} (Debian's {package})")
    return found


def cargo(name: str, **crates: str) -> Path:
    """bench/peers/NAME.rs with Debian's crates, each `crate="version, features"`; without a network."""
    tool = need("cargo", "cargo")
    lines = []
    for crate, features in crates.items():
        crate = crate.replace("_", "-")
        version, _, listed = features.partition(" ")
        if not any(REGISTRY.glob(f"{crate}-{version}*")):
            raise Missing(f"needs {crate} {version} (Debian's librust-{crate}-dev)")
        wanted = ", ".join(f'"{feature}"' for feature in listed.split())
        lines.append(f'{crate} = {{ version = "{version}", features = [{wanted}] }}')
    # The package is made here, so that cargo writes nothing into the sources.
    folder = BUILD / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text("\n".join([
        "[package]", f'name = "{name}-peer"', 'version = "0.0.0"', 'edition = "2021"',
        "[[bin]]", f'name = "{name}-peer"', f'path = "{PEERS / name}.rs"',
        "[dependencies]", *lines, "[profile.release]", 'lto = "fat"', "codegen-units = 1", "[workspace]", ""]),
        encoding="utf-8")
    run([tool, "build", "--quiet", "--release", "--offline", "--config", 'source.crates-io.replace-with="debian"',
         "--config", f'source.debian.directory="{REGISTRY}"'], cwd=folder)
    return folder / "target" / "release" / f"{name}-peer"


def go() -> Path:
    program = BUILD / "go-peer"
    BUILD.mkdir(parents=True, exist_ok=True)
    run([need("go", "golang-go"), "build", "-o", program, PEERS / "peer.go"], cwd=BUILD,
        env={**os.environ, "GOFLAGS": "-mod=mod", "GO111MODULE": "off", "GOCACHE": str(BUILD / "go-cache")})
    return program


def cxx(name: str, header: str = "", package: str = "") -> Path:
    """bench/peers/NAME.cpp, with the compiler and the flags of heddle's own release build."""
    tool = shutil.which("clang++-22") or need("g++", "g++")
    if header and not (Path("/usr/include") / header).exists():
        raise Missing(f"needs {header} (Debian's {package})")
    program = BUILD / f"{name}-peer"
    BUILD.mkdir(parents=True, exist_ok=True)
    run([tool, "-std=c++23", "-O3", "-DNDEBUG", "-pthread", PEERS / f"{name}.cpp", "-o", program])
    return program


ALL = {
    "tokio": Peer("Tokio", lambda: cargo("tokio", tokio="1 rt-multi-thread sync time net io-util")),
    "flume": Peer("flume", lambda: cargo("flume", flume="0 ", tokio="1 rt-multi-thread")),
    "crossbeam": Peer("crossbeam-channel", lambda: cargo("crossbeam", crossbeam_channel="0.5")),
    "rust-std": Peer("Rust std", lambda: cargo("std")),
    "go": Peer("Go", go),
    "c++-std": Peer("C++ std", lambda: cxx("std")),
    "moodycamel": Peer("moodycamel", lambda: cxx("moodycamel", "concurrentqueue/blockingconcurrentqueue.h",
                                                 "libconcurrentqueue-dev")),
    "asio": Peer("Asio", lambda: cxx("asio", "asio.hpp", "libasio-dev")),
    "raw-epoll": Peer("a bare epoll loop", lambda: cxx("raw_epoll")),
}


def build_peers(names: list[str]) -> tuple[dict[str, Path], dict[str, str]]:
    """The programs that could be built, and why the others couldn't."""
    programs, missing = {}, {}
    for name in names:
        try:
            programs[name] = ALL[name].build()
        except (Missing, OSError) as error:
            missing[name] = str(error)
    return programs, missing


def build_ours() -> dict[str, Path]:
    """Every program of heddle's that a row may name. Throws CalledProcessError; what failed is on the terminal then."""
    subprocess.run(["bash", "-c", "set -euo pipefail; source tools/setup.sh; heddle_setup build programs guide;"
                    " heddle_configure release -DHEDDLE_BENCH=ON;"
                    " cmake --build --preset release --target bench guide >&2"], cwd=ROOT, check=True)
    folders = [ROOT / "build" / "release" / folder for folder in ("bench", "guide")]
    return {file.name: file for folder in folders for file in folder.iterdir() if os.access(file, os.X_OK)}
