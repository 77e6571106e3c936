"""Tests of the embedder's training."""
