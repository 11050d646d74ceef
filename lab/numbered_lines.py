"""Text in which no two places are the same: what is lost, doubled or mixed up on its way does not go unnoticed."""


def numbered_lines(length: int) -> bytes:
    return b"".join(b"%015d\n" % number for number in range(length // 16 + 1))[:length]
