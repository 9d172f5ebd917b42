"""What Sphinx loads, one concern a module; it reads the configuration of Sphinx alone."""
