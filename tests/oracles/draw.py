"""The integer generator that Rust tests share (`tests/draw/mod.rs`): Knuth's MMIX, of which the upper 32 bits are used."""


class Draw:
    def __init__(self, seed):
        self.state = seed

    def upper(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 32

    def share(self):
        """From 0 to below 1."""
        return self.upper() / 4294967296.0

    def between(self, low, high):
        return low + (high - low) * self.share()

    def below(self, n):
        """From 0 to below n, by share."""
        return (self.upper() * n) >> 32

    def whole(self, low, high):
        """From low to below high, by remainder."""
        return low + self.upper() % (high - low)
