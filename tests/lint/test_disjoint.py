"""Which fixes of a round go together: those that share no bytes, whole fixes only, safe ones first."""

from bakehouse.lint.fixing import _disjoint
from bakehouse.model.edit import Edit
from bakehouse.model.finding import Finding, Fix, Group, Place, Severity


def finding(name: str, *edits: Edit, safe: bool = True) -> Finding:
    place = Place(path="Dockerfile", line=1, column=1, end_line=1, end_column=1, source="")
    fix = Fix(title=name, safe=safe, edits=edits)
    return Finding(rule=name, group=Group.SIZE, severity=Severity.INFO, message="", place=place, fix=fix)


def names(*findings: Finding) -> list[str]:
    return [found.rule for found in _disjoint(findings)]


def test_overlaps_and_two_insertions_at_one_place():
    assert names(finding("a", Edit(0, 3)), finding("b", Edit(2, 4)), finding("c", Edit(3, 5))) == ["a", "c"]
    assert names(finding("a", Edit(2, 2, b"x")), finding("b", Edit(2, 2, b"y"))) == ["a"]
    assert names(finding("a", Edit(2, 2, b"x")), finding("b", Edit(2, 4)), finding("c", Edit(0, 2))) == ["a", "b", "c"]


def test_a_fix_goes_whole_or_not_at_all():
    several = finding("b", Edit(5, 6), Edit(8, 9), Edit(2, 4))
    assert names(finding("a", Edit(0, 3)), several, finding("c", Edit(5, 9))) == ["a", "c"]


def test_safe_fixes_first_and_no_fix_against_itself():
    assert names(finding("a", Edit(0, 3), safe=False), finding("b", Edit(2, 4))) == ["b"]
    assert names(finding("a", Edit(0, 3), Edit(1, 2))) == []
