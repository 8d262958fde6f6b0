#!/usr/bin/python3
"""Rows, and what NumPy and scikit-learn say of them: for drift_test.py. Runs with Debian's own Python, whose
python3-numpy and python3-sklearn these are.

usage: drift_oracle.py FOLDER.  Writes NAME.reference.csv, NAME.current.csv (also .ndjson and .npy) and expected.json.
"""
import json
import os
import sys

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, brier_score_loss, precision_score, recall_score

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


def expected_calibration_error(scores, labels, n_bins=15):
    bins = np.searchsorted(np.arange(1, n_bins) / n_bins, scores, side='left')
    gaps = [abs(labels[bins == b].mean() - scores[bins == b].mean()) * np.sum(bins == b)
            for b in range(n_bins) if np.any(bins == b)]
    return float(sum(gaps) / len(scores))


def performance(scores, labels, threshold=0.5):
    known = ~np.isnan(labels) & ~np.isnan(scores)
    scores, labels = scores[known], labels[known].astype(int)
    answers = (scores >= threshold).astype(int)
    return {'auprc': average_precision_score(labels, scores), 'brier': brier_score_loss(labels, scores),
            'ece': expected_calibration_error(scores, labels),
            'precision': precision_score(labels, answers), 'recall': recall_score(labels, answers)}


def reliability(scores, labels):
    """Mean label and mean score of the bins that have rows, by scikit-learn."""
    return [list(map(float, side)) for side in calibration_curve(labels, scores, n_bins=15)]


def scored(r, n, kind):
    labels = (r.random(n) < 0.2) * 1.0
    scores = 1 / (1 + np.exp(-r.normal(labels * 2 - 2, 1.2)))
    if kind == 'ties':
        scores = scores.round(2)
    if kind == 'edges':
        scores = r.integers(0, 16, n) / 15
    if kind == 'tiny':
        scores = scores ** 40 * 1e-200
    if kind == 'one':
        scores = np.full(n, 0.75)
    if kind == 'missing':
        labels, scores = some_missing(r, labels, 0.3), some_missing(r, scores, 0.1)
    return {'score': scores, 'label': labels}


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
    folder, expected, scores = sys.argv[1], {}, {}
    for name, n, m, shift in (('same', 20000, 9000, 0), ('shifted', 12345, 20001, 0.4), ('far', 500, 700, 1),
                              ('long', 300001, 1000, 0.2)):
        r = np.random.default_rng(len(name) + n)
        reference, current = columns(r, n, 0), columns(r, m, shift)
        write_csv(os.path.join(folder, name + '.reference.csv'), reference)
        write_csv(os.path.join(folder, name + '.current.csv'), current)
        expected[name] = {'psi': {c: index(reference[c], current[c]) for c in reference}}
    for kind, n, m in (('plain', 5000, 7000), ('ties', 20000, 9999), ('edges', 3000, 3000), ('tiny', 20000, 4000),
                       ('missing', 20000, 10000), ('one', 900, 1000)):
        r = np.random.default_rng(n + m)
        sides = {'reference': scored(r, n, kind), 'current': scored(r, m, kind)}
        for side, table in sides.items():
            write_csv(os.path.join(folder, f'{kind}.{side}.csv'), table)
            with open(os.path.join(folder, f'{kind}.{side}.ndjson'), 'w', encoding='utf-8') as f:
                for s, l in zip(table['score'], table['label']):
                    f.write(json.dumps({'score': None if np.isnan(s) else s, 'label': None if np.isnan(l) else int(l)}) + '\n')
            both = np.zeros(len(table['score']), dtype=[('score', '<f8'), ('label', '<f4')])
            both['score'], both['label'] = table['score'], table['label']
            np.save(os.path.join(folder, f'{kind}.{side}.npy'), both)
        scores[kind] = {side: performance(table['score'], table['label']) for side, table in sides.items()
                        if kind != 'tiny'}
        if kind == 'tiny':  # no positive answer: precision and recall have nothing to be of
            scores[kind] = {side: {'auprc': average_precision_score(table['label'], table['score'])}
                            for side, table in sides.items()}
        if kind == 'plain':
            scores[kind]['reliability'] = reliability(sides['current']['score'], sides['current']['label'])
    # More rows than are sorted in one go, many of one score, and a range that only a finer grid takes apart.
    r = np.random.default_rng(5)
    n = 7_000_000
    labels = (r.random(n) < 0.01).astype(np.uint8)
    values = np.where(r.random(n) < 0.5, 0.125, r.beta(1, 4, n) * np.where(r.random(n) < 0.9, 1e-6, 1) + labels * 1e-7)
    both = np.zeros(n, dtype=[('score', '<f8'), ('label', '|u1')])
    both['score'], both['label'] = np.minimum(values, 1), labels
    np.save(os.path.join(folder, 'many.npy'), both)
    scores['many'] = {'auprc': average_precision_score(labels, both['score']),
                      'psi': index(both['score'], both['score'][:n // 3])}
    expected = {'features': expected, 'scores': scores}
    with open(os.path.join(folder, 'expected.json'), 'w', encoding='utf-8') as f:
        json.dump(expected, f)


if __name__ == '__main__':
    main()
