"""The example shop: a real grocery year with made-up people, three programmes, and everything needed to sign in."""
