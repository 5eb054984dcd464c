"""The asset graph as text: what each asset is called, belongs to, follows from and is checked for.

``make graph`` writes it to ``graph.yaml`` beside this file, against which a test holds the graph.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from dagster import Definitions

from insiders_assets.definitions import build_defs
from insiders_assets.settings import Settings

SNAPSHOT = Path(__file__).with_name("graph.yaml")


def described(defs: Definitions) -> str:
    """Every asset by its key, as YAML."""
    graph = defs.resolve_asset_graph()

    def checks(key: Any) -> list[str]:
        found = [graph.get_check_spec(each) for each in graph.asset_check_keys if each.asset_key == key]
        return sorted(f"{each.name}{' (blocking)' if each.blocking else ''}" for each in found)

    def facts(key: Any) -> dict[str, Any]:
        node = graph.get(key)
        said = {
            "group": node.group_name,
            "owners": sorted(node.owners),
            "kinds": sorted(node.kinds),
            "tags": sorted(name for name in node.tags if not name.startswith("dagster/kind/")),
            "deps": sorted(parent.to_user_string() for parent in node.parent_keys),
            "checks": checks(key),
            "external": node.is_external,
            "pools": sorted(node.pools or ()),
        }
        return {name: value for name, value in said.items() if value}

    found = {key.to_user_string(): facts(key) for key in sorted(graph.get_all_asset_keys())}
    return yaml.safe_dump(found, sort_keys=False, default_flow_style=None, width=110)


if __name__ == "__main__":
    SNAPSHOT.write_text(described(build_defs(Settings())), encoding="utf-8")
