"""Terminal identities that let a card sign without its PIN, one file each, named in the settings.

Each module has a `Settings` table and `create(settings) -> PinlessAuthenticator`.
"""
