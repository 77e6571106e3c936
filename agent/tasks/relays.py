"""What receivers refused."""

from agent import parked
from agent.tasks._common import Arguments, config_of


def see_to_parked(arguments: Arguments) -> int:
    """Show what receivers refused; send it again or give it up."""
    config, _ = config_of(arguments)
    if arguments.send_again:
        parked.send_again(config, arguments.relay, print)
    elif arguments.give_up:
        parked.give_up(config, arguments.relay, print)
    else:
        parked.show(config, arguments.relay, print)
    return 0
