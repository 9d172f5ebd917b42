"""What translators and maintainers run on the catalogs: update, check, status."""
