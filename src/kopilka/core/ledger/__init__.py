"""Points of one holder: wallets, lots, holds and the postings that change them, in double entry."""
