"""The pages: everything a browser sees."""
