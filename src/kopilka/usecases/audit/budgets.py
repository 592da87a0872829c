"""A budget has used what transactions drew from it, and never more than it ever allowed."""

from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, facts: Facts) -> Finding:
    """Where it is not so. Limits are the widest that any version of the programme stated, −1 where it stated none."""
    places = store.places("budgets")
    for key, used in store.budget_uses().items():
        limit = facts.limits.get(key)
        if limit is None:
            continue
        rows = (
            (used.uses, limit.uses),
            (used.money_minor, limit.money_minor),
            (used.points_units, limit.points_units),
        )
        if any(most >= 0 and have > most for have, most in rows):
            places.append(f"{key[0]} {key[1]} over its limit")
    return found("budgets", __doc__, places)
