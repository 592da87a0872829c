"""`python -m kopilka.words`: bring the .po files in step with the texts in the code and the templates."""

import sys

from kopilka.words.extract import update

for line in update():
    sys.stdout.write(line + "\n")
