"""`make run`: everything on one machine, with nothing to install."""
