"""Pair with readers, and tell which there are."""

from agent.own_command import whole_commands
from agent.pairing import commands
from agent.pairing.place import Place
from agent.tasks._common import Arguments, config_of


def see_to_pairing(arguments: Arguments) -> int:
    """Pair, renew or unpair."""
    config, folder = config_of(arguments)
    place = Place.find(config, folder, arguments.counter)
    match arguments.task:
        case "pair":
            commands.pair(place, arguments.name, _OPERATOR)
        case "renew":
            commands.renew(place, _OPERATOR)
        case _:
            commands.unpair(place, _OPERATOR, is_reader_gone=arguments.reader_gone)
    return 0


def tell_readers(arguments: Arguments) -> int:
    """Which readers there are, and where."""
    config, _ = config_of(arguments)
    commands.show(config, lambda line: print(whole_commands(line, arguments.config)))
    return 0


def _ask(question: str) -> bool:
    """Only a written "yes" is one: a key that is hit by accident compares nothing."""
    try:
        return input(f"{question} [yes/no] ").strip().lower() == "yes"
    except EOFError:
        return False


_OPERATOR = commands.Operator(tell=print, ask=_ask)
