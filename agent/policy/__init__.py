"""What a browser on the reception PC must be told before a page of the clinic's software may call
the agent: Edge and Chrome ask the user first, or are told by a policy of whoever keeps the PC.

Source: facts/screens_and_agent.md §9.1.
"""
