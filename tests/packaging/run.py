# SPDX-License-Identifier: MIT
"""Installs heddle, static and shared, and builds and runs a consumer of each kind against it."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent


def run(*command, **environment: str):
    subprocess.run([str(part) for part in command], check=True, env={**os.environ, **environment})


class Packaging:
    def __init__(self, compiler: str, work: Path):
        self.compiler = compiler
        self.work = work

    def cmake(self, source: Path, build: Path, *options: str):
        launcher = shutil.which("ccache")
        cached = [f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}"] if launcher else []
        run("cmake", "-G", "Ninja", "-S", source, "-B", build, f"-DCMAKE_CXX_COMPILER={self.compiler}", *cached, *options)
        run("cmake", "--build", build, "-j", "2")

    def install(self, kind: str) -> Path:
        """Installs into a folder that is then moved: nothing may remember where it was."""
        build, first, prefix = (self.work / f"{kind}{part}" for part in ["", "-first", "-prefix"])
        self.cmake(SOURCE, build, f"-DBUILD_SHARED_LIBS={'ON' if kind == 'shared' else 'OFF'}", "-DHEDDLE_TESTS=OFF",
                   "-DHEDDLE_EXAMPLES=OFF", "-DHEDDLE_GUIDE=OFF", "-DCMAKE_INSTALL_LIBDIR=lib")
        run("cmake", "--install", build, "--prefix", first)
        first.rename(prefix)
        return prefix

    def consume(self, kind: str, name: str, *options: str, variant: str = ""):
        build = self.work / f"{kind}-{name}{variant}"
        self.cmake(HERE / name, build, *options)
        run(build / "consumer")

    def find_package(self, kind: str, prefix: Path):
        self.consume(kind, "find_package", f"-DCMAKE_PREFIX_PATH={prefix}")

    def find_tls(self, kind: str, prefix: Path):
        self.consume(kind, "find_tls", f"-DCMAKE_PREFIX_PATH={prefix}")

    def without_openssl(self, kind: str, prefix: Path):
        """Who doesn't have OpenSSL still finds the rest."""
        self.consume(kind, "find_package", f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON",
                     variant="-without_openssl")

    def pkg_config(self, kind: str, prefix: Path):
        program = self.work / f"{kind}-pkg_config"
        run("make", "-C", HERE / "pkg_config", f"CXX={self.compiler}", f"OUTPUT={program}",
            PKG_CONFIG_PATH=str(prefix / "lib/pkgconfig"))
        run(program, LD_LIBRARY_PATH=str(prefix / "lib"))

    def sources(self, name: str):
        self.consume("sources", name, f"-DHEDDLE_SOURCE={SOURCE}")


def hides_the_rest(prefix: Path):
    """A shared heddle exports names of namespace heddle, and no others."""
    listing = subprocess.run(["nm", "-DC", "--defined-only", prefix / "lib/libheddle.so"], check=True,
                             capture_output=True, text=True).stdout
    names = [line.split(maxsplit=2)[2] for line in listing.splitlines()]
    foreign = [name for name in names if "heddle" not in name]
    if foreign or not names:
        raise RuntimeError(f"libheddle.so exports {foreign or 'nothing'}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--work-dir", type=Path, required=True)
    options = parser.parse_args()
    shutil.rmtree(options.work_dir, ignore_errors=True)
    options.work_dir.mkdir(parents=True)
    packaging = Packaging(options.compiler, options.work_dir)

    steps = [(f"sources {name}", lambda name=name: packaging.sources(name))
             for name in ["add_subdirectory", "fetch_content"]]
    failed = 0
    for kind in ["static", "shared"]:
        prefix = packaging.install(kind)
        steps.append((f"{kind} find_package", lambda k=kind, p=prefix: packaging.find_package(k, p)))
        if (prefix / "lib/cmake/heddle/heddleTlsTargets.cmake").exists():
            steps.append((f"{kind} find_tls", lambda k=kind, p=prefix: packaging.find_tls(k, p)))
            steps.append((f"{kind} without_openssl", lambda k=kind, p=prefix: packaging.without_openssl(k, p)))
        steps.append((f"{kind} pkg_config", lambda k=kind, p=prefix: packaging.pkg_config(k, p)))
        if kind == "shared":
            steps.append(("shared exports", lambda p=prefix: hides_the_rest(p)))
    for name, step in steps:
        print(f"== {name}", flush=True)
        try:
            step()
        except (subprocess.CalledProcessError, RuntimeError) as error:
            print(f"FAILED {name}: {error}", flush=True)
            failed += 1
    print(f"{len(steps) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
