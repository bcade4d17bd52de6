"""Judges events by rules as pySigma understands them: JSON lines of {rule, filter, events} in, a list of true and false a line out; filter may be null."""

import ipaddress
import json
import re
import sys

from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.filters import SigmaFilter
from sigma.rule import SigmaRule
from sigma.types import (
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SpecialChars,
)


def lower(text):
    return re.sub("[A-Z]", lambda letter: letter.group().lower(), text)


def pattern(value, cased):
    wild = {SpecialChars.WILDCARD_MULTI: ".*", SpecialChars.WILDCARD_SINGLE: "."}
    return "".join(re.escape(part if cased else lower(part)) if isinstance(part, str) else wild[part] for part in value.s)


def compares(op, one, other):
    name = op.name
    return (one < other, one <= other, one > other, one >= other)[["LT", "LTE", "GT", "GTE"].index(name)]


def asks(field, value, event):
    held = event.get(field)
    if isinstance(value, SigmaExists):
        return (held is not None) == bool(value)
    if isinstance(value, SigmaNull):
        return held is None
    if isinstance(value, SigmaFieldReference):
        other = event.get(value.field)
        return held is not None and other is not None and lower(held) == lower(other)
    if isinstance(value, SigmaString) and len(value.s) == 0:  # fields of accesses are absent, never empty
        return held is None
    if held is None:
        return False
    if isinstance(value, SigmaCompareExpression):
        return compares(value.op, held, value.number.number)
    if isinstance(value, SigmaCIDRExpression):
        return ipaddress.ip_address(held) in value.network
    if isinstance(value, SigmaRegularExpression):
        flags = sum((getattr(re, flag.name) for flag in value.flags), re.NOFLAG)
        return re.search(str(value.regexp), held, flags | re.ASCII) is not None
    if isinstance(value, (SigmaNumber, SigmaBool)):
        return held == (value.number if isinstance(value, SigmaNumber) else value.boolean)
    cased = isinstance(value, SigmaCasedString)
    return re.fullmatch(pattern(value, cased), held if cased else lower(held), re.DOTALL) is not None


def holds(condition, event):
    if isinstance(condition, ConditionAND):
        return all(holds(one, event) for one in condition.args)
    if isinstance(condition, ConditionOR):
        return any(holds(one, event) for one in condition.args)
    if isinstance(condition, ConditionNOT):
        return not holds(condition.args[0], event)
    return asks(condition.field, condition.value, event)


for line in sys.stdin:
    given = json.loads(line)
    rule = SigmaRule.from_dict(given["rule"])
    if given["filter"] is not None:
        rule = SigmaFilter.from_dict(given["filter"]).apply_on_rule(rule)
    conditions = [condition.parsed for condition in rule.detection.parsed_condition]
    print(json.dumps([any(holds(one, event) for one in conditions) for event in given["events"]]))
