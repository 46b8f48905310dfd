"""The parts of the script `bench`."""
