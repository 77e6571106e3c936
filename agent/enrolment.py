"""Lets clients of the local API in and out; works beside a running agent."""

from collections.abc import Callable
from contextlib import closing

from agent.api.clients import Client, Clients, Role
from agent.clock import SystemClock
from agent.config import ApiTable, Config
from agent.errors import ConfigError
from agent.store import Store

Tell = Callable[[str], None]


def show(config: Config, tell: Tell) -> None:
    """One line for each client.

    Raises:
        ConfigError: The agent has never run here.
    """
    with _store(config) as store:
        clients = Clients(store).all()
    for client in clients:
        page = f", for the page {client.origin}" if client.origin else ""
        tell(f"{client.name}: {client.role}{page}")
    if not clients:
        tell("no client is enrolled")


def enroll(config: Config, name: str, origin: str | None, tell: Tell) -> None:
    """Let software take results; its token is told this once.

    Raises:
        ConfigError: There is no API, the name is taken, or the origin is none.
    """
    api = _api(config)
    with _store(config) as store:
        token = Clients(store).enroll(Client(name, Role.SOFTWARE, origin), SystemClock())
    tell(f"{name} is enrolled. Its token, which is shown only now:")
    tell(token)
    tell(f"It asks http://127.0.0.1:{api.port}/v1/results with it (docs/API.md).")


def revoke(config: Config, name: str, tell: Tell) -> None:
    """Let a client in no more.

    Raises:
        ConfigError: Nobody is called so.
    """
    with _store(config) as store:
        Clients(store).revoke(name)
    tell(f"{name} is let in no more.")


def console(config: Config, name: str, tell: Tell) -> None:
    """Let a browser show the console; told is the address to open once. An older one of the same
    name counts no more.

    Raises:
        ConfigError: There is no API, or software is called so.
    """
    api = _api(config)
    with _store(config) as store:
        clients = Clients(store)
        _revoke_browser(clients, name)
        token = clients.enroll(Client(name, Role.STAFF, None), SystemClock())
    tell(
        "Open this address once in the browser of this PC; afterwards the part before # is enough:"
    )
    tell(f"http://127.0.0.1:{api.port}/#{token}")


def _revoke_browser(clients: Clients, name: str) -> None:
    for client in clients.all():
        if client.name == name:
            if client.role is not Role.STAFF:
                raise ConfigError(
                    f"{name!r} is the name of software that is enrolled: give this browser another"
                    " with --name."
                )
            clients.revoke(name)


def _api(config: Config) -> ApiTable:
    if config.api is None:
        raise ConfigError("there is no [api] in the configuration: add the table.")
    return config.api


def _store(config: Config) -> closing[Store]:
    """What the agent made: one made here would look like that of an agent that lost its journal."""
    if not config.store.path.exists():
        raise ConfigError(f"{config.store.path}: there is no store; start the agent once.")
    return closing(Store(config.store.path))
