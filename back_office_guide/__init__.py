"""The machinery of the guide; README.md draws it. Imports go downwards only, to core."""
