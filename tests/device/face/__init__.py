"""Tests of the face check; faces here are drawn or rendered, never photographed."""
