"""Every command with its options, in groups; what a command does is in the modules of ``cli``."""
