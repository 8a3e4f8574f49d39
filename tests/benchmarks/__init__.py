"""Benchmarks: each figure beside a floor that is measured in the same run, because machines differ and ratios do not.

A floor is an honest program written by hand that writes the same rows with the same durability. `make bench` prints the
table and writes `build/bench.json`.
"""
