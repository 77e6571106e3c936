"""Reads a card's printed front: finds the card in a picture, the lines on it, the words in them."""
