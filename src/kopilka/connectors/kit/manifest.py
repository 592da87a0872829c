"""What a connector says of itself; the shapes stand where screens can read them too."""

from kopilka.usecases.manifest import (
    Capability,
    Manifest,
    Secret,
    Setting,
    Text,
    Verified,
    Way,
)

__all__ = ["Capability", "Manifest", "Secret", "Setting", "Text", "Verified", "Way"]
