"""When a score becomes a finding."""


def finding(score, threshold=0.5):
    return score > threshold if score is not None else False
