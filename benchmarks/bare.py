"""The peer of a quote: the same framework answering one primary-key read per request, and nothing else."""

import os
from typing import Any

from litestar import Litestar, get
from litestar.datastructures import State
from psycopg_pool import AsyncConnectionPool


@get("/row/{number:int}")
async def row(number: int, state: State) -> dict[str, Any]:
    """One member by primary key."""
    async with state.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT holder_id, member_id, status FROM personal.identifier WHERE kind = 'card' AND value = %s",
            (f"c{number}",),
        )
        found = await cursor.fetchone()
    return {"holder": found[0], "member": found[1], "status": found[2]} if found else {}


async def begin(app: Litestar) -> None:
    """Open the pool."""
    app.state.pool = AsyncConnectionPool(os.environ["BENCH_DATABASE"], min_size=8, max_size=16, open=False)
    await app.state.pool.open(wait=True)


async def end(app: Litestar) -> None:
    """Close the pool."""
    await app.state.pool.close()


app = Litestar([row], on_startup=[begin], on_shutdown=[end], openapi_config=None, logging_config=None)
