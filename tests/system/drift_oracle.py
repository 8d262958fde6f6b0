#!/usr/bin/python3
"""Rows, and what NumPy and scikit-learn say of them: for drift_test.py. Runs with Debian's own Python, whose
python3-numpy and python3-sklearn these are.

usage: drift_oracle.py FOLDER.  Writes NAME.reference.csv, NAME.current.csv and expected.json there.
"""
import json
import os
import sys

import numpy as np

FLOOR = 1e-4


def edges(values):
    """Deciles; one that repeats makes its value a bin of its own (src/drift/psi.h)."""
    found = []
    for e in np.quantile(values[~np.isnan(values)], [i / 10 for i in range(1, 10)]):
        if not found or e > found[-1]:
            found.append(e)
        elif e == found[-1]:
            found.append(np.nextafter(e, np.inf))
    return found


def shares(counts):
    return np.maximum(np.asarray(counts) / np.sum(counts), FLOOR)


def numeric_counts(values, at):
    present = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(at, present, side='right'), minlength=len(at) + 1)
    return list(counts) + [len(values) - len(present)]


def category_counts(values, words):
    return [sum(v == w for v in values) for w in words] + [sum(v != '' and v not in words for v in values),
                                                           sum(v == '' for v in values)]


def psi(reference, current):
    e, a = shares(reference), shares(current)
    return float(np.sum((a - e) * np.log(a / e)))


def index(reference, current):
    if isinstance(reference, list):
        words = sorted(set(reference) - {''})
        return psi(category_counts(reference, words), category_counts(current, words))
    at = edges(reference)
    return psi(numeric_counts(reference, at), numeric_counts(current, at))


def some_missing(r, values, share):
    return np.where(r.random(len(values)) < share, np.nan, values)


def columns(r, n, shift):
    words = ['north', 'south', 'east, "2"', 'west'][:3 if shift == 0 else 4]
    return {
        'normal': r.normal(shift, 1 + shift / 2, n),
        'heavy': r.standard_cauchy(n) * 1e6 * (1 + shift),
        'age': r.normal(60 + 8 * shift, 12, n).round(),
        'tiny': r.normal(0, 1e-300, n),
        'flag': (r.random(n) < 0.03 + shift / 20) * 1.0,
        'constant': np.full(n, 7.25 + (shift > 0.5)),
        'many zeros': np.where(r.random(n) < 0.6 - shift / 3, 0, r.exponential(2, n)),
        'some missing': some_missing(r, r.normal(size=n), 0.1 + shift / 5),
        'site': [str(w) for w in r.choice(words, n)],
        'ward': ['' if m else str(w) for w, m in zip(r.choice(['a', 'b'], n, p=[.9, .1]), r.random(n) < 0.05)],
    }


def cell(value):
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"' if set(value) & set(',"\n') else value
    return '' if np.isnan(value) else repr(float(value))


def write_csv(path, table):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(','.join(table) + '\n')
        for row in zip(*table.values()):
            f.write(','.join(map(cell, row)) + '\n')


def main():
    folder, expected = sys.argv[1], {}
    for name, n, m, shift in (('same', 20000, 9000, 0), ('shifted', 12345, 20001, 0.4), ('far', 500, 700, 1),
                              ('long', 300001, 1000, 0.2)):
        r = np.random.default_rng(len(name) + n)
        reference, current = columns(r, n, 0), columns(r, m, shift)
        write_csv(os.path.join(folder, name + '.reference.csv'), reference)
        write_csv(os.path.join(folder, name + '.current.csv'), current)
        expected[name] = {'psi': {c: index(reference[c], current[c]) for c in reference}}
    with open(os.path.join(folder, 'expected.json'), 'w', encoding='utf-8') as f:
        json.dump(expected, f)


if __name__ == '__main__':
    main()
