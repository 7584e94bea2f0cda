"""Reading knowledge files: YAML as YAML 1.2 reads it, duplicate keys refused.

PyYAML follows YAML 1.1, in which NO is false and 12:30 is 750. This loader knows only the
1.2 core forms of booleans and numbers, so clinicians may write what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml


# Not YAML, or a key twice in one mapping.
NotYamlError = yaml.YAMLError


class _CoreLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML 1.2 core schema on PyYAML's C parser."""


_CoreLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?[0-9]+\.[0-9]+$", "-+0123456789"),
):
    _CoreLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first)
    )


def _mapping_without_duplicates(
    loader: Any, node: yaml.MappingNode, deep: bool = False
) -> dict[Hashable, Any]:
    seen: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):  # `{{ name }}`, which a template was to replace
            raise yaml.constructor.ConstructorError(
                None, None, "a list or a mapping where a name is expected", key_node.start_mark
            )
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"duplicate key {key!r}", key_node.start_mark
            )
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


_CoreLoader.add_constructor("tag:yaml.org,2002:map", _mapping_without_duplicates)


def read_yaml(path: Path) -> Any:
    """The content of one YAML file.

    Raises:
        NotYamlError: Not YAML, or a key stands twice in one mapping.
    """
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_CoreLoader)  # noqa: S506 (a safe loader)
