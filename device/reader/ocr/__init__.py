"""Engines that read printed characters, one file each, named in the configuration.

Each module has a `Settings` table and `create(settings) -> OcrEngine`.
"""
