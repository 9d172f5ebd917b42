"""What the Makefile runs: build, install, measure."""
