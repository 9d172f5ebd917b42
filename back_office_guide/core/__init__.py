"""What everything else uses: languages, paths, faults, catalog files, Markdown, markup."""
