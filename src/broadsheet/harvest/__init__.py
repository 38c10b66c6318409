"""Harvest: sources are asked politely, page by page; every page is in the catalogue before the next is asked for."""
