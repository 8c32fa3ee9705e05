"""Those who draw: one small protocol, one module for each outside system."""
