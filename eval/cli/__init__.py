"""Command line of the evaluation: a module for each command, imported when the command is run."""
