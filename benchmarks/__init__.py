"""Speed and memory against their limits, each measured in one run beside the limit. Never a timed test."""
