"""What the drawing and checking of the documentation needs; not part of the product."""
