"""A real Chromium for tests: found on this machine, installed where that is possible, or asked for in one line.

``python -m insiders_assets_tests.browser`` makes sure that there is one; tests take the fixture ``browser``.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from insiders_assets_tests.waiting import LONGEST, awaited

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "chromium-driver")
AXE = Path(__file__).parent / "axe" / "axe.min.js"
WIDE, PHONE = (1366, 768), (390, 844)
CURE = f"browser tests need Chromium and its driver: run `sudo apt-get install {' '.join(PACKAGES)}`"

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    # Whatever a page asks for, no request leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)


class NoBrowserError(Exception):
    """There is no Chromium here and it cannot be installed; the message is the cure."""


def found() -> tuple[str, str] | None:
    """The browser and its driver, or None unless there are both."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


@lru_cache(maxsize=1)
def ensure() -> tuple[str, str]:
    """The browser and its driver, installed first if this is Debian or Ubuntu and we may.

    Raises:
        NoBrowserError: There is none and there will be none.
    """
    if here := found():
        return here
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {' and '.join(PACKAGES)} for the browser tests …", file=sys.stderr)
        quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES], check=False, **quiet
        )
        if here := found():
            return here
    raise NoBrowserError(CURE)


@dataclass
class Browser:
    """A running Chromium with what its pages said and asked for."""

    driver: webdriver.Chrome
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def open(self, url: str, size: tuple[int, int] = WIDE) -> Browser:
        """Open ``url`` in a window of ``size``; a width below 600 is a phone."""
        self._drain()
        self.asked.clear()
        self.said.clear()
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.get(url)
        return self

    def until(self, found: str | Callable[[], Any], seconds: float = 60) -> Any:
        """What ``found``, or a function body run in the page, gives once it gives something.

        Args:
            found: Asked again and again.
            seconds: Seconds of a processor that the browser may use meanwhile.

        Raises:
            AssertionError: It never does.
        """
        answer = awaited(found if callable(found) else lambda: self.run(found), seconds)
        assert answer, f"in vain: {found}"
        return answer

    def run(self, script: str, *arguments: Any) -> Any:
        """The value of a function body run in the page."""
        return self.driver.execute_script(script, *arguments)

    def errors(self) -> list[str]:
        """What the page complained about on the console."""
        self._drain()
        return list(self.said)

    def strangers(self) -> list[str]:
        """Everything that the page asked for and that is neither a local file, nor inline, nor this machine."""
        self._drain()
        ours = (
            "file:",
            "data:",
            "blob:",
            "about:",
            "http://127.0.0.1:",
            "http://localhost:",
            "ws://127.0.0.1:",
            "ws://localhost:",
        )
        return [url for url in self.asked if not url.startswith(ours)]

    def violations(
        self, *, impacts: tuple[str, ...] = ("minor", "moderate", "serious", "critical")
    ) -> list[str]:
        """What axe-core finds wrong with the page as it is now, one line each."""
        self.run(AXE.read_text(encoding="utf-8"))
        result = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(done, done);"
        )
        assert "violations" in result, result
        return [
            f"{rule['impact']} {rule['id']}: {rule['help']} at {node['target']}"
            for rule in result["violations"]
            if rule["impact"] in impacts
            for node in rule["nodes"]
        ]

    def picture(self, path: Path, selector: str = "", *, margin: int = 12) -> None:
        """Save what is seen, or the whole of one element, as a PNG."""
        shot: dict[str, Any] = {"format": "png"}
        if selector:
            left, top, width, height = self.run(
                "const b = document.querySelector(arguments[0]).getBoundingClientRect();"
                "return [b.x + scrollX, b.y + scrollY, b.width, b.height]",
                selector,
            )
            clip = {
                "x": left - margin,
                "y": top - margin,
                "width": width + 2 * margin,
                "height": height + 2 * margin,
            }
            shot |= {"captureBeyondViewport": True, "clip": clip | {"scale": 1}}
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", shot)
        path.write_bytes(base64.b64decode(taken["data"]))

    def _drain(self) -> None:
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.asked.append(message["params"]["request"]["url"])
            if message["method"] == "Network.webSocketCreated":
                self.asked.append(message["params"]["url"])
        self.said += [
            entry["message"] for entry in self.driver.get_log("browser") if entry["level"] != "INFO"
        ]


@contextmanager
def launched(binary: str, driver: str, profile: Path) -> Iterator[Browser]:
    """A fresh Chromium that keeps what it keeps in ``profile``, and nothing after."""
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    running = webdriver.Chrome(options=options, service=Service(executable_path=driver))
    running.set_script_timeout(LONGEST)
    running.set_page_load_timeout(LONGEST)
    try:
        yield Browser(running)
    finally:
        running.quit()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A fresh Chromium, shared by the session's tests."""
    try:
        binary, driver = ensure()
    except NoBrowserError as missing:
        pytest.fail(str(missing), pytrace=False)
    with launched(binary, driver, tmp_path_factory.mktemp("chromium")) as running:
        yield running


if __name__ == "__main__":
    try:
        ensure()
    except NoBrowserError as error:
        sys.exit(str(error))
