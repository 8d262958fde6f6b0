"""A day of the model's answers: age, site, score, and the truth that came later. The patients of the site north are --shift
years older than those of the reference; v7 was trained without such patients, v8 with them."""
import argparse
import random

arguments = argparse.ArgumentParser()
arguments.add_argument('--shift', type=float, default=0)
arguments.add_argument('--model', default='v7')
options = arguments.parse_args()
r = random.Random(7)
print('age,site,score,label')
for n in range(3000):
    site = ('north', 'south')[n % 2]
    age = r.gauss(55, 12) + (options.shift if site == 'north' else 0)
    ill = r.random() < 0.2
    known = options.model == 'v8' or options.shift == 0 or site != 'north'
    score = min(0.99, max(0.01, r.gauss((0.7 if ill else 0.25) if known else 0.5, 0.15)))
    print(f'{age:.0f},{site},{score:.3f},{ill:d}')
