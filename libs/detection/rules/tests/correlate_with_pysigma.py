"""Says how pySigma reads correlations: JSON lines of lists of documents in, of which the last is one; what it asks, or null where it is refused, a line out."""

import itertools
import json
import sys

from sigma.collection import SigmaCollection
from sigma.correlations import (
    CorrelationConditionAND,
    CorrelationConditionNOT,
    CorrelationConditionOR,
    SigmaExtendedCorrelationCondition,
)
from sigma.exceptions import SigmaError


def holds(condition, met):
    if isinstance(condition, CorrelationConditionAND):
        return all(holds(one, met) for one in condition.args)
    if isinstance(condition, CorrelationConditionOR):
        return any(holds(one, met) for one in condition.args)
    if isinstance(condition, CorrelationConditionNOT):
        return not holds(condition.args[0], met)
    return condition.reference in met


def asked(rule):
    names = [reference.rule.name for reference in rule.rules]
    condition = rule.condition
    says = {"type": rule.type.name.lower(), "rules": names, "by": rule.group_by, "seconds": rule.timespan.seconds}
    if isinstance(condition, SigmaExtendedCorrelationCondition):
        subsets = [[name for name, is_in in zip(names, ins) if is_in] for ins in itertools.product([False, True], repeat=len(names))]
        return says | {"meets": [holds(condition.parsed, set(subset)) for subset in subsets]}
    if condition is None:
        return says
    fields = [condition.fieldref] if isinstance(condition.fieldref, str) else condition.fieldref or []
    return says | {"op": condition.op.name.lower(), "count": condition.count, "field": fields, "percentile": condition.percentile}


for line in sys.stdin:
    try:
        collection = SigmaCollection.from_dicts(json.loads(line))
        collection.resolve_rule_references()
        print(json.dumps(asked(next(rule for rule in collection.rules if rule.name == "counted"))))
    except SigmaError:
        print("null")
