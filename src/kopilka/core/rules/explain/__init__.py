"""Why a decided receipt came out as it did: a tree of reasons, made from what is stored. Nothing is evaluated again."""
