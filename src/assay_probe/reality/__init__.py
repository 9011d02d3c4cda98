"""Does what a file calls exist here? Walks the file with the installed packages themselves as the judge."""
