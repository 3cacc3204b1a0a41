"""What every Python service of the trading system shares.

Nothing is imported here: the health probe starts a fresh interpreter every few seconds and needs only its own module.
"""
