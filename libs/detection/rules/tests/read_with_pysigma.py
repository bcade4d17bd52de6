"""Reads rule files with pySigma, checks them as sigma-cli does, and, where the schemas of the specification are there, against these.

Usage: read_with_pysigma.py FILE... [--schemas FOLDER]. One line of JSON: {"rules": number, "mistakes": [text, ...]}.
"""

import json
import sys
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from sigma.collection import SigmaCollection
from sigma.validation import SigmaValidator
from sigma.validators.core import validators

# Those that ask the network for lists of techniques, and taste: names of files, what a log source is called elsewhere.
LEFT_OUT = ("attacktag", "d3_fendtag", "filename_length", "fieldname_logsource", "custom_attributes")


def schema_of(document, folder):
    kind = "correlation-rules" if "correlation" in document else "filters" if "filter" in document else "detection-rule"
    return json.loads((folder / f"sigma-{kind}-schema.json").read_text("utf-8"))


class Loader(yaml.SafeLoader):
    """A day is a text, as the schemas have it."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def mistakes_by_schema(file, folder):
    for document in yaml.load_all(file.read_text("utf-8"), Loader=Loader):
        for error in Draft202012Validator(schema_of(document, folder)).iter_errors(document):
            yield f"{file.name}: {document.get('title')}: {error.json_path}: {error.message[:200]}"


def main():
    given = sys.argv[1:]
    schemas = Path(given[given.index("--schemas") + 1]) if "--schemas" in given else None
    files = [Path(name) for name in (given[: given.index("--schemas")] if "--schemas" in given else given)]
    collection = SigmaCollection.load_ruleset([str(file) for file in files], collect_errors=True)
    mistakes = [f"{rule.title}: {error}" for rule in collection.rules for error in rule.errors]
    mistakes += [f"{rule.title}: {error}" for rule in collection.filters for error in rule.errors]
    try:
        collection.resolve_rule_references()
    except Exception as error:  # whatever pySigma has to say
        mistakes.append(str(error))
    checks = {check for name, check in validators.items() if name not in LEFT_OUT}
    issues = SigmaValidator(checks).validate_rules(iter(collection.rules))
    mistakes += [str(issue) for issue in issues]
    if schemas:
        mistakes += [mistake for file in files for mistake in mistakes_by_schema(file, schemas)]
    print(json.dumps({"rules": len(collection.rules) + len(collection.filters), "mistakes": mistakes}))


main()
