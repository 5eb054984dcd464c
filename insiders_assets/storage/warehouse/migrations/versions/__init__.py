"""One migration each, in the order of their numbers; none is changed once it is released."""
