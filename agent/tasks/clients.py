"""Who may use the local API."""

from agent import enrolment
from agent.tasks._common import Arguments, config_of


def open_console(arguments: Arguments) -> int:
    """Tell the address of the staff's page, with a token for it."""
    config, _ = config_of(arguments)
    enrolment.console(config, arguments.name, print)
    return 0


def see_to_clients(arguments: Arguments) -> int:
    """Show who may ask the local API; let one in or out."""
    config, _ = config_of(arguments)
    if arguments.enroll:
        enrolment.enroll(config, arguments.enroll, arguments.origin, print)
    elif arguments.revoke:
        enrolment.revoke(config, arguments.revoke, print)
    else:
        enrolment.show(config, print)
    return 0
