"""Renderer of the synthetic patients: people who do not exist, from CC0 MakeHuman geometry.

Turns a recipe (age, sex, face shape, hair, clothes) into pictures as a reception camera or a
passport photographer would take them. The geometry is read from the tester's own MakeHuman data
and is no part of this project; everything painted on it is. The committed pictures lie in
`tests/hw_sim/people`. Source: facts/face.md section 10.
"""
