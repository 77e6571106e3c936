"""Who may speak to the local API: each client has a token of its own, known here as its hash.

A token is shown once, when it is made. A client that is a page of reception software is bound to
the origin of that page: nobody else's page can use its token, and no other page is let in.

Source: facts/screens_and_agent.md §9.1, §9.2.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from enum import StrEnum, unique

from sqlalchemy import bindparam, delete, select

from agent.clock import Clock, unix_ms
from agent.errors import ConfigError
from agent.schema import CLIENTS
from agent.store import Store

TOKEN_BYTES = 32
NAME = re.compile(r"[^\x00-\x1f\x7f]{1,64}")
ORIGIN = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1):[0-9]{1,5}")
CLIENT = select(CLIENTS.c.name, CLIENTS.c.role, CLIENTS.c.origin, CLIENTS.c.token_hash)
BY_TOKEN = CLIENT.where(CLIENTS.c.token_hash == bindparam("of_hash"))
ALL = CLIENT.order_by(CLIENTS.c.name)
REVOKE = delete(CLIENTS).where(CLIENTS.c.name == bindparam("of_name"))


@unique
class Role(StrEnum):
    """What a client may do."""

    STAFF = "staff"
    """See who is at the readers, and see to what went wrong: the console."""
    SOFTWARE = "software"
    """Take results."""


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who was enrolled."""

    name: str
    role: Role
    origin: str | None
    """Of the page that speaks; None: no page of others."""
    token_hash: bytes = field(default=b"", repr=False)
    """Of the token it came with, once it is enrolled."""


class Clients:
    """Those who are enrolled, in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def enroll(self, client: Client, clock: Clock) -> str:
        """Let somebody in from now on.

        Returns:
            The token, which is kept nowhere.

        Raises:
            ConfigError: The name is taken or the origin is none.
        """
        if not NAME.fullmatch(client.name):
            raise ConfigError("the name of a client has 1 to 64 characters.")
        if client.origin is not None and not ORIGIN.fullmatch(client.origin):
            raise ConfigError(
                f"{client.origin}: an origin is https://HOST or https://HOST:PORT, without a path;"
                " http only on this PC (http://localhost:PORT)."
            )
        token = secrets.token_urlsafe(TOKEN_BYTES)
        is_new = self._store.change(
            self._store.insert(CLIENTS).on_conflict_do_nothing(index_elements=["name"]),
            {
                "name": client.name,
                "role": client.role.value,
                "token_hash": _hash(token),
                "origin": client.origin,
                "enrolled_unix_ms": unix_ms(clock.now()),
            },
        )
        if not is_new:
            raise ConfigError(f"a client is called {client.name!r} already; revoke it first.")
        return token

    def revoke(self, name: str) -> None:
        """Let somebody in no more; it counts with the next request.

        Raises:
            ConfigError: Nobody is called so.
        """
        if not self._store.change(REVOKE, {"of_name": name}):
            raise ConfigError(f"no client is called {name!r}.")

    def find(self, token: str) -> Client | None:
        """Whose token this is."""
        # Found by its hash: how long that takes tells nothing of the tokens there are.
        return self._find(_hash(token))

    def knows(self, client: Client) -> bool:
        """Whether that one is enrolled yet, with that token and in that role."""
        return self._find(client.token_hash) == client

    def origins(self) -> frozenset[str]:
        """Of all pages that may speak."""
        return frozenset(client.origin for client in self.all() if client.origin is not None)

    def all(self) -> list[Client]:
        """Everybody, by name."""
        return [_client(*row) for row in self._store.rows(ALL)]

    def _find(self, token_hash: bytes) -> Client | None:
        for row in self._store.rows(BY_TOKEN, {"of_hash": token_hash}):
            return _client(*row)
        return None


def _client(name: str, role: str, origin: str | None, token_hash: bytes) -> Client:
    return Client(name, Role(role), origin, token_hash)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
