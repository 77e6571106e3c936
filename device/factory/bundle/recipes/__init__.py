"""Recipes: each file says where a network comes from, by which sum and licence, and its bundle."""
