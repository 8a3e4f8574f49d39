"""Files that people exchange: bytes in, plain values out, and every fault named with its row, column and remedy."""
