"""What ``insiders inspect`` says of a file: how it is read, which mapping fits, and what it says of the shop."""
