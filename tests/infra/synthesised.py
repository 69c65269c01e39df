"""A synthesised stack to ask questions of, by construct path and in words; generated names never show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
FLAGS: Mapping[str, Any] = json.loads((ROOT / "cdk.json").read_text("utf-8"))["context"]
# No layer is installed for a test; and resources keep the paths that they are asked for by.
FOR_TESTS = {"aws:cdk:bundling-stacks": [], "aws:cdk:enable-path-metadata": True}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a policy, with what it says in a form that compares."""

    actions: frozenset[str]
    resources: frozenset[str]
    conditions: Mapping[str, Any] = field(default_factory=dict)


class Synthesised:
    """A stack in the folder of its assembly, its resources by their construct's path below the stack."""

    def __init__(self, folder: Path, stack_name: str) -> None:
        self.folder = folder
        self.template_file = folder / f"{stack_name}.template.json"
        self.template = json.loads(self.template_file.read_text("utf-8"))
        self._prefix = f"{stack_name}/"
        self._paths = {name: self._path(each) for name, each in self.template["Resources"].items()}

    def __getitem__(self, path: str) -> dict[str, Any]:
        """The properties of the one resource at that path, references in words: `${Ledger/Table.Arn}`."""
        (found,) = (name for name, each in self._paths.items() if each == path)
        return dict(self._worded(self.template["Resources"][found].get("Properties", {})))

    def of_type(self, resource_type: str) -> dict[str, dict[str, Any]]:
        names = (name for name, each in self.template["Resources"].items() if each["Type"] == resource_type)
        return {path: self[path] for path in map(self._paths.__getitem__, names)}

    def attribute(self, path: str, name: str) -> Any:
        """An attribute of the resource beside its properties, such as DeletionPolicy."""
        (found,) = (key for key, each in self._paths.items() if each == path)
        return self.template["Resources"][found].get(name)

    def outputs(self) -> dict[str, str]:
        return {name: self._worded(each["Value"]) for name, each in self.template["Outputs"].items()}

    def statements(self, role: str) -> list[Statement]:
        """What a role may do, over all the policies that name it."""
        policies = self.of_type("AWS::IAM::Policy").values()
        documents = [each["PolicyDocument"] for each in policies if f"${{{role}}}" in each["Roles"]]
        return [statement(each) for document in documents for each in document["Statement"]]

    def on_dashboard(self) -> list[list[Any]]:
        """Every metric that the dashboard shows or computes with: namespace, name, dimensions, options."""
        body = json.loads(self["Dashboard/Dashboard"]["DashboardBody"])
        rows = (row for widget in body["widgets"] for row in widget["properties"].get("metrics", []))
        return [row for row in rows if isinstance(row[0], str)]

    def _path(self, resource: Mapping[str, Any]) -> str:
        path: str = resource["Metadata"]["aws:cdk:path"]
        return path.removeprefix(self._prefix).removesuffix("/Resource")

    def _worded(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._worded(each) for each in value]
        if not isinstance(value, dict):
            return value
        match value:
            case {"Ref": name}:
                return f"${{{self._paths.get(name, name)}}}"
            case {"Fn::GetAtt": [name, attribute]}:
                return f"${{{self._paths[name]}.{attribute}}}"
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self._worded(parts))
        return {key: self._worded(each) for key, each in value.items()}


def statement(document: Mapping[str, Any]) -> Statement:
    return Statement(
        frozenset(_listed(document["Action"])),
        frozenset(_listed(document["Resource"])),
        document.get("Condition", {}),
    )


def _listed(value: Any) -> Iterator[str]:
    yield from [value] if isinstance(value, str) else value
