"""evaluate(programme, receipt, member, at) → Decision; conditions, effects, stacking."""
