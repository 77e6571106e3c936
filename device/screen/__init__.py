"""What the patient sees and touches: pages decided elsewhere, shown here in the chosen language.

The server owns the flow; the browser draws what it is told and sends touches back. PIN keys
travel as positions on the pad, never as digits.
"""
