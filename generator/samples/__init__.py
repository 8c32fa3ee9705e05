"""Sample pictures by the million: few files, many believable rows."""
