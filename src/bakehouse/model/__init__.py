"""The nouns that flow: Workspace -> ServiceGraph -> Plan -> Progress -> BuildRecord -> Analysis.

Frozen dataclasses, standard library only. Import the module that holds the noun.
"""
