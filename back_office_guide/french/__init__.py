"""The checks of the French pages, and their typography."""
