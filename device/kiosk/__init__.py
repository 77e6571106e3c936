"""Keeps the patient's page before the patient: starts the browser, and starts it anew if it dies.

A program of its own, so that the page stays while the reader's program is started anew, and the
visit, which only the reader knows, stays while the browser is.
"""
