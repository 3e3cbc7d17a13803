"""NADO-Lab: measure a physical device, fit a digital twin, train a network through it, deploy it back.

The rooms are `nado_lab.instruments`, `.protocols`, `.twin`, `.network`, `.lab` and `.sim_backend`. What all
of them share is `nado_lab.observer`: progress, and the wish to stop.
"""
