"""The printed side of the simulated card, and the camera that looks at it.

Flat things (`front`, `back`, `sleeve`) are drawn in millimetres; `camera` photographs them with
the physics of light, lens and sensor. Written without a look at how the reader reads.
"""
