"""The parts of tools/bench: which rows there are, running the programs, drawing the table."""
