"""One receipt: what was decided and why; returns and voiding."""
