"""The Debian package, made of the build that is tested."""

import os
import pathlib
import subprocess

from support.needs import need


def make_package(folder):
    """Puts it there: its path."""
    need("dpkg-shlibdeps")
    subprocess.run([need("cpack"), "--config",
                    pathlib.Path(os.environ["BOXKITED_BUILD"]) / "CPackConfig.cmake",
                    "-B", folder], check=True, capture_output=True)
    (package,) = folder.glob("*.deb")
    return package
