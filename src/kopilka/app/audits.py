"""The audit over one house, as the command line asks for it."""

from collections.abc import Callable
from pathlib import Path

from kopilka.app.compose import House
from kopilka.cli.rooms import AuditReport, Finding
from kopilka.store.audit import PostgresBooks, RootFile
from kopilka.usecases.audit import Facts, audit, limits_of


def run(
    house: House, *, rebuild: bool, progress: Callable[[int], None], roots: Path | None = None
) -> AuditReport:
    """Make projections again where asked, then check every sentence; `roots` is the file of daily roots."""
    books = PostgresBooks(house.pool)
    rebuilt = books.rebuild() if rebuild else 0
    facts = Facts(limits_of(house.views.catalogue()), () if roots is None else RootFile(roots).roots())
    findings: list[Finding] = []
    with books.open() as store:
        for row in audit(store, facts):
            findings.append(Finding(row.sentence, row.broken, row.places))
            progress(len(findings))
    return AuditReport(tuple(findings), rebuilt)
