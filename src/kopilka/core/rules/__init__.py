"""evaluate(programme, receipt, member) → Decision: conditions, effects, stacking and reasons."""
