"""Records and analyses as text, JSON and HTML; knows only the model."""
