"""The files of ``deploy/``: what can be checked of them without the machine they are for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from insiders_assets.settings import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
EXAMPLES = sorted((DEPLOY / "env").glob("*.env.example"))
STATEMENTS = [
    statement
    for policy in sorted((DEPLOY / "iam").glob("*.json"))
    for statement in json.loads(policy.read_text())["Statement"]
]


def variables(file: Path) -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", file.read_text(), flags=re.MULTILINE))


def installed(name: str) -> Path:
    """A tool that comes as a wheel for Linux."""
    tool = Path(sys.executable).with_name(name)
    if not tool.exists():
        pytest.skip(f"there is no wheel of {name} for this system")
    return tool


def test_docker_compose_takes_the_compose_file_and_tells_each_service_its_own_settings(tmp_path):
    tool = installed("docker-compose")
    copy = tmp_path / "deploy"
    shutil.copytree(DEPLOY, copy)
    for example in (copy / "env").iterdir():
        example.rename(example.with_suffix(""))
    done = subprocess.run(
        [tool, "-f", copy / "compose.yaml", "config", "--format", "json"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    services = json.loads(done.stdout)["services"]
    told = {
        name: {key for key in service["environment"] if key.startswith("INSIDERS_")}
        for name, service in services.items()
    }
    assert told["daemon"] == told["webserver"] == set()
    assert "insiders_writer" in services["code"]["environment"]["INSIDERS_DATABASE_URL"]
    assert "insiders_bi" in services["dashboard"]["environment"]["INSIDERS_DATABASE_URL"]
    assert services["webserver"]["environment"]["DAGSTER_CODE_HOST"] == "code"
    for name in ("daemon", "webserver"):
        assert services[name]["depends_on"]["history"]["condition"] == "service_completed_successfully"
    assert services["daemon"]["depends_on"]["pool"]["condition"] == "service_completed_successfully"


def test_hadolint_finds_nothing_wrong_with_the_dockerfile():
    done = subprocess.run([installed("hadolint"), DEPLOY / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_systemd_takes_the_units(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    for unit in (DEPLOY / "systemd").iterdir():
        text = re.sub(r"/opt/insiders/bin/\S+", shutil.which("true") or "/bin/true", unit.read_text())
        (tmp_path / unit.name).write_text(text)
    units = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) not in done.stderr, done.stderr


def test_every_unit_and_container_runs_a_command_that_is_installed():
    from importlib.metadata import entry_points

    known = {entry.name for entry in entry_points(group="console_scripts")}
    in_units = {
        re.search(r"^ExecStart=/opt/insiders/bin/(\S+)", unit.read_text(), flags=re.MULTILINE)[1]
        for unit in UNITS
    }
    assert in_units | {service["command"][0] for service in COMPOSE["services"].values()} <= known


def test_units_and_containers_have_few_rights():
    for unit in UNITS:
        text = unit.read_text()
        assert {
            "User=insiders",
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "CapabilityBoundingSet=",
        } <= set(text.splitlines())
    for service in COMPOSE["services"].values():
        assert service["user"] == "10001:10001"
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    dockerfile = (DEPLOY / "Dockerfile").read_text().splitlines()
    assert dockerfile.index("USER 10001:10001") > max(
        number for number, line in enumerate(dockerfile) if line.startswith(("RUN", "COPY"))
    )


def test_every_service_has_a_health_check_and_a_time_in_which_it_must_have_stopped():
    for name, service in COMPOSE["services"].items():
        assert re.fullmatch(r"\d+s", service["stop_grace_period"])
        assert "healthcheck" in service or name in ("history", "pool")  # which end by themselves
    for unit in UNITS:
        assert re.search(r"^TimeoutStopSec=\d+$", unit.read_text(), flags=re.MULTILINE)
    code = next(unit.read_text() for unit in UNITS if unit.stem == "insiders-code")
    assert "KillMode=control-group" in code  # its runs go with it


def test_what_is_installed_is_compiled_for_nobody_may_write_beside_it():
    guide = (DEPLOY.parent / "docs" / "production.md").read_text()
    for text in ((DEPLOY / "Dockerfile").read_text(), guide):
        installs = re.findall(r"uv pip install .*", text)
        assert installs
        assert all("--compile-bytecode" in install for install in installs)


def test_a_code_server_refuses_a_port_that_another_listens_on():
    import grpc

    from insiders_assets.cli.code_server import serve
    from insiders_assets.errors import UsageError

    other = grpc.server(ThreadPoolExecutor(1))
    port = other.add_insecure_port("127.0.0.1:0")
    other.start()
    try:
        with pytest.raises(UsageError, match=rf"127.0.0.1:{port}: cannot be listened on"):
            serve("127.0.0.1", port)
    finally:
        other.stop(None)


def test_nothing_listens_beyond_loopback():
    for unit in UNITS:
        assert set(re.findall(r"--host (\S+)", unit.read_text())) <= {"127.0.0.1"}
    for service in COMPOSE["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_images_and_tools_are_pinned():
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    for image in re.findall(r"^FROM (\S+)", dockerfile, flags=re.MULTILINE):
        assert re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+-\S+", image)
    assert re.search(r"uv==\d", dockerfile)
    assert "--constraints requirements.lock" in dockerfile
    assert (
        COMPOSE["x-part"]["image"].split(":")[1]
        == re.search(
            r'^version = "(.+)"', (DEPLOY.parent / "pyproject.toml").read_text(), flags=re.MULTILINE
        )[1]
    )


def test_the_examples_name_settings_that_are_there_and_hold_no_secret():
    known = {f"INSIDERS_{name.upper()}" for name in Settings.model_fields}
    for example in EXAMPLES:
        assert {name for name in variables(example) if name.startswith("INSIDERS_")} <= known
        assert not re.search(r":(?!CHANGE-ME)[^/@:\s]+@", example.read_text())


def test_every_variable_of_the_instance_and_the_workspace_is_in_its_example():
    asked = {
        name
        for file in ("dagster.yaml", "workspace.yaml")
        for name in re.findall(r"env: (\w+)", (DEPLOY / file).read_text())
    }
    assert asked == variables(DEPLOY / "env" / "dagster.env.example") - {"AWS_REGION"}


def test_only_the_code_server_is_told_the_warehouse_of_the_writer():
    services = COMPOSE["services"]
    assert [name for name in services if "env/platform.env" in services[name]["env_file"]] == ["code"]
    with_platform = [unit.stem for unit in UNITS if "/platform.env" in unit.read_text()]
    assert with_platform == ["insiders-code"]


def test_no_policy_allows_everything_of_anything():
    assert STATEMENTS
    for statement in STATEMENTS:
        actions, resources = (
            [found] if isinstance(found := statement[key], str) else found for key in ("Action", "Resource")
        )
        assert all("*" not in action for action in actions)
        assert all(resource.startswith("arn:aws:s3:::example-insiders") for resource in resources)
    landing = [s for s in STATEMENTS if "arn:aws:s3:::example-insiders/landing/*" in str(s["Resource"])]
    assert {tuple([s["Action"]] if isinstance(s["Action"], str) else s["Action"]) for s in landing} == {
        ("s3:GetObject",),
        ("s3:PutObject", "s3:AbortMultipartUpload"),
    }
