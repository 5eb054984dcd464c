"""Each form of file an export may have, read as blocks of rows."""
